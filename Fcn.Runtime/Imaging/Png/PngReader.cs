using System.Numerics;

namespace Fcn.Imaging.Png;

// In: a PNG file. Out: RGB of 8 bits, or the indices and grey values exactly as stored.
internal static class PngReader
{
    // Depths of sensors; photographs in the lower bits only are at most a quarter as bright as they should be.
    private const int DarkBits = 14;

    public static Image ReadRgb(ReadOnlyMemory<byte> file, string path, ImageReading? reading = null)
    {
        PngFile png = PngFile.Parse(file, path);
        PngHeader header = png.Header;
        byte[] rgb = GC.AllocateUninitializedArray<byte>(header.Width * header.Height * 3);
        byte[] samples = new byte[header.Width * header.Channels];
        int grey = header.Depth < 8 ? 255 / ((1 << header.Depth) - 1) : 1;
        int drop = 8, used = 0;
        bool isDeep = header.Depth == 16, isScaled = isDeep && reading?.SixteenBit == SixteenBit.Scale;
        if (isScaled)
        {
            // The bits in use are known behind the last row: such pictures are unpacked twice.
            PngRows.Read(png, (packed, row) => used |= BitsInUse(packed, row, header.Channels));
            drop = Math.Max(0, Length(used) - 8);
        }
        PngRows.Read(png, (packed, row) =>
        {
            if (isDeep && !isScaled) used |= BitsInUse(packed, row, header.Channels);
            ReadOnlySpan<byte> row8 = Unpack(packed, samples.AsSpan(0, row.Count * header.Channels), header.Depth, drop);
            Span<byte> target = rgb.AsSpan((row.Y * header.Width + row.X) * 3);
            switch (header.Colour)
            {
                case PngColour.Grey:
                case PngColour.GreyAlpha:
                    SpreadGrey(row8, header.Channels, grey, target, row.Step * 3);
                    break;
                case PngColour.Palette:
                    LookUp(row8, png, row, target);
                    break;
                case PngColour.Rgb:
                case PngColour.RgbAlpha:
                    CopyRgb(row8, header.Channels, target, row.Step * 3);
                    break;
            }
        });
        var warnings = new List<ImageWarning>();
        if (png.Fault is { } fault) warnings.Add(ImageWarning.Damage(path, fault));
        if (!isScaled && Length(used) is > 0 and <= DarkBits and var bits) warnings.Add(Dark(path, bits));
        return new Image(header.Width, header.Height, rgb) { Orientation = png.Orientation, Warnings = warnings };
    }

    private static ImageWarning Dark(string path, int bits) => new(ImageOddity.Dark, path,
        $"'{path}' has samples of 16 bits, of which only the lower {bits} are used: it is read as {(bits <= 8 ? "" : "nearly ")}black. " +
        "If it holds data of fewer bits, read it with --sixteen-bit scale (SixteenBit.Scale).");

    // The bits that any sample of 16 bits in a row has, alpha aside.
    private static int BitsInUse(ReadOnlySpan<byte> packed, PngRow row, int channels)
    {
        int colours = channels is 2 or 4 ? channels - 1 : channels, used = 0;
        for (int i = 0; i < row.Count * channels; i++)
            if (i % channels < colours) used |= packed[2 * i] << 8 | packed[2 * i + 1];
        return used;
    }

    // Up to the highest bit.
    private static int Length(int bits) => bits == 0 ? 0 : BitOperations.Log2((uint)bits) + 1;

    public static LabelMap ReadLabels(ReadOnlyMemory<byte> file, string path)
    {
        PngFile png = PngFile.Parse(file, path);
        PngHeader header = png.Header;
        if (png.Fault is { } fault) throw PngFile.Damaged(path, fault);
        if (header.Colour is not (PngColour.Palette or PngColour.Grey or PngColour.GreyAlpha))
            throw new FcnException($"'{path}' holds colours ({header.Colour}, {header.Depth} bits), not class indices. " +
                "Convert it to a palette PNG (or an 8-bit grey one) whose stored value is the class, 255 where there is none.");
        byte[] labels = GC.AllocateUninitializedArray<byte>(header.Width * header.Height);
        byte[] samples = new byte[header.Width];
        byte[] opaque = header.Colour == PngColour.GreyAlpha ? new byte[header.RowBytes(header.Width) / 2] : [];
        PngRows.Read(png, (packed, row) =>
        {
            if (opaque.Length > 0) packed = WithoutAlpha(packed, opaque, header.Depth / 8, row, path);
            ReadOnlySpan<byte> indices = header.Depth == 16
                ? Narrow(packed, samples, row, path)
                : Unpack(packed, samples.AsSpan(0, row.Count), header.Depth, drop: 0);
            Span<byte> target = labels.AsSpan(row.Y * header.Width + row.X);
            if (row.Step == 1) indices.CopyTo(target);
            else for (int i = 0; i < indices.Length; i++) target[i * row.Step] = indices[i];
        });
        return new LabelMap(header.Width, header.Height, labels);
    }

    // One byte per sample: small samples as they are, those of 16 bits without some low bits. 8 bits need no copy.
    private static ReadOnlySpan<byte> Unpack(ReadOnlySpan<byte> packed, Span<byte> samples, int depth, int drop)
    {
        if (depth == 8) return packed;
        if (depth == 16)
        {
            for (int i = 0; i < samples.Length; i++) samples[i] = (byte)((packed[2 * i] << 8 | packed[2 * i + 1]) >> drop);
            return samples;
        }
        int perByte = 8 / depth, mask = (1 << depth) - 1;
        for (int i = 0; i < samples.Length; i++) samples[i] = (byte)(packed[i / perByte] >> (8 - depth - i % perByte * depth) & mask);
        return samples;
    }

    // The grey samples of 8 or 16 bits alone. A pixel that is not opaque may be meant as unlabelled or not: we do not guess.
    private static ReadOnlySpan<byte> WithoutAlpha(ReadOnlySpan<byte> packed, byte[] opaque, int bytes, PngRow row, string path)
    {
        for (int i = 0; i < row.Count; i++)
        {
            if (packed.Slice((2 * i + 1) * bytes, bytes).ContainsAnyExcept((byte)0xFF))
                throw new FcnException($"'{path}' is transparent at ({row.X + i * row.Step}, {row.Y}), so its class there is unclear. " +
                    "Save it without alpha, 255 where there is none.");
            packed.Slice(2 * i * bytes, bytes).CopyTo(opaque.AsSpan(i * bytes));
        }
        return opaque.AsSpan(0, row.Count * bytes);
    }

    private static ReadOnlySpan<byte> Narrow(ReadOnlySpan<byte> packed, Span<byte> samples, PngRow row, string path)
    {
        for (int i = 0; i < row.Count; i++)
        {
            if (packed[2 * i] != 0)
            {
                int label = packed[2 * i] << 8 | packed[2 * i + 1];
                throw new FcnException($"'{path}' has the label {label} at ({row.X + i * row.Step}, {row.Y}); labels are 0..255.");
            }
            samples[i] = packed[2 * i + 1];
        }
        return samples[..row.Count];
    }

    private static void SpreadGrey(ReadOnlySpan<byte> samples, int channels, int factor, Span<byte> target, int step)
    {
        for (int i = 0, to = 0; i < samples.Length; i += channels, to += step) target.Slice(to, 3).Fill((byte)(samples[i] * factor));
    }

    private static void CopyRgb(ReadOnlySpan<byte> samples, int channels, Span<byte> target, int step)
    {
        if (channels == 3 && step == 3)
        {
            samples.CopyTo(target);
            return;
        }
        for (int i = 0, to = 0; i < samples.Length; i += channels, to += step) samples.Slice(i, 3).CopyTo(target[to..]);
    }

    private static void LookUp(ReadOnlySpan<byte> indices, PngFile png, PngRow row, Span<byte> target)
    {
        ReadOnlySpan<byte> palette = png.Palette.Span;
        for (int i = 0; i < indices.Length; i++)
        {
            int colour = indices[i] * 3;
            if (colour >= palette.Length)
            {
                string place = $"({row.X + i * row.Step}, {row.Y})";
                throw PngFile.Damaged(png.Path, $"pixel {place} has colour {indices[i]} of a palette of {palette.Length / 3}");
            }
            palette.Slice(colour, 3).CopyTo(target[(i * row.Step * 3)..]);
        }
    }
}

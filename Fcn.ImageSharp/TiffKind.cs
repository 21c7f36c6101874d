namespace Fcn.ImageSharp;

// In: a TIFF. Out: nothing, where the strips of its first picture lie inside the file and are long enough. ImageSharp shows what is
// missing as black.
internal sealed class TiffKind : FileKind
{
    // Tags and values of TIFF 6.0, section 8.
    private const int Width = 256, Height = 257, BitsPerSample = 258, Compression = 259, Photometric = 262, StripOffsets = 273,
        SamplesPerPixel = 277, StripByteCounts = 279, PlanarConfiguration = 284;

    private const long Uncompressed = 1, Separated = 5, YCbCr = 6, Planes = 2;

    public override string Name => "TIFF";

    public override bool Recognises(ReadOnlySpan<byte> start) =>
        start is [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..];

    protected override bool IsDeep => true;

    protected override void Check(ReadOnlyMemory<byte> file, string path)
    {
        TiffDirectory first = TiffDirectory.Read(file) ?? throw Damaged(path, $"its tags are not inside its {file.Length} bytes");
        if (first[Photometric] is [Separated]) throw Printed(path, "tif");
        if (first[Width] is not [var width] || first[Height] is not [var height]) throw Damaged(path, "it has no size");
        CheckSize((int)Math.Clamp(width, 0, int.MaxValue), (int)Math.Clamp(height, 0, int.MaxValue), file.Length, path);
        long[] offsets = first[StripOffsets], lengths = first[StripByteCounts];
        if (offsets.Length != lengths.Length) throw Damaged(path, $"of {offsets.Length} strips it has {lengths.Length} lengths");
        for (int i = 0; i < offsets.Length; i++)
            if (offsets[i] < 0 || lengths[i] < 0 || lengths[i] > file.Length - offsets[i])
                throw Damaged(path, $"its strip {i} has {lengths[i]} bytes from byte {offsets[i]} on, but the file only {file.Length}");
        if (first[Compression] is [] or [Uncompressed] && first[Photometric] is not [YCbCr] && offsets.Length > 0)
        {
            long stored = lengths.Sum(), needed = Plain(first, width) * height;
            if (stored < needed) throw Damaged(path, $"its strips have {stored} bytes; {width}x{height} pixels take {needed}");
        }
    }

    // Bytes of a row without compression: whole bytes for all samples together, or for each where every sample has a plane.
    private static long Plain(TiffDirectory first, long width)
    {
        long[] bits = first[BitsPerSample] is { Length: > 0 } given ? given : [1];
        long samples = first[SamplesPerPixel] is [var count] ? count : 1;
        if (bits.Length == 1) bits = [.. Enumerable.Repeat(bits[0], (int)Math.Clamp(samples, 1, 64))];
        return first[PlanarConfiguration] is [Planes] ? bits.Sum(b => (width * b + 7) / 8) : (width * bits.Sum() + 7) / 8;
    }
}

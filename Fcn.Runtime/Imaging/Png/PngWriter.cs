using System.Buffers.Binary;
using System.IO.Compression;

namespace Fcn.Imaging.Png;

// In: samples of 8 bits. Out: a PNG with every row under the filter that leaves the least to compress; palette rows stay as they are
// (PNG specification 12.8).
internal static class PngWriter
{
    public static void Write(Stream target, PngHeader header, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> samples)
    {
        target.Write(PngFile.Signature);
        WriteChunk(target, "IHDR"u8, header.ToBytes());
        if (palette.Length > 0) WriteChunk(target, "PLTE"u8, palette);
        using (var pixels = new IdatStream(target))
        using (var deflated = new ZLibStream(pixels, CompressionLevel.Optimal))
            WriteRows(deflated, header, samples);
        WriteChunk(target, "IEND"u8, []);
    }

    internal static void WriteChunk(Stream target, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        target.Write(number);
        target.Write(type);
        target.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Append(0, type), data));
        target.Write(number);
    }

    private static void WriteRows(Stream deflated, PngHeader header, ReadOnlySpan<byte> samples)
    {
        int left = header.PixelBytes, length = header.RowBytes(header.Width), filters = header.Colour == PngColour.Palette ? 1 : 5;
        byte[] row = new byte[left + length], above = new byte[left + length], best = new byte[1 + length], trial = new byte[1 + length];
        for (int y = 0; y < header.Height; y++)
        {
            samples.Slice(y * length, length).CopyTo(row.AsSpan(left));
            long least = long.MaxValue;
            for (byte filter = 0; filter < filters; filter++)
            {
                trial[0] = filter;
                if (Filter(filter, row, above, left, trial.AsSpan(1)) is var sum && sum >= least) continue;
                least = sum;
                (best, trial) = (trial, best);
            }
            deflated.Write(best);
            (row, above) = (above, row);
        }
    }

    // Filters a row; returns the sum of its bytes taken as signed, the usual guess at how well it will compress.
    private static long Filter(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int left, Span<byte> filtered)
    {
        long sum = 0;
        for (int i = 0; i < filtered.Length; i++)
        {
            int guess = filter switch
            {
                1 => row[i],
                2 => above[left + i],
                3 => (row[i] + above[left + i]) / 2,
                4 => PngRows.Paeth(row[i], above[left + i], above[i]),
                _ => 0,
            };
            filtered[i] = (byte)(row[left + i] - guess);
            sum += Math.Abs((int)(sbyte)filtered[i]);
        }
        return sum;
    }
}

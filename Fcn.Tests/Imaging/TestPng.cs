using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Fcn.Tests.Imaging;

/// <summary>
/// PNG files of every kind, by the words of the specification and with nothing shared with the reader. Samples are given row by row,
/// channels interleaved, at the file's own depth.
/// </summary>
internal sealed record TestPng(int Width, int Height, int Depth, int Colour, bool Interlaced = false)
{
    /// <summary>3 bytes per colour, or null for files without PLTE.</summary>
    public byte[]? Palette { get; init; }

    /// <summary>Content of a tRNS chunk, or null.</summary>
    public byte[]? Transparency { get; init; }

    /// <summary>Longest IDAT chunk.</summary>
    public int IdatBytes { get; init; } = int.MaxValue;

    /// <summary>Filter of all rows; null goes through all five.</summary>
    public int? Filter { get; init; }

    /// <summary>How hard the pixels are compressed.</summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Optimal;

    public static byte[] Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public int Channels => Colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    public byte[] Encode(ReadOnlySpan<ushort> samples)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        file.Write(Chunk("IHDR", Header()));
        file.Write(Chunk("tEXt", Encoding.ASCII.GetBytes("Comment\0a test")));
        if (Palette is not null) file.Write(Chunk("PLTE", Palette));
        if (Transparency is not null) file.Write(Chunk("tRNS", Transparency));
        byte[] pixels = Compress(Rows(samples));
        for (int at = 0; at < pixels.Length; at += Math.Min(IdatBytes, pixels.Length - at))
            file.Write(Chunk("IDAT", pixels.AsSpan(at, Math.Min(IdatBytes, pixels.Length - at)).ToArray()));
        file.Write(Chunk("IEND", []));
        return file.ToArray();
    }

    public byte[] Header()
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9], header[12]) = ((byte)Depth, (byte)Colour, (byte)(Interlaced ? 1 : 0));
        return header;
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    /// <summary>Corrects the checksums of all chunks that are still whole, so that damage reaches the code behind them.</summary>
    public static byte[] WithChecksums(byte[] png)
    {
        byte[] mended = [.. png];
        for (int at = 8; mended.Length - at >= 12;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(mended.AsSpan(at));
            if (length > mended.Length - at - 12) break;
            int end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(mended.AsSpan(end), Crc(mended.AsSpan(at + 4, 4 + (int)length)));
            at = end + 4;
        }
        return mended;
    }

    public byte[] Compress(byte[] rows)
    {
        using var target = new MemoryStream();
        using (var deflate = new ZLibStream(target, Level)) deflate.Write(rows);
        return target.ToArray();
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }

    private byte[] Rows(ReadOnlySpan<ushort> samples)
    {
        if (!Interlaced) return Pass(samples, 0, 0, 1, 1);
        List<byte> all = [];
        foreach (var (x, y, dx, dy) in ((int, int, int, int)[])
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)])
            all.AddRange(Pass(samples, x, y, dx, dy));
        return [.. all];
    }

    private byte[] Pass(ReadOnlySpan<ushort> samples, int firstX, int firstY, int stepX, int stepY)
    {
        List<byte> rows = [];
        byte[]? above = null;
        for (int y = firstY, n = 0; y < Height && firstX < Width; y += stepY, n++)
        {
            List<bool> bits = [];
            for (int x = firstX; x < Width; x += stepX)
                for (int c = 0; c < Channels; c++)
                    for (int bit = Depth - 1; bit >= 0; bit--) bits.Add((samples[(y * Width + x) * Channels + c] >> bit & 1) != 0);
            byte[] row = new byte[(bits.Count + 7) / 8];
            for (int i = 0; i < bits.Count; i++) if (bits[i]) row[i / 8] |= (byte)(0x80 >> i % 8);
            int filter = Filter ?? n % 5;
            rows.Add((byte)filter);
            rows.AddRange(Filtered(filter, row, above ?? new byte[row.Length]));
            above = row;
        }
        return [.. rows];
    }

    private byte[] Filtered(int filter, byte[] row, byte[] above)
    {
        int distance = Math.Max(1, Channels * Depth / 8);
        byte[] filtered = new byte[row.Length];
        for (int i = 0; i < row.Length; i++)
        {
            int a = i < distance ? 0 : row[i - distance], b = above[i], c = i < distance ? 0 : above[i - distance];
            int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
            int guess = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => pa <= pb && pa <= pc ? a : pb <= pc ? b : c };
            filtered[i] = (byte)(row[i] - guess);
        }
        return filtered;
    }
}

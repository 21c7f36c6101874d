using System.Buffers.Binary;

namespace Fcn.Imaging.Png;

// Colour types of the PNG specification (table 11.1).
internal enum PngColour : byte { Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6 }

// The IHDR chunk and what follows from it: how many bytes the unpacked rows take.
internal readonly record struct PngHeader(int Width, int Height, int Depth, PngColour Colour, bool Interlaced)
{
    public const int Length = 13;

    public int Channels => Colour switch
    {
        PngColour.Grey or PngColour.Palette => 1,
        PngColour.GreyAlpha => 2,
        PngColour.Rgb => 3,
        PngColour.RgbAlpha => 4,
    };

    // Distance in bytes to the same byte of the pixel on the left, as filters count it.
    public int PixelBytes => Math.Max(1, Channels * Depth / 8);

    public int RowBytes(int pixels) => (int)(((long)pixels * Channels * Depth + 7) / 8);

    // All passes, one filter byte per row included.
    public long UnpackedBytes
    {
        get
        {
            long bytes = 0;
            foreach (PngPass pass in PngPass.Of(this))
                if (pass.Columns(Width) is > 0 and int columns) bytes += (long)pass.Rows(Height) * (1 + RowBytes(columns));
            return bytes;
        }
    }

    public static PngHeader Parse(ReadOnlySpan<byte> chunk, string path)
    {
        if (chunk.Length != Length) throw PngFile.Damaged(path, $"its header has {chunk.Length} bytes instead of {Length}");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunk), height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        ImageLimits.Check(width, height, path);
        var (depth, colour, compression, filter, interlace) = (chunk[8], (PngColour)chunk[9], chunk[10], chunk[11], chunk[12]);
        bool known = colour switch
        {
            PngColour.Grey => depth is 1 or 2 or 4 or 8 or 16,
            PngColour.Palette => depth is 1 or 2 or 4 or 8,
            PngColour.Rgb or PngColour.GreyAlpha or PngColour.RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!known) throw PngFile.Damaged(path, $"colour type {(int)colour} with {depth} bits does not exist");
        if (compression != 0 || filter != 0 || interlace > 1)
            throw PngFile.Damaged(path, $"compression {compression}, filter {filter}, interlace {interlace} do not exist");
        return new PngHeader((int)width, (int)height, depth, colour, interlace == 1);
    }

    public byte[] ToBytes()
    {
        byte[] chunk = new byte[Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, Width);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(4), Height);
        (chunk[8], chunk[9], chunk[12]) = ((byte)Depth, (byte)Colour, Interlaced ? (byte)1 : (byte)0);
        return chunk;
    }
}

// One pass over the picture: every StepX-th pixel of every StepY-th row from (X, Y) on. Adam7 has seven (specification 8.2), others one.
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY)
{
    private static readonly PngPass[] Whole = [new(0, 0, 1, 1)];

    private static readonly PngPass[] Adam7 =
        [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];

    public int Columns(int width) => (width - X + StepX - 1) / StepX;

    public int Rows(int height) => (height - Y + StepY - 1) / StepY;

    public static ReadOnlySpan<PngPass> Of(PngHeader header) => header.Interlaced ? Adam7 : Whole;
}

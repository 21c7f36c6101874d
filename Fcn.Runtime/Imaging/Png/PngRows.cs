using System.IO.Compression;

namespace Fcn.Imaging.Png;

// Where the pixels of an unpacked row belong: at (X + i * Step, Y) for i in 0..Count-1.
internal readonly record struct PngRow(int Y, int X, int Step, int Count);

// Takes one row: the bytes as in the file with filters undone, samples below 8 bits still packed.
internal delegate void PngRowSink(ReadOnlySpan<byte> packed, PngRow row);

// In: compressed pixels. Out: rows, pass by pass, with filters undone (PNG specification, chapters 7 to 10).
internal static class PngRows
{
    public static void Read(PngFile png, PngRowSink sink)
    {
        try
        {
            using var inflated = new ZLibStream(new PiecewiseStream(png.Pixels), CompressionMode.Decompress);
            foreach (PngPass pass in PngPass.Of(png.Header)) ReadPass(png, inflated, pass, sink);
            inflated.ReadByte(); // the inflater compares Adler-32 when it is asked for more than there is
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw PngFile.Damaged(png.Path, "its compressed pixels are damaged or cut off", e);
        }
    }

    private static void ReadPass(PngFile png, Stream inflated, PngPass pass, PngRowSink sink)
    {
        PngHeader header = png.Header;
        int columns = pass.Columns(header.Width), rows = pass.Rows(header.Height);
        if (columns <= 0 || rows <= 0) return;
        int left = header.PixelBytes, length = header.RowBytes(columns);

        // Both rows have a pixel of zeros on the left, as the filters want it; the filter's number is read into its last byte.
        byte[] current = new byte[left + length], above = new byte[left + length];
        for (int y = 0; y < rows; y++)
        {
            if (inflated.ReadAtLeast(current.AsSpan(left - 1), 1 + length, throwOnEndOfStream: false) < 1 + length)
                throw PngFile.Damaged(png.Path, $"its pixels end in row {y} of {rows}");
            byte filter = current[left - 1];
            current[left - 1] = 0;
            if (filter > 4) throw PngFile.Damaged(png.Path, $"filter {filter} of row {y} does not exist");
            Unfilter(filter, current, above, left);
            sink(current.AsSpan(left), new PngRow(pass.Y + y * pass.StepY, pass.X, pass.StepX, columns));
            (current, above) = (above, current);
        }
    }

    private static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int left)
    {
        switch (filter)
        {
            case 1:
                for (int i = left; i < row.Length; i++) row[i] += row[i - left];
                break;
            case 2:
                for (int i = left; i < row.Length; i++) row[i] += above[i];
                break;
            case 3:
                for (int i = left; i < row.Length; i++) row[i] += (byte)((row[i - left] + above[i]) / 2);
                break;
            case 4:
                for (int i = left; i < row.Length; i++) row[i] += Paeth(row[i - left], above[i], above[i - left]);
                break;
        }
    }

    // The neighbour nearest to left + above - corner; ties go to left, then above (specification 9.4).
    public static byte Paeth(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - 2 * corner);
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }
}

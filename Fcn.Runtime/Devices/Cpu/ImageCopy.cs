namespace Fcn.Devices.Cpu;

// (N, H, W, C) without borders → (N, H + 2 halo, W + 2 halo, C) with zeros around, on all threads. One work item is a few rows, borders
// included.
internal static unsafe class ImageCopy
{
    private const int ItemFloats = 1 << 15;

    public static void Run(CpuPool pool, InputBatch input, float* image, int halo)
    {
        fixed (float* pixels = input.Pixels)
        {
            int rows = Extents.Count(input.Images * (input.Height + 2L * halo));
            var (row, side) = ((long)input.Width * input.Channels, (long)halo * input.Channels);
            int rowsPerItem = (int)Math.Clamp(ItemFloats / (row + 2 * side), 1, rows);
            var frame = new Frame(pixels, image, rows, rowsPerItem, input.Height, row, halo, side);
            pool.Run("image", &CopyRows, &frame, (rows - 1) / rowsPerItem + 1);
        }
    }

    private static void CopyRows(void* argument, int item)
    {
        var frame = *(Frame*)argument;
        long width = frame.Row + 2 * frame.Side;
        int all = frame.Height + 2 * frame.Halo;
        int to = (int)Math.Min(frame.Rows, (item + 1L) * frame.RowsPerItem);
        for (int row = item * frame.RowsPerItem; row < to; row++)
        {
            int y = row % all - frame.Halo;
            var line = new Span<float>(frame.Image + row * width, (int)width);
            if (y < 0 || y >= frame.Height)
            {
                line.Clear();
                continue;
            }
            long from = ((long)(row / all) * frame.Height + y) * frame.Row;
            line[..(int)frame.Side].Clear();
            new ReadOnlySpan<float>(frame.Pixels + from, (int)frame.Row).CopyTo(line[(int)frame.Side..]);
            line[^(int)frame.Side..].Clear();
        }
    }

    // Row: floats of a row of pixels. Side: floats of the border beside it.
    private readonly struct Frame(float* pixels, float* image, int rows, int rowsPerItem, int height, long row, int halo, long side)
    {
        public readonly float* Pixels = pixels;
        public readonly float* Image = image;
        public readonly int Rows = rows;
        public readonly int RowsPerItem = rowsPerItem;
        public readonly int Height = height;
        public readonly long Row = row;
        public readonly int Halo = halo;
        public readonly long Side = side;
    }
}

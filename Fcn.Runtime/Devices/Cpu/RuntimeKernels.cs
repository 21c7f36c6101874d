namespace Fcn.Devices.Cpu;

/// <summary>Kernels that depend on no network; schedules launch them by these names like generated ones.</summary>
internal static unsafe class RuntimeKernels
{
    /// Zeroes the border of one plane of a map (planes, height + 2 halo, width + 2 halo, block); inner pixels are not touched.
    /// Arguments: map, height, width, halo, block.
    public static void ClearBorder(void* arguments, int plane)
    {
        long* a = (long*)arguments;
        var (height, width, halo, block) = (a[1], a[2], a[3], a[4]);
        long row = (width + 2 * halo) * block, side = halo * block, rows = halo * row;
        // Rows lie end to end: the right border of a row and the left border of the next are one stretch.
        float* at = (float*)a[0] + plane * (height + 2 * halo) * row;
        Zero(at, rows + side);
        at += rows + row - side;
        for (long y = 1; y < height; y++, at += row) Zero(at, 2 * side);
        Zero(at, side + rows);
    }

    /// One row of (N, H, W, C) without borders → (N, H + 2 halo, W + 2 halo, C) with zeros around.
    /// Arguments: image, padded, height, width, channels, halo.
    public static void PadImage(void* arguments, int row)
    {
        long* a = (long*)arguments;
        var (height, halo) = ((int)a[2], (int)a[5]);
        long floats = a[3] * a[4], side = halo * a[4];
        int all = height + 2 * halo, y = row % all - halo;
        var line = new Span<float>((float*)a[1] + row * (floats + 2 * side), (int)(floats + 2 * side));
        if (y < 0 || y >= height)
        {
            line.Clear();
            return;
        }
        line[..(int)side].Clear();
        new ReadOnlySpan<float>((float*)a[0] + ((long)(row / all) * height + y) * floats, (int)floats).CopyTo(line[(int)side..]);
        line[^(int)side..].Clear();
    }

    /// Adds partial sums in their order. Arguments: partial (double), count, sum (double).
    public static void Total(void* arguments, int item)
    {
        long* a = (long*)arguments;
        double sum = 0;
        for (long i = 0; i < a[1]; i++) sum += ((double*)a[0])[i];
        *(double*)a[2] = sum;
    }

    /// Null where no kernel of the runtime has this name.
    public static CpuKernel? Find(string name) => name switch
    {
        "clear_border" => new(name, &ClearBorder, &ClearBorder, &ClearBorder),
        "pad_image" => new(name, &PadImage, &PadImage, &PadImage),
        "total" => new(name, &Total, &Total, &Total),
        _ => null,
    };

    private static void Zero(float* memory, long floats) => new Span<float>(memory, checked((int)floats)).Clear();
}

using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

// The kernels that belong to no network, launched as tables launch them.
public sealed unsafe class RuntimeKernelsTests
{
    [Theory]
    [InlineData(3, 5, 7, 2, 4)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(5, 2, 9, 0, 16)]
    [InlineData(40, 30, 20, 3, 16)]
    public void Only_borders_are_cleared(int planes, int height, int width, int halo, int block)
    {
        int rows = height + 2 * halo, columns = width + 2 * halo, floats = planes * rows * columns * block;
        var map = new float[floats + 2];
        Array.Fill(map, 1);
        fixed (float* at = map) Run("clear_border", planes, (long)(at + 1), height, width, halo, block);
        for (int i = 0; i < floats; i++)
        {
            int y = i / block / columns % rows, x = i / block % columns;
            bool inside = y >= halo && y < height + halo && x >= halo && x < width + halo;
            Assert.Equal(inside ? 1 : 0, map[i + 1]);
        }
        Assert.Equal((1, 1), (map[0], map[^1]));
    }

    [Theory]
    [InlineData(2, 5, 7, 3, 1)]
    [InlineData(1, 1, 1, 1, 4)]
    [InlineData(3, 4, 2, 5, 100)]
    [InlineData(2, 3, 3, 3, 0)]
    public void An_image_gets_a_border_of_zeros(int images, int height, int width, int channels, int halo)
    {
        int rows = height + 2 * halo, columns = width + 2 * halo, floats = images * rows * columns * channels;
        float[] image = [.. Enumerable.Range(1, images * height * width * channels).Select(static i => (float)i)];
        var padded = new float[floats + 2];
        Array.Fill(padded, float.NaN);
        fixed (float* from = image, to = padded) Run("pad_image", images * rows, (long)from, (long)(to + 1), height, width, channels, halo);
        for (int i = 0; i < floats; i++)
        {
            int x = i / channels % columns - halo, y = i / channels / columns % rows - halo, n = i / channels / columns / rows;
            bool inside = y >= 0 && y < height && x >= 0 && x < width;
            Assert.Equal(inside ? image[((n * height + y) * width + x) * channels + i % channels] : 0, padded[i + 1]);
        }
        Assert.True(float.IsNaN(padded[0]) && float.IsNaN(padded[^1]));
    }

    // In their order, in double precision.
    [Fact]
    public void Partial_sums_are_added()
    {
        double[] partial = [1e16, 1, -1e16, 0.5, 7];
        double sum = double.NaN;
        fixed (double* from = partial) Run("total", 1, (long)from, 4, (long)&sum);
        Assert.Equal(1e16 + 1 - 1e16 + 0.5, sum);
    }

    [Fact]
    public void Nothing_else_has_their_names() => Assert.Null(RuntimeKernels.Find("conv1"));

    private static void Run(string kernel, int items, params long[] arguments)
    {
        using var pool = new CpuPool(3);
        foreach (var level in Enum.GetValues<SimdLevel>())
            fixed (long* at = arguments) pool.Run(kernel, RuntimeKernels.Find(kernel)!.For(level), at, items);
    }
}

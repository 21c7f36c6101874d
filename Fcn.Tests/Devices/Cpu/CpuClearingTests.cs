using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed unsafe class CpuClearingTests
{
    [Theory]
    [InlineData(3, 5, 7, 2, 4)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(5, 2, 9, 0, 16)]
    [InlineData(40, 30, 20, 3, 16)]
    public void OnlyBordersAreCleared(int planes, int height, int width, int halo, int block)
    {
        using var pool = new CpuPool(3);
        int rows = height + 2 * halo, columns = width + 2 * halo;
        var map = new float[planes * rows * columns * block + 1];
        Array.Fill(map, 1);
        fixed (float* at = map) pool.ClearHalo("halo", at, planes, height, width, halo, block);
        for (int i = 0; i < map.Length - 1; i++)
        {
            int y = i / block / columns % rows, x = i / block % columns;
            bool inside = y >= halo && y < height + halo && x >= halo && x < width + halo;
            Assert.Equal(inside ? 1 : 0, map[i]);
        }
        Assert.Equal(1, map[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_003)]
    public void ExactlyTheFloatsAreCleared(int floats)
    {
        using var pool = new CpuPool(3);
        var memory = new float[floats + 1];
        Array.Fill(memory, 1);
        fixed (float* at = memory) pool.Clear("clear", at, floats);
        Assert.Equal(-1, memory.AsSpan(0, floats).IndexOfAnyExcept(0));
        Assert.Equal(1, memory[floats]);
    }
}

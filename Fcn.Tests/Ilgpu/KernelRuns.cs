using System.Runtime.InteropServices;
using Fcn.Tests.Ptx;
using Xunit;

namespace Fcn.Tests.Ilgpu;

// Runs the kernels of KernelTexts on small inputs and compares with what they must come to.
internal static class KernelRuns
{
    public static void Scale(CompiledKernel kernel, int seed)
    {
        using var memory = new DeviceMemory();
        float[] x = Whole(100, seed);
        ulong y = memory.Allocate(400, "y");
        kernel.Launch(2, 64, 0, [Upload(memory, x, "x"), y, 100, BitConverter.SingleToUInt32Bits(0.5f)], memory, seed);
        Assert.Equal(x.Select(static v => v * 0.5f), Download(memory, y, 100));
    }

    public static void Product(CompiledKernel kernel, int seed)
    {
        const int n = 16;
        using var memory = new DeviceMemory();
        float[] a = Whole(n * n, seed), b = Whole(n * n, seed + 100);
        ulong c = memory.Allocate(n * n * 4, "c");
        kernel.Launch(4, 64, 0, [Upload(memory, a, "a"), Upload(memory, b, "b"), c, n], memory, seed);
        var expected = Enumerable.Range(0, n * n).Select(i => Enumerable.Range(0, n).Sum(k => a[i / n * n + k] * b[k * n + i % n]));
        Assert.Equal(expected, Download(memory, c, n * n));
    }

    public static void Sum(CompiledKernel kernel, int seed)
    {
        using var memory = new DeviceMemory();
        float[] x = Whole(192, seed);
        ulong y = memory.Allocate(12, "y");
        kernel.Launch(3, 32, 0, [Upload(memory, x, "x"), y], memory, seed);
        Assert.Equal(x.Chunk(64).Select(static c => c.Sum()), Download(memory, y, 3));
    }

    public static void Count(CompiledKernel kernel, int seed)
    {
        using var memory = new DeviceMemory();
        byte[] votes = [.. Enumerable.Range(0, 192).Select(static i => (byte)(i % 3))];
        ulong counts = Upload<int>(memory, [0], "counts");
        kernel.Launch(3, 64, 0, [counts, Upload(memory, votes, "votes")], memory, seed);
        Assert.Equal(128, BitConverter.SingleToInt32Bits(Download(memory, counts, 1)[0]));
    }

    public static void Tile(CompiledKernel kernel, int seed)
    {
        using var memory = new DeviceMemory();
        float[] a = Whole(256, seed), b = Whole(128, seed + 100);
        ulong c = memory.Allocate(512, "c");
        kernel.Launch(1, 32, 768, [Upload(memory, Narrow(a), "a"), Upload(memory, Narrow(b), "b"), c], memory, seed);
        var expected = Enumerable.Range(0, 128).Select(i => Enumerable.Range(0, 16).Sum(k => a[i / 8 * 16 + k] * b[i % 8 * 16 + k]));
        Assert.Equal(expected, Download(memory, c, 128));
    }

    private static float[] Whole(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-8, 9))];
    }

    private static ushort[] Narrow(float[] values) => [.. values.Select(static v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16))];

    private static ulong Upload<T>(DeviceMemory memory, T[] values, string name) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        ulong address = memory.Allocate(bytes.Length, name);
        memory.Write(address, bytes);
        return address;
    }

    private static float[] Download(DeviceMemory memory, ulong address, int count)
    {
        var values = new float[count];
        memory.Read(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}

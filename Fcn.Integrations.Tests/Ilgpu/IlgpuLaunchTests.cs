using System.Reflection;
using Fcn.Devices.Ilgpu;
using ILGPU;
using Xunit;

namespace Fcn.Integrations.Tests.Ilgpu;

[Collection(nameof(SimulatedDevice))]
public sealed unsafe class IlgpuLaunchTests(SimulatedDevice simulated)
{
    private const int Threads = 32, Blocks = 3;

    private readonly IlgpuDriver _driver = simulated.Driver;

    // More than the 14 that ILGPU's own launchers take, and more than an Action takes.
    [Fact]
    public void ArgumentsGoByTheirTypes()
    {
        ulong to = _driver.Allocate(4096), bytes = _driver.Allocate(64);
        _driver.Fill(to, 0, 4096, 0);
        _driver.Fill(bytes, 7, 64, 0);
        Launch(
            nameof(Many), to + 256, bytes + 3, 0, to, Bits(-5), unchecked((ulong)-6L), Bits(1.5f), BitConverter.DoubleToUInt64Bits(2.5), bytes + 8, bytes + 12,
            bytes + 16, bytes + 20, 1, 2, 3, 4, 5, 6);
        var values = new double[16];
        fixed (double* host = values) _driver.Download((byte*)host, to + 256, 16 * sizeof(double), 0);
        double[] expected =
        [
            7, 0, _driver.Addresses.Native(to), -5, -6, 1.5, 2.5, 0x07070707, 0x07070707, 0x0707, 7, 21, Threads, Blocks, (4096 - 256) / 8, 61,
        ];
        Assert.Equal(expected, values);
        _driver.Free(to);
        _driver.Free(bytes);
    }

    [Fact]
    public void AddressesMustBeThose()
    {
        ulong one = _driver.Allocate(64);
        Assert.Throws<InvalidOperationException>(() => _driver.Addresses.View<float>(one + 2));
        Assert.Throws<InvalidOperationException>(() => _driver.Addresses.View<byte>(one + 65));
        Assert.Equal(0, _driver.Addresses.View<byte>(one + 64).Length);
        Assert.Equal(15, _driver.Addresses.View<float>(one + 4).Length);
        _driver.Free(one);
        Assert.Throws<InvalidOperationException>(() => _driver.Addresses.View<byte>(one));
    }

    [Fact]
    public void AMethodIsCompiledOnce()
    {
        MethodInfo method = Method(nameof(Many));
        Assert.Equal(_driver.Compile(method, "many", Threads, 0), _driver.Compile(method, "many", Threads, 0));
        Assert.NotEqual(_driver.Compile(method, "many", Threads, 0), _driver.Compile(method, "many", 64, 0));
    }

    // Dynamic shared memory and a barrier: every thread reads what its neighbour wrote.
    [Fact]
    public void DynamicSharedMemoryHasItsSize()
    {
        ulong to = _driver.Allocate(Blocks * Threads * sizeof(int));
        Launch(_driver.Compile(Method(nameof(Neighbours)), "neighbours", Threads, 60_000), to);
        var values = new int[Blocks * Threads];
        fixed (int* host = values) _driver.Download((byte*)host, to, values.Length * sizeof(int), 0);
        Assert.Equal(Enumerable.Range(0, values.Length).Select(static i => (i + 1) % Threads + 100 * (i / Threads)), values);
        _driver.Free(to);
    }

    private static ulong Bits(int value) => (uint)value | 0xABCD_0000_0000UL;

    private static ulong Bits(float value) => Bits(BitConverter.SingleToInt32Bits(value));

    private static MethodInfo Method(string name) => typeof(IlgpuLaunchTests).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private void Launch(string name, params ulong[] arguments) => Launch(_driver.Compile(Method(name), name, Threads, 0), arguments);

    private void Launch(nint kernel, params ulong[] arguments)
    {
        void** pointers = stackalloc void*[arguments.Length];
        fixed (ulong* values = arguments)
        {
            for (int i = 0; i < arguments.Length; i++) pointers[i] = values + i;
            _driver.MakeCurrent(1);
            _driver.Launch(kernel, Blocks, Threads, 0, 0, pointers);
        }
    }

    private static void Many(
        ArrayView<double> to, ArrayView<byte> bytes, ArrayView<float> nothing, [DeviceAddress] long address, int i, long l, float f, double d,
        ArrayView<int> signed, ArrayView<uint> unsigned, ArrayView<ushort> half, ArrayView<byte> one, int a, int b, int c, int x, int y, int z)
    {
        if (Grid.IdxX != 0 || Group.IdxX != 0) return;
        to[0] = bytes[0];
        to[1] = nothing.Length;
        to[2] = address;
        to[3] = i;
        to[4] = l;
        to[5] = f;
        to[6] = d;
        to[7] = signed[0];
        to[8] = unsigned[0];
        to[9] = half[0];
        to[10] = one[0];
        to[11] = a + b + c + x + y + z;
        to[12] = Group.DimX;
        to[13] = Grid.DimX;
        to[14] = to.Length;
        to[15] = bytes.Length;
    }

    private static void Neighbours(ArrayView<int> to)
    {
        ArrayView<byte> shared = SharedMemory.GetDynamic<byte>();
        shared[Group.IdxX] = (byte)Group.IdxX;
        Group.Barrier();
        to[Grid.IdxX * Group.DimX + Group.IdxX] = shared[(Group.IdxX + 1) % Group.DimX] + 100 * Grid.IdxX;
    }
}

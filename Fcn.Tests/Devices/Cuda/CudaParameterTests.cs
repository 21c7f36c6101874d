using System.Runtime.InteropServices;
using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;
using Fcn.Tests.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cuda;

public sealed class CudaParameterTests
{
    // Ordinary, one input, one position, a bias, and one whose single output channel is larger than a slot of the staging ring (1 MB).
    private static readonly (int Out, int In, int Kernel)[] Shapes = [(7, 5, 3), (6, 1, 4), (4, 9, 1), (11, 1, 1), (3, 6000, 7)];

    private static readonly NetworkSummary Summary = LinearScore.Summary with
    {
        Parameters =
        [
            .. Shapes.Select(static (s, i) => new ParameterSummary($"p{i}", [s.Out, s.In, s.Kernel, s.Kernel], Fill.Zero, i, 10 * i)),
        ],
    };

    private static readonly CudaProgram Program = LinearScoreCuda.Program with { Parameters = Places() };

    // What the card holds after a write, read back byte by byte past the engine.
    [Theory]
    [InlineData(null)]
    [InlineData(4)]
    public void TheCardHoldsInputsInnermost(int? seed)
    {
        var card = new DelegateCard(LinearScoreCuda.Bodies);
        using var driver = new EmulatedDriver(card, seed);
        using var device = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null));
        using var context = new GpuContext(driver, CudaCards.Of(driver, 0));
        nint stream = driver.CreateStream();
        using var staging = new GpuStaging(context, stream, GpuParameters.LargestUnit(Program));
        using var memory = new GpuParameters(Summary, Program, context, staging, stream);
        for (int p = 0; p < Shapes.Length; p++)
        {
            var (outputs, inputs, kernel) = Shapes[p];
            var place = Program.Parameters[p];
            float[] canonical = CudaBench.Numbers((int)place.Length, p), back = new float[place.Length];
            memory.Write(ParameterStore.Values, p, canonical);
            memory.Read(ParameterStore.Values, p, back);
            Assert.Equal(canonical, back);

            var held = new float[place.Reserved];
            driver.Wait(stream);
            card.Read(memory.Values + (ulong)place.Offset * sizeof(float), MemoryMarshal.AsBytes(held.AsSpan()));
            for (int o = 0; o < outputs; o++)
            {
                for (int i = 0; i < inputs; i++)
                {
                    for (int k = 0; k < kernel * kernel; k++)
                    {
                        float expected = canonical[(o * inputs + i) * kernel * kernel + k];
                        bool there = held[(o * kernel * kernel + k) * inputs + i] == expected;
                        if (!there) Assert.Fail($"{p}: value ({o}, {i}, {k}) lies elsewhere.");
                    }
                }
            }
            Assert.All(held[(int)place.Length..], static rest => Assert.Equal(0, rest));
        }
        driver.DestroyStream(stream);
    }

    [Fact]
    public void EveryBlockHasItsMultipliers()
    {
        var card = new DelegateCard(LinearScoreCuda.Bodies);
        using var driver = new EmulatedDriver(card);
        using var context = new GpuContext(driver, CudaCards.Of(driver, 0));
        nint stream = driver.CreateStream();
        using var staging = new GpuStaging(context, stream, GpuParameters.LargestUnit(Program));
        using var memory = new GpuParameters(Summary, Program, context, staging, stream);
        memory.Train();
        driver.Wait(stream);
        var table = new float[2 * memory.Blocks];
        card.Read(memory.Multipliers, MemoryMarshal.AsBytes(table.AsSpan()));
        // 3 · 6000 · 49 values take 862 blocks; each of the others fits into one.
        Assert.Equal(4 + 862, memory.Blocks);
        for (int b = 0; b < memory.Blocks; b++) Assert.Equal((Math.Min(b, 4), 10 * Math.Min(b, 4)), (table[2 * b], table[2 * b + 1]));
        driver.DestroyStream(stream);
    }

    [Fact]
    public void CodeOfAnotherNetworkIsRefused()
    {
        using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies));
        using var device = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null));
        var code = LinearScoreCuda.Code with { Cuda = Program };
        Assert.Contains("places 5 parameters of 2", Assert.Throws<ArgumentException>(() => device.Open(LinearScore.Summary, code)).Message);
        device.Dispose();
        Assert.Equal(0, driver.Live);
    }

    private static CudaParameter[] Places()
    {
        var places = new List<CudaParameter>();
        foreach (var (outputs, inputs, kernel) in Shapes)
        {
            long offset = places.Count == 0 ? 0 : places[^1].Offset + places[^1].Reserved;
            places.Add(new CudaParameter(offset, outputs, inputs, kernel));
        }
        return [.. places];
    }
}

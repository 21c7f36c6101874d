using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;
using Fcn.Devices.Ilgpu;
using Fcn.Tests;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
using ILGPU;
using Xunit;

namespace Fcn.Integrations.Tests.Ilgpu;

[Collection(nameof(SimulatedDevice))]
public sealed class IlgpuErrorTests(SimulatedDevice simulated)
{
    [Fact]
    public void NetworksNeedIlgpuKernels() => Assert.Equal(
        "LinearScore was built without ILGPU kernels. Reference the package ILGPU in the project that declares it and build again. " +
        "Run without ILGPU instead (--device cpu).",
        Refusal.Of(() => simulated.Device.Open(LinearScore.Summary, LinearScoreCuda.Code)));

    // A kernel is missing from every variant.
    [Fact]
    public void NetworksNeedAllKernelsOfAVariant()
    {
        var kernels = LinearScoreIlgpu.Program.Kernels.Where(static k => k.Key != "update").ToDictionary();
        Assert.Contains(
            "ilgpu:cpu (simulated, 256 threads) cannot run LinearScore in fp32: it was compiled without kernels of this precision.",
            Refusal.Of(() => simulated.Device.Open(LinearScore.Summary, LinearScoreIlgpu.Code with { Ilgpu = new IlgpuProgram(() => kernels) })));
    }

    [Theory]
    [InlineData(CudaPrecision.Tf32, "tf32")]
    [InlineData(CudaPrecision.Bf16, "bf16")]
    public void PrecisionsNeedMatrixUnits(CudaPrecision precision, string words) => Assert.Equal(
        $"ilgpu:cpu (simulated, 256 threads) cannot compute in {words}: that needs an NVIDIA GPU of compute capability 8.0 or above. Use fp32.",
        Refusal.Of(() => new IlgpuDevice(IlgpuBackend.Cpu, 0, precision)));

    [Fact]
    public void ThereMustBeSuchADevice()
    {
        Assert.Equal(
            "There is no device 1 of ilgpu:cpu. Those here: 0 (CPUAccelerator).", Refusal.Of(() => new IlgpuDevice(IlgpuBackend.Cpu, 1)));
        Assert.Equal("ILGPU has no backend 'metal': expected cuda, opencl or cpu.", Refusal.Of(() => IlgpuDevice.Open("metal")));
        if (CudaDevice.Find() is { Ordinal: null } none)
            Assert.Equal($"ILGPU finds no device for ilgpu:cuda: {none.Words}.", Refusal.Of(() => IlgpuDevice.Open("cuda")));
    }

    // A machine without OpenCL, one with a device that ILGPU cannot use, or one that it can: never another kind of exception.
    [Fact]
    public void OpenClIsThereOrRefusedInWords()
    {
        try
        {
            using var device = IlgpuDevice.Open("opencl");
            Assert.Equal(IlgpuBackend.OpenCl, device.Backend);
        }
        catch (FcnException e)
        {
            Assert.Matches("generic address space|no OpenCL driver shows one", e.Message);
        }
    }

    [Fact]
    public void AutoFindsADevice()
    {
        using var device = IlgpuDevice.Open("");
        Assert.NotEqual(IlgpuBackend.Auto, device.Backend);
    }

    [Fact]
    public void MemoryThatIsNotThereIsToldInNumbers()
    {
        using var engine = simulated.Open();
        string refusal = Refusal.Of(() => engine.Segment(new InputBatch(1, 1, 1, 3, new float[3]), new byte[1]));
        Assert.Contains("needs an input of at least 2x2 pixels", refusal);
        // Four terabytes: no machine gives them.
        var context = new GpuContext(simulated.Driver, simulated.Driver.Card);
        refusal = Refusal.Of(() => new GpuBlock(context, 1L << 42, "Something takes", static free => $"Not more than {free}."));
        Assert.Matches(
            @"^Something takes 4398046511104 bytes \(4398\.05 GB\) of ilgpu:cpu \(simulated, 256 threads\); \d+ bytes \(.* GB\) of .* are free\. Not more",
            refusal);
        context.Dispose();
    }

    // The engine says what would fit; NVIDIA is not to blame where there is no card of theirs.
    [Fact]
    public void ALackOfMemoryIsOneOnEveryBackend()
    {
        var full = Assert.Throws<GpuException>(() => simulated.Driver.Allocate(1L << 42));
        Assert.Equal(GpuFault.OutOfMemory, full.Fault);
        Assert.Equal("There is no memory for an allocation of 4398046511104 bytes.", full.Message);
        Assert.False(simulated.Driver.IsLost);
        Assert.Null(simulated.Driver.Graphs);
    }

    // What ILGPU cannot compile spoils it for all that comes after.
    [Fact]
    public void AKernelThatIlgpuCannotCompileIsNamed()
    {
        var kernels = LinearScoreIlgpu.Program.Kernels.ToDictionary();
        kernels["score"] = Throwing;
        using var device = new IlgpuDevice(IlgpuBackend.Cpu);
        using var engine = device.Open(LinearScore.Summary, LinearScoreIlgpu.Code with { Ilgpu = new IlgpuProgram(() => kernels) });
        var input = CudaBench.Batch(1, 4, 4);
        CudaBench.Labels(engine, input);
        Assert.StartsWith(
            "ILGPU refused kernel score for ilgpu:cpu (simulated, 256 threads): ", Refusal.Of(() => CudaBench.Scores(engine, input)));
        Assert.Contains("Open the device anew.", Refusal.Of(() => CudaBench.Scores(engine, input)));
        // What was compiled before goes on.
        CudaBench.Labels(engine, input);
    }

    private static void Throwing(ArrayView<float> packed, ArrayView<float> image, ArrayView<float> scores, int height, int width)
    {
        if (height > width) throw new InvalidOperationException();
        try
        {
            scores[0] = packed[0];
        }
        finally
        {
            scores[1] = image[0];
        }
    }
}

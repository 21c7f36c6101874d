using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;
using Fcn.Devices.Schedules;
using Fcn.Tests.Devices.Cpu;
using Xunit;
using static Fcn.Tests.Devices.Cuda.CudaBench;

namespace Fcn.Tests.Devices.Cuda;

public sealed class CudaErrorTests
{
    private static EmulatedDriver Driver(params (string Name, int Capability)[] cards) =>
        new([.. cards.Select(static c => new DelegateCard(LinearScoreCuda.Bodies) { Name = c.Name, Capability = c.Capability })]);

    private static CudaDevice Open(EmulatedDriver driver, int ordinal = 0, CudaPrecision precision = CudaPrecision.Fp32) =>
        new(CudaSearch.Of(driver), ordinal, precision, new CubinCache(null));

    [Fact]
    public void WhatAutoFindsAndWhyNot()
    {
        Assert.Equal(
            new CudaFinding(null, "no NVIDIA driver is installed (libnothing.so.1 not found)"),
            CudaFinding.Of(NativeDriver.Search(["libnothing.so.1"])));
        Assert.Equal(new CudaFinding(null, "the NVIDIA driver sees no GPU"), Find(Driver()));
        Assert.Equal(
            new CudaFinding(null, "of the GPUs here none reaches compute capability 7.5: cuda:0 (Tesla V100, sm_70)"),
            Find(Driver(("Tesla V100", 70))));
        Assert.Equal(
            new CudaFinding(1, "cuda:1 (NVIDIA H200, sm_90)"), Find(Driver(("Quadro P400", 61), ("NVIDIA H200", 90), ("Tesla T4", 75))));
        var old = Driver(("Tesla T4", 75));
        old.DriverVersion = 9_020;
        Assert.Equal(
            new CudaFinding(null, "the NVIDIA driver is one for CUDA 9.2; CUDA 10.2 (driver 440) or newer is needed"), Find(old));
        var none = Driver(("Tesla T4", 75));
        none.Plant("cuInit", CudaException.NoDevice);
        Assert.Equal(new CudaFinding(null, "the NVIDIA driver sees no GPU"), Find(none));
        var broken = Driver(("Tesla T4", 75));
        broken.Plant("cuInit", 999);
        Assert.Contains("nvidia-smi", Find(broken).Words);

        static CudaFinding Find(EmulatedDriver driver) => CudaFinding.Of(CudaSearch.Of(driver));
    }

    [Fact]
    public void ADriverThatIsMissingIsLookedForAgainAndOneThatIsFoundIsKept()
    {
        using var driver = Driver(("Tesla T4", 75));
        int searches = 0;
        var lookup = new CudaLookup(() => ++searches == 1 ? new CudaSearch(null, "not yet") : CudaSearch.Of(driver));
        Assert.Equal("not yet", lookup.Result().Why);
        Assert.Same(driver, lookup.Result().Driver);
        Assert.Same(driver, lookup.Result().Driver);
        Assert.Equal(2, searches);
    }

    // A library of that name which is no driver: libc has none of its functions.
    [Fact]
    public void ADriverWithoutWhatIsNeededIsTooOld()
    {
        if (!OperatingSystem.IsLinux()) return;
        var search = NativeDriver.Search(["libc.so.6"]);
        Assert.Null(search.Driver);
        Assert.Equal("the NVIDIA driver has no cuInit: it is too old; CUDA 10.2 (driver 440) or newer is needed", search.Why);
    }

    [Fact]
    public void DevicesNameThemselvesAndWhatIsWrong()
    {
        using var driver = Driver(("NVIDIA H200", 90), ("Tesla V100", 70));
        using (var device = Open(driver, 0, CudaPrecision.Bf16)) Assert.Equal("cuda:0 (NVIDIA H200, sm_90, bf16)", device.Name);
        Assert.Equal(
            "There is no GPU cuda:2. GPUs here: cuda:0 (NVIDIA H200, sm_90), cuda:1 (Tesla V100, sm_70).",
            Refusal.Of(() => Open(driver, 2)));
        Assert.StartsWith(
            "cuda:1 (Tesla V100, sm_70) has compute capability 7.0; 7.5 or above is needed.", Refusal.Of(() => Open(driver, 1)));
        var absent = new CudaSearch(null, "no NVIDIA driver is installed");
        Assert.StartsWith(
            "CUDA cannot be used: no NVIDIA driver is installed.",
            Refusal.Of(() => new CudaDevice(absent, 0, CudaPrecision.Fp32, new CubinCache(null))));
        Assert.Equal(0, driver.Live);
    }

    [Fact]
    public void PrecisionsThatTheCardLacksAreNamed()
    {
        using var driver = Driver(("Tesla T4", 75));
        using var device = Open(driver, 0, CudaPrecision.Bf16);
        string message = Refusal.Of(() => device.Open(LinearScore.Summary, LinearScoreCuda.Code));
        Assert.Equal(
            "cuda:0 (Tesla T4, sm_75) cannot run LinearScore in bf16: compute capability 8.0 is needed. It can in fp32 (--precision).",
            message);
        string without = Refusal.Of(() => device.Open(LinearScore.Summary, LinearScore.Code));
        Assert.StartsWith("LinearScore was compiled without kernels for NVIDIA GPUs. Add 'cuda' to the property FcnTargets", without);
    }

    [Fact]
    public void TooLargeABatchSaysWhichOneFits()
    {
        using var bench = new CudaBench(memoryBytes: 4_000_000);
        using var cpu = OnCpu();
        long one = bench.Engine.PlannedBytes(RunMode.Scores, 1, 100, 100), eight = bench.Engine.PlannedBytes(RunMode.Scores, 8, 100, 100);
        Assert.True(one < 4_000_000 / 4 && eight > 4_000_000 / 2, $"{one} {eight}");
        string message = Refusal.Of(() => Scores(bench.Engine, Batch(16, 100, 100)));
        Assert.StartsWith("Scores of LinearScore on 16x100x100 needs 5120000 bytes (0.01 GB) of cuda:0 (Emulated GPU, sm_90); ", message);
        Assert.Contains(" of 4000000 bytes (0.00 GB) are free.", message);
        Assert.EndsWith("The largest batch of this size that fits has 12 images.", message);
        // What it says is true, and nothing was broken.
        var fits = Batch(12, 100, 100);
        Assert.Equal(Scores(cpu, fits), Scores(bench.Engine, fits));
        Assert.Contains("has 12 images", Refusal.Of(() => Scores(bench.Engine, Batch(13, 100, 100))));
        Assert.Contains("Not even one image of this size fits", Refusal.Of(() => Scores(bench.Engine, Batch(1, 500, 500))));
    }

    [Fact]
    public void ParametersThatDoNotFitAreNamed()
    {
        using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies) { MemoryBytes = 10_000 });
        using (var device = Open(driver))
        {
            using var engine = device.Open(LinearScore.Summary, LinearScoreCuda.Code);
            string message = Refusal.Of(() => engine.Backward(Batch(1, 2, 2), new byte[4], default));
            Assert.StartsWith("The gradients of LinearScore take 8192 bytes (0.00 GB) of cuda:0 (Emulated GPU, sm_90); ", message);
            Assert.Contains("Training takes three times the memory", message);
        }
        using var smaller = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies) { MemoryBytes = 8_000 });
        using (var device = Open(smaller))
        {
            string message = Refusal.Of(() => device.Open(LinearScore.Summary, LinearScoreCuda.Code));
            Assert.StartsWith("The parameters of LinearScore take", message);
        }
        Assert.Equal(0, smaller.Live);
    }

    [Theory]
    [InlineData("cuEventSynchronize", 700)]
    [InlineData("cuLaunchKernel", 719)]
    [InlineData("cuGraphLaunch", 714)]
    [InlineData("cuMemcpyHtoDAsync", 702)]
    public void ALostCardEndsTheProcessNotTheRun(string operation, int code)
    {
        var bench = new CudaBench();
        var input = Batch(1, 4, 4);
        for (int i = 0; i < 3; i++) Labels(bench.Engine, input);
        bench.Driver.Plant(operation, code);
        // Every call of a lost card fails, giving back included.
        // A new size is launched kernel by kernel.
        var next = operation == "cuLaunchKernel" ? Batch(1, 5, 4) : input;
        string message = RefusalOfDriver(() => Labels(bench.Engine, next));
        Assert.Contains($"refused {operation}", message);
        Assert.Contains($"({code}, ", message);
        Assert.Contains("Start the program again; a training run goes on from its last checkpoint, which is intact", message);
        foreach (string other in new[] { "cuMemFree", "cuCtxSetCurrent", "cuStreamSynchronize" }) bench.Driver.Plant(other, code);
        Assert.Contains("was lost to this process by an earlier error", Refusal.Of(() => Labels(bench.Engine, input)));
        Assert.Contains("was lost", Refusal.Of(() => bench.Device.Open(LinearScore.Summary, LinearScoreCuda.Code)));
        bench.Engine.Dispose();
        bench.Device.Dispose();
    }

    // Lost behind the last call, so that the first to see it is Dispose.
    [Theory]
    [InlineData("cuCtxSetCurrent")]
    [InlineData("cuMemFree")]
    public void DisposingOnALostCardDoesNotThrow(string first)
    {
        var bench = new CudaBench();
        Labels(bench.Engine, Batch(1, 4, 4));
        bench.Driver.Plant(first, 719);
        bench.Engine.Dispose();
        Assert.True(bench.Driver.IsLost);
        bench.Device.Dispose();
    }

    [Fact]
    public void UnknownCodesKeepTheirNumber()
    {
        using var bench = new CudaBench();
        bench.Driver.Plant("cuStreamSynchronize", 12_345);
        var failure = Assert.Throws<CudaException>(() => Read(bench.Engine, ParameterStore.Values, 0));
        Assert.Equal("The NVIDIA driver refused cuStreamSynchronize: an error that it has no name for (12345).", failure.Message);
        Assert.False(bench.Driver.IsLost);
        bench.Driver.Mend("cuStreamSynchronize");
        Assert.Equal(Weight, Read(bench.Engine, ParameterStore.Values, 0));
    }

    [Fact]
    public void BatchesAreCheckedAsOnTheCpu()
    {
        using var bench = new CudaBench();
        Assert.Contains("reads 3 channels; the batch has 4", Refusal.Of(() => Labels(bench.Engine, new InputBatch(1, 4, 4, 4, new float[64]))));
        Assert.Contains("needs an input of at least 2x2 pixels; got 4x1", Refusal.Of(() => Labels(bench.Engine, Batch(1, 1, 4))));
        Assert.Contains("Label 5 at row 0, column 1", Refusal.Of(() => bench.Engine.Backward(Batch(1, 2, 2), [0, 5, 0, 0], default)));
        Assert.Throws<ArgumentException>(() => bench.Engine.Segment(Batch(1, 4, 4), new byte[15]));
        Assert.Throws<ArgumentException>(() => bench.Engine.Write(ParameterStore.Values, 1, new float[4]));
    }

    [Fact]
    public void MoreBlocksThanAGridTakesAreAnError()
    {
        using var bench = new CudaBench();
        using var context = new GpuContext(bench.Driver, CudaCards.Of(bench.Driver, 0));
        var variant = LinearScoreCuda.Program.Variant(CudaPrecision.Fp32, 90)!;
        using var modules = new CudaModules(bench.Driver, context.Card, LinearScoreCuda.Program, variant, new CubinCache(null));
        nint stream = bench.Driver.CreateStream();
        var launches = new LaunchStream(context, modules, stream);
        var table = new ScheduleTable("Grids", """
            kernel pack from to
            kernel pack_backward from to
            mode None 1
            launch none pack 0 N N
            mode Many 1
            launch many pack 2147483648 N N
            mode NotLoaded 1
            launch other pack_backward 1 N N
            """u8);
        modules.Load([0]);
        Launch("None");
        Assert.Contains("pack would take 2147483648 blocks", Refusal.Of(() => Launch("Many")));
        Assert.Throws<InvalidOperationException>(() => Launch("NotLoaded"));
        Assert.Empty(bench.Driver.Ran);
        bench.Driver.DestroyStream(stream);

        void Launch(string mode)
        {
            using var frame = new ScheduleFrame(table.Find(mode)!, ArenaPlan.ForGpu());
            frame.Set("N", 1);
            frame.Measure("Grids", 1, 1);
            launches.Launch(frame);
        }
    }
}

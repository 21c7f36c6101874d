using System.Runtime.CompilerServices;
using System.Text;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
using Xunit;

namespace Fcn.Tests.Devices;

// Networks that nobody refers to: one that is inside a call stays until it returns, one that was forgotten gives back what it holds.
public sealed class LifetimeTests
{
    private static InputBatch Batch { get; } = CudaBench.Batch(1, 4, 4);

    // The call is the last that its caller does with the engine. Optimised code holds nothing beyond its last use: the JIT has to come to
    // that first.
    [Fact]
    public void A_call_keeps_its_engine()
    {
        using var device = new CpuDevice(1);
        for (int life = 0; life < 1200; life++)
        {
            foreach (var mode in Enum.GetValues<RunMode>()) Live(device, mode);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Live(CpuDevice device, RunMode mode)
    {
        var engine = device.Open(LinearScore.Summary, Collecting.Code);
        Collecting.Engine = new WeakReference(engine);
        if (mode == RunMode.Segment) engine.Segment(Batch, new byte[16]);
        else if (mode == RunMode.Scores) engine.Scores(Batch, new float[16 * LinearScore.Classes]);
        else engine.Backward(Batch, new byte[16], new BackwardStep(1, 0, true));
    }

    [Fact]
    public void A_forgotten_network_gives_the_cards_memory_back()
    {
        using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies));
        using (var device = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null)))
        {
            int before = driver.Live;
            Forget(device);
            Assert.True(driver.Live > before);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(before, driver.Live);
        }
        Assert.Equal(0, driver.Live);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(CudaDevice device)
    {
        var engine = device.Open(LinearScore.Summary, LinearScoreCuda.Code);
        engine.Backward(Batch, new byte[16], new BackwardStep(1, 0, true));
        engine.Segment(Batch, new byte[16]);
    }

    // A driver that refuses to take something back: everything else is given back all the same, and only the one who disposes is told.
    [Fact]
    public void What_cannot_be_given_back_keeps_nothing_else()
    {
        using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies));
        using var device = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null));
        var engine = device.Open(LinearScore.Summary, LinearScoreCuda.Code);
        engine.Backward(Batch, new byte[16], new BackwardStep(1, 0, true));
        int all = driver.Live, blocks = driver.Blocks;
        driver.Plant("cuMemFree", 1);
        Assert.Throws<CudaException>(engine.Dispose);
        Assert.Equal(blocks + 1, driver.Live); // and the device's own hold on the card
        Assert.True(all > blocks + 1);
        Forget(device);
        GC.Collect();
        GC.WaitForPendingFinalizers(); // throws nothing
    }

    // Whatever the driver refuses, at whichever call: an engine that could not be opened, or could not run, leaves nothing on the card.
    [Theory]
    [InlineData("cuCtxSetCurrent")]
    [InlineData("cuMemAlloc")]
    [InlineData("cuMemAllocHost")]
    [InlineData("cuEventCreate")]
    [InlineData("cuMemsetD8Async")]
    [InlineData("cuMemcpyHtoDAsync")]
    [InlineData("cuModuleGetFunction")]
    [InlineData("cuLaunchKernel")]
    public void A_call_that_fails_leaves_nothing(string operation)
    {
        for (int after = 0; after < 12; after++)
        {
            using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies));
            using (var device = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null)))
            {
                driver.Plant(operation, 1, after);
                try
                {
                    using var engine = device.Open(LinearScore.Summary, LinearScoreCuda.Code);
                    engine.Backward(Batch, new byte[16], new BackwardStep(1, 0, true));
                    engine.Update(new SolverStep(1, 0, 0, 1));
                }
                catch (CudaException refused) when (refused.Code == 1)
                {
                    driver.Mend(operation);
                }
            }
            Assert.Equal((after, 0), (after, driver.Live));
        }
    }

    [Fact]
    public void A_module_whose_function_was_refused_is_loaded_once()
    {
        using var bench = new CudaBench();
        bench.Driver.Plant("cuModuleGetFunction", 1);
        for (int i = 0; i < 2; i++) Assert.Throws<CudaException>(() => bench.Engine.Segment(Batch, new byte[16]));
        bench.Driver.Mend("cuModuleGetFunction");
        bench.Engine.Segment(Batch, new byte[16]);
        Assert.Equal(["score_argmax", "pack"], bench.Driver.Assembled);
    }

    // A plan that cannot be given back does not come back.
    [Fact]
    public void A_full_cache_of_plans_drops_the_oldest_first()
    {
        var cache = new PlanCache<StubbornPlan>(static shape => new StubbornPlan(shape));
        for (int i = 1; i <= 32; i++) cache.Get(new RunShape(default, i, 1, 1));
        Assert.Throws<InvalidOperationException>(() => cache.Get(new RunShape(default, 33, 1, 1)));
        Assert.False(cache.Get(new RunShape(default, 33, 1, 1)).IsDisposed);
        Assert.Throws<InvalidOperationException>(() => cache.Get(new RunShape(default, 1, 1, 1)));
        Assert.False(cache.Get(new RunShape(default, 1, 1, 1)).IsDisposed);
    }

    [Fact]
    public void Releasing_goes_on_behind_a_failure_and_tells_the_last()
    {
        var released = new List<int>();
        var parts = Enumerable.Range(0, 4).Select(i => new Disposal(() =>
        {
            released.Add(i);
            if (i is 1 or 2) throw new InvalidOperationException($"part {i}");
        }));
        Assert.Equal("part 2", Assert.Throws<InvalidOperationException>(() => Release.All([.. parts, null])).Message);
        Assert.Equal([0, 1, 2, 3], released);
    }

    private sealed class StubbornPlan(RunShape shape) : RunPlan(shape)
    {
        public bool IsDisposed { get; private set; }

        public override void Dispose()
        {
            IsDisposed = true;
            throw new InvalidOperationException("kept");
        }
    }

    // LinearScore whose first kernel collects, as other threads of a program do, and goes on only where its memory is still there.
    private static unsafe class Collecting
    {
        public static NetworkCode Code { get; } = new(LinearScore.Code.Cpu! with
        {
            Kernels = [new CpuKernel("collect", &Collect, &Collect, &Collect), .. LinearScore.Code.Cpu.Kernels],
            Schedules = static () => Text,
        });

        public static WeakReference? Engine { get; set; }

        private static readonly byte[] Text =
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(LinearScore.Schedules).Replace("pad_image", "collect"));

        private static void Collect(void* arguments, int item)
        {
            if (item == 0)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
                if (!Engine!.IsAlive) throw new InvalidOperationException("The engine was collected while its kernels ran.");
            }
            RuntimeKernels.PadImage(arguments, item);
        }
    }
}

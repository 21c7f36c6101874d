using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Tests.Devices.Cpu;
using Xunit;
using static Fcn.Tests.Devices.Cuda.CudaBench;

namespace Fcn.Tests.Devices.Cuda;

public sealed class CudaEngineTests
{
    private static readonly SolverStep Solver = new(0.5f, 0.9f, 0.0005f, 0.5f);

    // The last is larger than the staging ring. Seeds: streams that run ahead at random, and one that never does.
    [Theory]
    [InlineData(1, 2, 2, null)]
    [InlineData(1, 7, 13, 1)]
    [InlineData(3, 40, 33, 2)]
    [InlineData(2, 500, 400, null)]
    [InlineData(2, 500, 400, 3)]
    public void ScoresAndLabelsAreTheCpus(int images, int height, int width, int? seed)
    {
        using var bench = new CudaBench(seed);
        using var cpu = OnCpu();
        foreach (var input in new[] { Batch(images, height, width), Batch(images, height, width, 6), Batch(images, height, width, 7) })
        {
            Assert.Equal(Labels(cpu, input), Labels(bench.Engine, input));
            Assert.Equal(Scores(cpu, input), Scores(bench.Engine, input));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4, true)]
    public void TrainingIsTheCpusBitForBit(int? seed, bool apart = false)
    {
        using var bench = new CudaBench(seed, apart: apart);
        using var cpu = OnCpu();
        var input = Batch(2, 30, 31);
        var other = Batch(1, 20, 20, 8);
        for (int i = 0; i < 12; i++)
        {
            foreach (var engine in new[] { cpu, bench.Engine }) engine.Backward(input, Truth(input), Step(i, first: true));
            // Not first: added to what is there.
            double expected = cpu.Backward(other, Truth(other), Step(i, first: false));
            Assert.Equal(expected, bench.Engine.Backward(other, Truth(other), Step(i, first: false)));
            AssertSame(ParameterStore.Gradients);
            cpu.Update(Solver);
            bench.Engine.Update(Solver);
            // What ran since shows in the weights: two updates without a step between.
            if (i % 3 == 0) cpu.Update(Solver with { Rate = 0.25f, Momentum = 0.5f });
            if (i % 3 == 0) bench.Engine.Update(Solver with { Rate = 0.25f, Momentum = 0.5f });
            if (i % 4 == 1) Assert.Equal(Labels(cpu, input), Labels(bench.Engine, input));
        }
        AssertSame(ParameterStore.Values);
        AssertSame(ParameterStore.Momentum);
        Assert.NotEqual(Weight, Read(bench.Engine, ParameterStore.Values, 0));

        static BackwardStep Step(int i, bool first) => new(1f / 1860, (ulong)i, first);

        void AssertSame(ParameterStore store)
        {
            for (int p = 0; p < 2; p++) Assert.Equal(Read(cpu, store, p), Read(bench.Engine, store, p));
        }
    }

    [Fact]
    public void WeightsArePackedWhenTheyChangedAndOnlyThen()
    {
        using var bench = new CudaBench();
        var input = Batch(1, 5, 4);
        Labels(bench.Engine, input);
        Labels(bench.Engine, input);
        Scores(bench.Engine, input);
        Assert.Equal(["pack", "score_argmax", "score_argmax", "score"], Ran());
        bench.Engine.Backward(input, Truth(input), new BackwardStep(1, 0, true));
        bench.Engine.Backward(input, Truth(input), new BackwardStep(1, 0, false));
        string[] step = ["score_loss", "score_gradient", "loss_sum"];
        Assert.Equal(["pack_backward", .. step, .. step], Ran());
        bench.Engine.Update(Solver);
        Labels(bench.Engine, input);
        // The gradients' copy is not needed yet.
        Assert.Equal(["update", "pack", "score_argmax"], Ran());
        bench.Engine.Backward(input, Truth(input), new BackwardStep(1, 0, true));
        Assert.Equal(["pack_backward", .. step], Ran());
        bench.Engine.Write(ParameterStore.Momentum, 0, Weight);
        Labels(bench.Engine, input);
        Assert.Equal(["score_argmax"], Ran());
        bench.Engine.Write(ParameterStore.Values, 0, Weight);
        Labels(bench.Engine, input);
        Assert.Equal(["pack", "score_argmax"], Ran());

        string[] Ran()
        {
            string[] ran = [.. bench.Driver.Ran];
            bench.Driver.Ran.Clear();
            return ran;
        }
    }

    // The update may still be under way when the values that it would change are replaced.
    [Fact]
    public void WhatIsWrittenBehindAnUpdateStays()
    {
        using var bench = new CudaBench();
        var input = Batch(1, 5, 4);
        bench.Engine.Backward(input, Truth(input), new BackwardStep(1, 0, true));
        bench.Engine.Update(Solver);
        foreach (var store in new[] { ParameterStore.Values, ParameterStore.Momentum, ParameterStore.Gradients })
            bench.Engine.Write(store, 1, [1, 2, 3, 4, 5]);
        foreach (var store in new[] { ParameterStore.Values, ParameterStore.Momentum, ParameterStore.Gradients })
            Assert.Equal([1, 2, 3, 4, 5], Read(bench.Engine, store, 1));
    }

    // Once plainly, once captured, from then on replayed; another size has a graph of its own.
    [Fact]
    public void AShapeIsCapturedOnceAndReplayed()
    {
        using var bench = new CudaBench();
        var input = Batch(1, 5, 4);
        byte[] first = Labels(bench.Engine, input);
        Assert.Equal((0, 0), (bench.Driver.Captured, bench.Driver.GraphLaunches));
        for (int i = 0; i < 5; i++) Assert.Equal(first, Labels(bench.Engine, input));
        Assert.Equal((1, 5), (bench.Driver.Captured, bench.Driver.GraphLaunches));
        Assert.NotEqual(first, Labels(bench.Engine, Batch(1, 5, 4, 6)));
        Labels(bench.Engine, Batch(1, 4, 5));
        Labels(bench.Engine, Batch(1, 4, 5));
        Assert.Equal((2, 7), (bench.Driver.Captured, bench.Driver.GraphLaunches));
        for (int i = 0; i < 6; i++)
        {
            bench.Engine.Backward(input, Truth(input), new BackwardStep(1, 0, true));
            bench.Engine.Update(Solver);
        }
        // A step, both packings (the first was packed for the labels, so its second time is one later), an update.
        Assert.Equal(6, bench.Driver.Captured);
    }

    [Fact]
    public void AGraphIsCapturedAnewWhereTheArenaMoved()
    {
        using var bench = new CudaBench();
        using var cpu = OnCpu();
        var small = Batch(1, 30, 40);
        for (int i = 0; i < 3; i++) Assert.Equal(Labels(cpu, small), Labels(bench.Engine, small));
        long before = bench.Engine.ArenaBytes;
        var large = Batch(2, 200, 100);
        Assert.Equal(Labels(cpu, large), Labels(bench.Engine, large));
        Assert.True(bench.Engine.ArenaBytes > before);
        for (int i = 0; i < 3; i++) Assert.Equal(Labels(cpu, small), Labels(bench.Engine, small));
        // Small again and again: the arena shrinks and moves once more.
        for (int i = 0; i < 20; i++) Assert.Equal(Labels(cpu, small), Labels(bench.Engine, small));
        Assert.Equal(before, bench.Engine.ArenaBytes);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("cuStreamBeginCapture")]
    [InlineData("cuStreamEndCapture")]
    [InlineData("cuLaunchKernel")]
    public void WithoutCaptureLaunchesGoOneByOne(string refused)
    {
        using var bench = new CudaBench(plant: driver => driver.Captures = refused != "absent");
        using var cpu = OnCpu();
        var input = Batch(1, 5, 4);
        Assert.Equal(Labels(cpu, input), Labels(bench.Engine, input));
        if (refused == "cuLaunchKernel")
        {
            // Refused within the capture and behind it: a true error, not one of the capture.
            bench.Driver.Plant(refused, 1);
            Assert.Contains("cuLaunchKernel", RefusalOfDriver(() => Labels(bench.Engine, input)));
            bench.Driver.Mend(refused);
        }
        else
        {
            bench.Driver.Plant(refused, 900);
        }
        for (int i = 0; i < 3; i++) Assert.Equal(Labels(cpu, input), Labels(bench.Engine, input));
        Assert.Equal(0, bench.Driver.GraphLaunches);
    }

    [Fact]
    public void OnlyTrainingTakesMemoryForTraining()
    {
        using var bench = new CudaBench();
        const long Store = 2 * CudaParameter.Unit * sizeof(float);
        long before = bench.Driver.MemoryInUse;
        Assert.All(Read(bench.Engine, ParameterStore.Momentum, 0), static m => Assert.Equal(0, m));
        Labels(bench.Engine, Batch(1, 4, 4));
        long segmenting = bench.Driver.MemoryInUse;
        Assert.Equal(bench.Engine.PlannedBytes(RunMode.Segment, 1, 4, 4), segmenting - before);
        bench.Engine.Backward(Batch(1, 4, 4), new byte[16], new BackwardStep(1, 0, true));
        // Gradients, momentum, a rate and a decay for each of two blocks.
        long expected = bench.Engine.PlannedBytes(RunMode.Training, 1, 4, 4) + 2 * Store + 4 * sizeof(float);
        Assert.Equal(expected, bench.Driver.MemoryInUse - before);
        bench.Engine.Update(Solver);
        Assert.Equal(expected, bench.Driver.MemoryInUse - before);
    }

    [Fact]
    public void EverythingIsGivenBack()
    {
        var bench = new CudaBench();
        using (var second = bench.Device.Open(LinearScore.Summary, LinearScoreCuda.Code)) Labels(second, Batch(1, 4, 4));
        var input = Batch(1, 9, 9);
        for (int i = 0; i < 3; i++)
        {
            Labels(bench.Engine, input);
            bench.Engine.Backward(input, Truth(input), new BackwardStep(1, 0, true));
            bench.Engine.Update(Solver);
        }
        // The device goes first; what is open on it goes on.
        bench.Device.Dispose();
        Labels(bench.Engine, input);
        bench.Engine.Dispose();
        bench.Engine.Dispose();
        Assert.Equal(0, bench.Driver.Live);
        Assert.Throws<ObjectDisposedException>(() => Labels(bench.Engine, input));
        Assert.Throws<ObjectDisposedException>(() => bench.Device.Open(LinearScore.Summary, LinearScoreCuda.Code));
        bench.Driver.Dispose();
    }

    // The driver keeps the current context per thread.
    [Fact]
    public void CallsMayComeFromAnyThread()
    {
        using var bench = new CudaBench();
        var input = Batch(1, 6, 6);
        byte[] here = Labels(bench.Engine, input), there = [];
        var thread = new Thread(() => there = Labels(bench.Engine, input));
        thread.Start();
        thread.Join();
        Assert.Equal(here, there);
        var disposing = new Thread(bench.Engine.Dispose);
        disposing.Start();
        disposing.Join();
    }

    [Fact]
    public void KernelsAreTimedAsAWhole()
    {
        using var bench = new CudaBench();
        var input = Batch(1, 5, 4);
        for (int i = 0; i < 3; i++) Labels(bench.Engine, input);
        Assert.Equal(TimeSpan.Zero, bench.Device.KernelTime);
        int before = bench.Driver.Live, graphs = bench.Driver.GraphLaunches;
        bench.Device.TimesKernels = true;
        Labels(bench.Engine, input);
        var one = bench.Device.KernelTime;
        Assert.True(one > TimeSpan.Zero);
        Labels(bench.Engine, input);
        Assert.True(bench.Device.KernelTime > one);
        bench.Device.TimesKernels = false;
        Labels(bench.Engine, input);
        // The graph is timed, not taken apart; events do not pile up.
        Assert.Equal((before, graphs + 3), (bench.Driver.Live, bench.Driver.GraphLaunches));
    }

    [Fact]
    public void MemoryIsPlannedWithoutAGpu()
    {
        var plan = LinearScoreCuda.Program.Variant(CudaPrecision.Tf32, 90)!.Memory(LinearScore.Summary, RunMode.Training, 2, 10, 20, 132);
        Assert.Equal(["score.slopes", "losses", "@data", "@labels.score_fr"], plan.Buffers.Select(static b => b.Name));
        Assert.Equal([2L * 10 * 20 * 5 * 4, 2L * 10 * 8, 2L * 10 * 20 * 3 * 4, 2L * 10 * 20], plan.Buffers.Select(static b => b.Bytes));
        Assert.All(plan.Buffers, static b => Assert.Equal(0, b.Offset % 256));
        Assert.Equal(plan.LiveBytes, plan.Bytes);
    }

    [Fact]
    public void AProfileListsEveryLaunch()
    {
        using var bench = new CudaBench();
        var input = Batch(1, 5, 4);
        for (int i = 0; i < 3; i++) Step();
        var profile = new LaunchProfile();
        bench.Device.Profile = profile;
        Step();
        bench.Device.Profile = null;
        Step();
        Assert.Equal(
            ["pack", "pack_backward", "score_loss", "score_gradient", "loss_sum", "update"], profile.Launches.Select(static l => l.Name));
        Assert.Equal([1L, 1, 5, 5, 1, 2], profile.Launches.Select(static l => l.Items));
        Assert.All(profile.Launches, static l => Assert.True(l.Ticks > 0));

        void Step()
        {
            bench.Engine.Backward(input, Truth(input), new BackwardStep(1, 0, true));
            bench.Engine.Update(Solver);
        }
    }
}

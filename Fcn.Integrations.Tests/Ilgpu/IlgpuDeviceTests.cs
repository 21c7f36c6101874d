using Fcn.Devices;
using Fcn.Devices.Ilgpu;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Devices.Cuda;
using Xunit;
using static Fcn.Tests.Devices.Cuda.CudaBench;

namespace Fcn.Integrations.Tests.Ilgpu;

[Collection(nameof(SimulatedDevice))]
public sealed class IlgpuDeviceTests(SimulatedDevice simulated)
{
    private static readonly SolverStep Solver = new(0.5f, 0.9f, 0.0005f, 0.5f);

    // The last is larger than a slot of the staging ring, so that it crosses in pieces.
    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(1, 7, 13)]
    [InlineData(2, 5, 200)]
    [InlineData(1, 3, 40_000)]
    public void ScoresAndLabelsAreTheCpus(int images, int height, int width)
    {
        using var engine = simulated.Open();
        using var cpu = OnCpu();
        foreach (var input in new[] { Batch(images, height, width), Batch(images, height, width, 6) })
        {
            Assert.Equal(Labels(cpu, input), Labels(engine, input));
            Assert.Equal(Scores(cpu, input), Scores(engine, input));
        }
    }

    [Fact]
    public void TrainingIsTheCpusBitForBit()
    {
        using var engine = simulated.Open();
        using var cpu = OnCpu();
        var input = Batch(2, 5, 7);
        var other = Batch(1, 4, 130, 8);
        for (int i = 0; i < 3; i++)
        {
            foreach (var each in new[] { cpu, engine }) each.Backward(input, Truth(input), new BackwardStep(1f / 590, (ulong)i, true));
            // Not first: added to what is there.
            var added = new BackwardStep(1f / 590, (ulong)i, false);
            Assert.Equal(cpu.Backward(other, Truth(other), added), engine.Backward(other, Truth(other), added));
            AssertSame(ParameterStore.Gradients);
            foreach (var each in new[] { cpu, engine }) each.Update(Solver);
            Assert.Equal(Labels(cpu, input), Labels(engine, input));
        }
        AssertSame(ParameterStore.Values);
        AssertSame(ParameterStore.Momentum);
        Assert.NotEqual(Weight, Read(engine, ParameterStore.Values, 0));

        void AssertSame(ParameterStore store)
        {
            for (int p = 0; p < 2; p++) Assert.Equal(Read(cpu, store, p), Read(engine, store, p));
        }
    }

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        using var engine = simulated.Open();
        Assert.Equal(Weight, Read(engine, ParameterStore.Values, 0));
        Assert.All(Read(engine, ParameterStore.Momentum, 0), static m => Assert.Equal(0, m));
        foreach (var store in Enum.GetValues<ParameterStore>())
        {
            engine.Write(store, 1, [1, 2, 3, 4, 5]);
            Assert.Equal([1, 2, 3, 4, 5], Read(engine, store, 1));
        }
    }

    [Fact]
    public void TheDeviceGoesBeforeItsNetworks()
    {
        var device = new IlgpuDevice(IlgpuBackend.Cpu);
        var engine = device.Open(LinearScore.Summary, LinearScoreIlgpu.Code);
        device.Dispose();
        device.Dispose();
        Assert.Equal(new byte[16], Labels(engine, Batch(1, 4, 4)));
        var elsewhere = new Thread(engine.Dispose);
        elsewhere.Start();
        elsewhere.Join();
        Assert.Throws<ObjectDisposedException>(() => Labels(engine, Batch(1, 4, 4)));
        Assert.Throws<ObjectDisposedException>(() => device.Open(LinearScore.Summary, LinearScoreIlgpu.Code));
    }

    [Fact]
    public void NetworksShareADevice()
    {
        using Engine one = simulated.Open(), two = simulated.Open();
        var input = Batch(1, 5, 4);
        two.Write(ParameterStore.Values, 1, [9, 0, 0, 0, 0]);
        Assert.Equal(Labels(one, input), Labels(one, input));
        Assert.All(Labels(two, input), static l => Assert.Equal(0, l));
        Assert.Contains(Labels(one, input), static l => l != 0);
        byte[] there = [];
        var thread = new Thread(() => there = Labels(one, input));
        thread.Start();
        thread.Join();
        Assert.Equal(Labels(one, input), there);
    }

    [Fact]
    public void LaunchesAndRunsAreTimed()
    {
        using var engine = simulated.Open();
        var input = Batch(1, 5, 4);
        var profile = new LaunchProfile();
        simulated.Device.Profile = profile;
        engine.Backward(input, Truth(input), new BackwardStep(1, 0, true));
        engine.Update(Solver);
        simulated.Device.Profile = null;
        Assert.Equal(
            ["pack", "pack_backward", "score_loss", "score_gradient", "loss_sum", "update"], profile.Launches.Select(static l => l.Name));
        Assert.Equal([1L, 1, 5, 5, 1, 2], profile.Launches.Select(static l => l.Items));
        Assert.True(profile.Launches.Sum(static l => l.Ticks) > 0);
        simulated.Device.TimesKernels = true;
        Labels(engine, input);
        simulated.Device.TimesKernels = false;
        Assert.True(simulated.Device.KernelTime > TimeSpan.Zero);
    }

    [Fact]
    public void TheDeviceHasAName()
    {
        Assert.Equal("ilgpu:cpu (simulated, 256 threads, fp32)", simulated.Device.Name);
        using var engine = simulated.Open();
        Assert.Equal(simulated.Device.Name, engine.Device);
        Assert.Equal((IlgpuBackend.Cpu, 75), (simulated.Device.Backend, simulated.Device.Capability));
    }

    [Fact]
    public void MemoryIsPlanned()
    {
        using var engine = simulated.Open();
        // Scores of a GpuEngine: packed weights (80 bytes) and image and labels, each up to a multiple of 256.
        Assert.Equal(256 + 2560 + 256, engine.PlannedBytes(RunMode.Segment, 1, 10, 20));
    }
}

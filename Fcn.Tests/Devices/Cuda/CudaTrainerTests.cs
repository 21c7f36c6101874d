using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Tests.Devices.Cpu;
using Fcn.Tests.Training;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Devices.Cuda;

public sealed class CudaTrainerTests
{
    private static readonly TrainerSettings Settings = new()
    {
        Solver = new SolverSettings { BaseRate = 1e-5, Momentum = 0.9, Accumulate = 2 },
        Iterations = 20, ValidateEvery = 10, CheckpointEvery = 4, LogEvery = 5,
    };

    // Batches of many sizes, two to an update, validation between: half on one device, half on the other.
    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public void ARunMovesBetweenDevices(int? seed)
    {
        using var folder = new TempFolder();
        using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies), seed);
        using var gpu = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null)) { Poison = true };
        using var cpu = new CpuDevice(2);
        var whole = Train(cpu, "whole", 20, 0);
        var there = Train(gpu, "there", 20, 0);
        Train(cpu, "moved", 7, 0);
        Train(gpu, "moved", 13, 7);
        var back = Train(cpu, "moved", 20, 13);
        Assert.Equal(whole.Weights, there.Weights);
        Assert.Equal(whole.Weights, back.Weights);
        Assert.Equal(whole.Result.SmoothedLoss, back.Result.SmoothedLoss);
        Assert.Equal(whole.Result.BestMeanIU, back.Result.BestMeanIU);
        Assert.True(there.Result.Completed && back.Result.Completed);

        (byte[] Weights, TrainingResult Result) Train(Device device, string name, long until, long from)
        {
            using var network = new LinearNet(device);
            using var run = from > 0
                ? RunFolder.Open(Path.Combine(folder["runs"], "train", name))
                : RunFolder.Create(folder["runs"], "train", name);
            using var trainer = new Trainer(network, new ColourSet(9, classes: 5), Settings)
            {
                Validation = new ColourSet(4, 2, 5), Folder = run,
            };
            using var stop = new CancellationTokenSource();
            trainer.Stepped += step =>
            {
                if (step.Iteration == until) stop.Cancel();
            };
            if (from > 0) trainer.Resume(run.Last);
            Assert.Equal(from, trainer.Iteration);
            var result = trainer.Run(until == 20 ? CancellationToken.None : stop.Token);
            Assert.Equal(until, result.Iteration);
            return (File.ReadAllBytes(run.Last), result);
        }
    }

    // The card goes in the middle of a run: the last checkpoint is whole, and the run goes on from it elsewhere.
    [Fact]
    public void ALostCardLeavesTheLastCheckpoint()
    {
        using var folder = new TempFolder();
        using var driver = new EmulatedDriver(new DelegateCard(LinearScoreCuda.Bodies));
        var gpu = new CudaDevice(CudaSearch.Of(driver), 0, CudaPrecision.Fp32, new CubinCache(null));
        using var run = RunFolder.Create(folder["runs"], "train", "lost");
        using (var network = new LinearNet(gpu))
        using (var trainer = new Trainer(network, new ColourSet(9, classes: 5), Settings) { Folder = run })
        {
            trainer.Stepped += step =>
            {
                if (step.Iteration == 6) driver.Plant("cuEventSynchronize", 719);
            };
            Assert.Contains("last checkpoint, which is intact", Assert.Throws<CudaException>(() => trainer.Run()).Message);
        }
        gpu.Dispose();
        using var cpu = new CpuDevice(2);
        using var elsewhere = new LinearNet(cpu);
        using var resumed = new Trainer(elsewhere, new ColourSet(9, classes: 5), Settings) { Folder = run };
        resumed.Resume(run.Last);
        Assert.Equal(4, resumed.Iteration);
        Assert.True(resumed.Run().Completed);
    }

    private sealed class LinearNet(Device device) : Network(LinearScore.Summary, device.Open(LinearScore.Summary, LinearScoreCuda.Code));
}

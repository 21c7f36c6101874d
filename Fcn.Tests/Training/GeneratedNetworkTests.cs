// The trainer on a network that the compiler made: FcnDemo on drawn scenes, small and few.
using Fcn.Data;
using Fcn.Devices.Cpu;
using Fcn.Models;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class GeneratedNetworkTests : IDisposable
{
    static readonly PixelSize small = new(32, 24);

    readonly string root = Directory.CreateTempSubdirectory("fcn-generated-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    // Score layers start at zero, so every class is equally likely and the loss of a pixel is ln(classes).
    [Theory]
    [InlineData(LossMode.Mean)]
    [InlineData(LossMode.Sum)]
    public void TheFirstLossIsThatOfEqualScores(LossMode mode)
    {
        using var net = new FcnDemo();
        net.Initialize(1);
        var set = new DrawnScenes(2, seed: 3, small);
        var settings = new TrainerSettings { Solver = new() { Loss = mode, BaseRate = 1e-6 } };
        using var trainer = new Trainer(net, set, settings, new BatchSettings { Size = 2 });
        int valid = set.LoadLabels(0).Labels.Concat(set.LoadLabels(1).Labels).Count(static label => label != LabelMap.Ignore);
        double expected = Math.Log(6) * (mode == LossMode.Mean ? 1 : valid / 2.0);
        Assert.Equal(1, trainer.Step().Loss / expected, 1e-5);
    }

    [Fact]
    public void TheLossFalls()
    {
        using var net = new FcnDemo();
        net.Initialize(1);
        var settings = new TrainerSettings { Solver = new() { BaseRate = 0.02 }, LossWindow = 5 };
        using var trainer = new Trainer(net, new DrawnScenes(4, seed: 3, small), settings, new BatchSettings { Size = 2 });
        StepReport last = default;
        for (int i = 0; i < 20; i++) last = trainer.Step();
        Assert.InRange(last.SmoothedLoss, 0.01, 0.9 * Math.Log(6));
    }

    // Batch normalisation keeps state, which moves on twice an update where gradients of two batches are added up.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AStoppedRunContinuesBitForBit(bool normed)
    {
        using RunFolder whole = RunFolder.Create(root, "train", "whole"), stopped = RunFolder.Create(root, "train", "stopped");
        int[] expected = Session(normed, whole, resume: false);
        Session(normed, stopped, resume: false, stop: 3);
        Assert.Equal(expected, Session(normed, stopped, resume: true));
        Assert.Equal(Rows(whole), Rows(stopped));

        static IEnumerable<LogRow> Rows(RunFolder run) => run.Log.Rows.Select(static row => row with { ImagesPerSecond = 0 });
    }

    // Values and momentum after 8 updates of batches of mixed sizes.
    static int[] Session(bool normed, RunFolder run, bool resume, int stop = -1)
    {
        using var cancellation = new CancellationTokenSource();
        using var net = normed ? StateTests.Declared.Open(CpuDevice.Default) : new FcnDemo();
        net.Initialize(1);
        var settings = new TrainerSettings
        {
            Solver = new() { BaseRate = 0.02, Accumulate = 2 }, Iterations = 8, ValidateEvery = 4, LogEvery = 3,
        };
        var batches = new BatchSettings { Size = 3, Augmentation = new() { Mirror = true, MinScale = 0.5, MaxScale = 1.5 } };
        using var trainer = new Trainer(net, new DrawnScenes(20, seed: 3, small), settings, batches)
        {
            Validation = new DrawnScenes(3, seed: 4, small), Folder = run,
        };
        trainer.Stepped += step => { if (step.Iteration == stop) cancellation.Cancel(); };
        if (resume) trainer.Resume(run.Last);
        trainer.Run(cancellation.Token);
        var bits = new List<int>();
        for (int i = 0; i < net.Description.Parameters.Count; i++)
        {
            var values = new float[Tensor.Count(net.Description.Parameters[i].Shape)];
            foreach (ParameterStore store in (ParameterStore[])[ParameterStore.Values, ParameterStore.Momentum])
            {
                net.Engine.Read(store, i, values);
                bits.AddRange(values.Select(BitConverter.SingleToInt32Bits));
            }
        }
        return [.. bits];
    }
}

// A run that is stopped and resumed, however often and wherever, is bit for bit the run that never stopped.
using Fcn.Data;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("fcn-resume-").FullName;

    static readonly TrainerSettings settings = new()
    {
        Solver = new SolverSettings { BaseRate = 0.05, Policy = new RatePolicy.Poly(0.9, 60), Accumulate = 2, Momentum = 0.9 },
        Iterations = 60, ValidateEvery = 15, CheckpointEvery = 10, LogEvery = 4, LossWindow = 7, Seed = 11,
    };

    static readonly BatchSettings order = new()
    {
        Size = 3, Seed = 5, Augmentation = new Augmentation { Mirror = true, MinScale = 0.5, MaxScale = 2 },
    };

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(59)]
    public void AStoppedRunContinuesBitForBit(int stop)
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "stopped");
        Session(folder, resume: false, cancelAfter: stop);
        Assert.Equal(stop, Checkpoint.Peek(folder.Last).Iteration);
        AssertEqual(whole, Session(folder, resume: true));
    }

    // A crash loses what came after the last checkpoint: the log's rows are dropped and come again.
    [Fact]
    public void ACrashedRunContinuesFromItsLastCheckpoint()
    {
        Run whole = Whole();
        string path;
        using (RunFolder folder = RunFolder.Create(root, "train", "crashed"))
        {
            path = folder.Folder;
            Assert.Throws<IOException>(() => Session(folder, resume: false, failAt: 29));
            Assert.Equal(20, Checkpoint.Peek(folder.Last).Iteration);
            Assert.Equal(28, folder.Log.Rows[^1].Iteration);
        }
        using RunFolder again = RunFolder.Open(path);
        AssertEqual(whole, Session(again, resume: true));
    }

    [Fact]
    public void AValidationThatWasCancelledIsMadeUpFor()
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "validating");
        Session(folder, resume: false, cancelValidationAt: 30);
        CheckpointState state = Checkpoint.Peek(folder.Last);
        Assert.Equal((30, 15), (state.Iteration, state.Validated));
        Assert.Equal(28, folder.Log.Rows[^1].Iteration);
        AssertEqual(whole, Session(folder, resume: true));
    }

    [Fact]
    public void ManyStopsAreNoStop()
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "often");
        Session(folder, resume: false, cancelAfter: 3);
        foreach (int stop in (int[])[4, 5, 18, 19, 31, 45, 46]) Session(folder, resume: true, cancelAfter: stop);
        AssertEqual(whole, Session(folder, resume: true));
    }

    [Fact]
    public void AFinishedRunMayGoOnForLonger()
    {
        using RunFolder folder = RunFolder.Create(root, "train", "longer");
        Session(folder, resume: false);
        Run longer = Session(folder, resume: true, iterations: 70);
        Assert.Equal(70, longer.Result.Iteration);
        Assert.Equal([52, 56, 60, 64, 68, 70], folder.Log.Rows.TakeLast(6).Select(static r => r.Iteration));
    }

    [Fact]
    public void ResumingAFinishedRunDoesNothing()
    {
        using RunFolder folder = RunFolder.Create(root, "train", "done");
        Run done = Session(folder, resume: false);
        Run again = Session(folder, resume: true);
        Assert.Equal(done.Bits, again.Bits);
        Assert.True(again.Result.Completed);
        Assert.Empty(again.Losses);
    }

    sealed record Run(
        int[] Bits, IReadOnlyList<double> Losses, IReadOnlyList<LogRow> Log, byte[] Best, long Position, TrainingResult Result);

    Run Whole()
    {
        using RunFolder folder = RunFolder.Create(root, "train", "whole");
        return Session(folder, resume: false);
    }

    static Run Session(
        RunFolder folder, bool resume, int cancelAfter = -1, int failAt = -1, int cancelValidationAt = -1, long iterations = 60)
    {
        using var cancellation = new CancellationTokenSource();
        using PixelNet net = PixelNet.Initialized(dropout: 0.3);
        if (resume) net.Initialize(999);
        var losses = new List<double>();
        long iteration = 0;
        var validation = new ColourSet(5, seed: 2)
        {
            Reading = index => { if (index == 3 && iteration == cancelValidationAt) cancellation.Cancel(); },
        };
        using var trainer = new Trainer(net, new ColourSet(10), settings with { Iterations = iterations }, order)
        {
            Validation = validation, Folder = folder,
        };
        trainer.Stepped += step =>
        {
            iteration = step.Iteration;
            losses.Add(step.Loss);
            if (iteration == cancelAfter) cancellation.Cancel();
            if (iteration == failAt) throw new IOException("the plug was pulled");
        };
        if (resume) trainer.Resume(folder.Last);
        TrainingResult result = trainer.Run(cancellation.Token);
        return new Run(net.Engine.Bits(), losses, [.. folder.Log.Rows], File.Exists(folder.Best) ? File.ReadAllBytes(folder.Best) : [],
            Checkpoint.Peek(folder.Last).Position, result);
    }

    static void AssertEqual(Run whole, Run resumed)
    {
        Assert.Equal(whole.Bits, resumed.Bits);
        Assert.Equal(whole.Losses.TakeLast(resumed.Losses.Count), resumed.Losses);
        Assert.Equal(360, whole.Position);
        Assert.Equal(whole.Position, resumed.Position);
        Assert.Equal([4, 8, 12, 15, 16, 20, 24, 28, 30, 32, 36, 40, 44, 45, 48, 52, 56, 60], whole.Log.Select(static r => r.Iteration));
        Assert.Equal(whole.Log.Select(Untimed), resumed.Log.Select(Untimed));
        Assert.Equal(4, resumed.Log.Count(static r => r.Validation is not null));
        Assert.Equal(whole.Best, resumed.Best);
        Assert.Equal(whole.Result with { LastValidation = null }, resumed.Result with { LastValidation = null });
        Assert.True(resumed.Result.Completed);

        static LogRow Untimed(LogRow row) => row with { ImagesPerSecond = 0 };
    }
}

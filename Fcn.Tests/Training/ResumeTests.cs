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
        RunFolder folder = RunFolder.Create(root, "train", "crashed");
        var early = new byte[0];
        Session(folder, resume: false, cancelAfter: 29, at: step => { if (step == 21) early = File.ReadAllBytes(folder.Last); });
        File.WriteAllBytes(folder.Last, early);
        folder.Dispose();
        Assert.Equal(20, Checkpoint.Peek(folder.Last).Iteration);
        using RunFolder again = RunFolder.Open(folder.Folder);
        Assert.Equal(28, again.Log.Rows[^1].Iteration);
        AssertEqual(whole, Session(again, resume: true));
    }

    // Whoever throws, and whatever it is: nothing that was trained is lost.
    [Theory]
    [InlineData(29)]
    [InlineData(30)]
    public void ARunThatFailsIsSaved(int step)
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "failed");
        void Fail(long iteration)
        {
            if (iteration == step) throw new OutOfMemoryException();
        }

        Assert.Throws<OutOfMemoryException>(() => Session(folder, resume: false, at: Fail));
        Assert.Equal(step, Checkpoint.Peek(folder.Last).Iteration);
        AssertEqual(whole, Session(folder, resume: true));
    }

    // Each update takes two batches of three examples: 100 is in the second batch of update 17, 59 in the last of update 10.
    [Theory]
    [InlineData(100, 16)]
    [InlineData(59, 9)]
    public void ABadExampleLateInTheRunLosesNothing(int draw, int saved)
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "bad example");
        Assert.Throws<FcnException>(() => Session(folder, resume: false, badDraw: draw));
        CheckpointState state = Checkpoint.Peek(folder.Last);
        Assert.Equal((saved, 6 * saved), (state.Iteration, state.Position));
        AssertEqual(whole, Session(folder, resume: true));
    }

    // One photograph that is too large for the memory: pass 33 is the second of update 17.
    [Fact]
    public void APassThatFailsLateInTheRunLosesNothing()
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "bad pass");
        Assert.Throws<FcnException>(() => Session(folder, resume: false, badPass: 33));
        CheckpointState state = Checkpoint.Peek(folder.Last);
        Assert.Equal((16, 96), (state.Iteration, state.Position));
        AssertEqual(whole, Session(folder, resume: true));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(60)]
    public void ABadValidationExampleLosesNothing(int step)
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "bad validation");
        Assert.Throws<FcnException>(() => Session(folder, resume: false, badValidationAt: step));
        CheckpointState state = Checkpoint.Peek(folder.Last);
        Assert.Equal((step, step - 15), (state.Iteration, state.Validated));
        AssertEqual(whole, Session(folder, resume: true));
    }

    // The process died when a validation was in the log, but not yet in the checkpoint.
    [Fact]
    public void AValidationIsLoggedOnce()
    {
        Run whole = Whole();
        using RunFolder folder = RunFolder.Create(root, "train", "logged");
        var before = new byte[0];
        Session(folder, resume: false, cancelAfter: 31, validated: step => { if (step == 30) before = File.ReadAllBytes(folder.Last); });
        File.WriteAllBytes(folder.Last, before);
        Assert.Equal((30, 15), (Checkpoint.Peek(folder.Last).Iteration, Checkpoint.Peek(folder.Last).Validated));
        AssertEqual(whole, Session(folder, resume: true));
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
        RunFolder folder, bool resume, int cancelAfter = -1, int cancelValidationAt = -1, int badValidationAt = -1, int badDraw = -1,
        int badPass = -1, long iterations = 60, Action<long>? at = null, Action<long>? validated = null)
    {
        using var cancellation = new CancellationTokenSource();
        using PixelNet net = PixelNet.Initialized(dropout: 0.3);
        if (resume) net.Initialize(999);
        // It fails as often as it is tried.
        net.Engine.Training = () =>
        {
            if (net.Engine.Steps.Count == badPass) throw new FcnException("Training on 1x4000x6000 needs more than there is.");
        };
        var losses = new List<double>();
        long iteration = 0;
        var validation = new ColourSet(5, seed: 2)
        {
            Reading = index =>
            {
                if (index == 3 && iteration == cancelValidationAt) cancellation.Cancel();
                if (index == 3 && iteration == badValidationAt) throw new FcnException("label 9 of 3 classes");
            },
        };
        int draws = 0;
        var training = new ColourSet(10)
        {
            Reading = _ => { if (++draws == badDraw) throw new FcnException("the photograph is damaged"); },
        };
        using var trainer = new Trainer(net, training, settings with { Iterations = iterations }, order)
        {
            Validation = validation, Folder = folder,
        };
        trainer.Stepped += step =>
        {
            iteration = step.Iteration;
            losses.Add(step.Loss);
            if (iteration == cancelAfter) cancellation.Cancel();
            at?.Invoke(iteration);
        };
        trainer.Validated += report => validated?.Invoke(report.Iteration);
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

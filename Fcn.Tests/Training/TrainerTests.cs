using Fcn.Data;
using Fcn.Files;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("fcn-trainer-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void ItLearns()
    {
        using PixelNet net = PixelNet.Initialized();
        var settings = new TrainerSettings { Solver = new() { BaseRate = 0.3 }, Iterations = 200, ValidateEvery = 50 };
        using var trainer = new Trainer(net, new ColourSet(12), settings, new BatchSettings { Size = 4 })
        {
            Validation = new ColourSet(6, seed: 3),
        };
        double before = Evaluator.Run(net, trainer.Validation).MeanIU;
        TrainingResult result = trainer.Run();
        Assert.True(before < 0.6, $"{before}");
        Assert.True(result.BestMeanIU > 0.9, $"{result.BestMeanIU}");
        Assert.Equal(result.LastValidation!.Scores.MeanIU, Evaluator.Run(net, trainer.Validation).MeanIU);
        Assert.True(result.Completed);
    }

    [Fact]
    public void ARunLeavesEverythingInItsPlace()
    {
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root, "train", "all");
        var seen = new List<string>();
        var settings = new TrainerSettings
        {
            Solver = new() { BaseRate = 0.1 }, Iterations = 10, ValidateEvery = 5, CheckpointEvery = 3, LogEvery = 2,
        };
        using var trainer = new Trainer(net, new ColourSet(4), settings) { Validation = new ColourSet(2), Folder = folder };
        trainer.Stepped += step => seen.Add($"step {step.Iteration}");
        trainer.Validating += images => seen.Add($"image {images}");
        trainer.Validated += report => seen.Add($"validated {report.Iteration}");
        trainer.Saved += path => seen.Add($"saved {Path.GetFileName(path)}");
        TrainingResult result = trainer.Run();
        Assert.Equal(
        [
            "saved last.safetensors", "step 1", "step 2", "step 3", "saved last.safetensors",
            "step 4", "step 5", "saved last.safetensors", "image 1", "image 2", "validated 5",
            "step 6", "saved last.safetensors", "step 7", "step 8", "step 9", "saved last.safetensors",
            "step 10", "saved last.safetensors", "image 1", "image 2", "validated 10", "saved last.safetensors",
        ], seen);
        IEnumerable<string> files = Directory.GetFiles(folder.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder.Folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
        string[] expected = ["confusion.csv", "curve.svg", "environment.txt", "log.csv", "run.lock"];
        Assert.Equal([.. expected, "weights/best.safetensors", "weights/last.safetensors"], files);
        Assert.Equal([2, 4, 5, 6, 8, 10], folder.Log.Rows.Select(static r => r.Iteration));

        using var best = new PixelNet();
        best.Load(folder.Best);
        Assert.Equal(result.BestMeanIU, Evaluator.Run(best, trainer.Validation).MeanIU);
        Assert.Equal(folder.Log.Rows.Max(static r => r.Validation?.MeanIU), result.BestMeanIU);
        Assert.Equal(5, File.ReadAllLines(folder.EnvironmentFile).Length);
        Assert.Contains("device: pixels", File.ReadAllText(folder.EnvironmentFile));
    }

    [Theory]
    [InlineData(LossMode.Sum, "1e-10 for FCN-32s")]
    [InlineData(LossMode.Mean, "[Input(Scale = 1f / 58)]")]
    public void ALossThatIsNoNumberStopsWithAdvice(LossMode mode, string advice)
    {
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root, "train", "diverging");
        var settings = new TrainerSettings { Solver = new() { BaseRate = 0.125, Loss = mode }, Iterations = 20, CheckpointEvery = 4 };
        using var trainer = new Trainer(net, new ColourSet(4), settings) { Folder = folder };
        int[] before = [];
        trainer.Stepped += step =>
        {
            if (step.Iteration != 6) return;
            net.Engine.Write(ParameterStore.Values, 1, [float.NaN, 0, 0]);
            before = net.Engine.Bits();
        };
        string message = Assert.Throws<NotFiniteException>(() => trainer.Run()).Message;
        Assert.Contains("the loss is NaN at iteration 7 with learning rate 0.125", message);
        Assert.Contains(advice, message);
        Assert.Contains($"--init-from {folder.Last}", message);
        Assert.Equal(before, net.Engine.Bits());
        Assert.Equal(4, Checkpoint.Peek(folder.Last).Iteration);
    }

    [Fact]
    public void AStepThatFailedTakesTheSameExamplesAgain()
    {
        // Draw 11 is in the second batch of update 4.
        Assert.Equal(Trained(failing: -1), Trained(failing: 11));

        static int[] Trained(int failing)
        {
            int draws = 0;
            var set = new ColourSet(7) { Reading = _ => { if (++draws == failing) throw new FcnException("not now"); } };
            using PixelNet net = PixelNet.Initialized(dropout: 0.3);
            using var trainer = new Trainer(net, set, new TrainerSettings { Solver = new() { Accumulate = 3 } });
            for (int i = 0; i < 3; i++) trainer.Step();
            if (failing > 0) Assert.Throws<FcnException>(() => trainer.Step());
            for (int i = 0; i < 2; i++) trainer.Step();
            return net.Engine.Bits();
        }
    }

    [Fact]
    public void AnUpdateThatBlowsUpIsSeenAtTheLastStep()
    {
        using PixelNet net = PixelNet.Initialized();
        var settings = new TrainerSettings { Solver = new() { BaseRate = 1e38, Loss = LossMode.Sum }, Iterations = 1 };
        using var trainer = new Trainer(net, new ColourSet(4), settings);
        string message = Assert.Throws<NotFiniteException>(() => trainer.Run()).Message;
        Assert.Matches("^Training has diverged: the scores after iteration 1 are not finite with learning rate 1E\\+38\\. ", message);
        Assert.DoesNotContain("--init-from", message);
    }

    // At 6 by finite weights: all scores of a pixel are equal and overflow a float. A validation would follow.
    [Theory]
    [InlineData(8, float.NaN, 6)]
    [InlineData(6, 3e38f, 4)]
    public void ANetworkThatBlewUpReplacesNoCheckpointAndIsNotAdvised(int step, float weight, int saved)
    {
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root, "train", "blown up");
        var settings = new TrainerSettings { Iterations = 20, CheckpointEvery = 4, ValidateEvery = 3 };
        using var trainer = new Trainer(net, new ColourSet(4), settings) { Folder = folder, Validation = new ColourSet(2, seed: 2) };
        byte[] best = [];
        trainer.Saved += _ => best = File.Exists(folder.Best) ? File.ReadAllBytes(folder.Best) : [];
        trainer.Stepped += report =>
        {
            if (report.Iteration == step) net.Engine.Write(ParameterStore.Values, 0, Enumerable.Repeat(weight, 9).ToArray());
        };
        string message = Assert.Throws<NotFiniteException>(() => trainer.Run()).Message;
        Assert.StartsWith($"Training has diverged: the scores after iteration {step} are not finite", message);
        Assert.EndsWith($"--init-from {ShellWord.Of(folder.Best)}.", message);
        Assert.Equal(best, File.ReadAllBytes(folder.Best));
        Assert.Equal(saved, Checkpoint.Peek(folder.Last).Iteration);
    }

    // What a validation finds is told before a disk that is full can spoil it.
    [Fact]
    public void AValidationIsToldBeforeItIsWritten()
    {
        using RunFolder folder = RunFolder.Create(root, "train", "full disk");
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 3 })
        {
            Folder = folder, Validation = new ColourSet(2),
        };
        long told = 0;
        trainer.Stepped += _ => Directory.CreateDirectory(folder.Confusion);
        trainer.Validated += report => told = report.Iteration;
        Assert.Contains(folder.Confusion, Assert.Throws<FcnException>(() => trainer.Run()).Message);
        Assert.Equal((3, 3), (told, trainer.SavedIteration));
    }

    [Fact]
    public void ARunThatWasNotResumedIsNotOverwritten()
    {
        using RunFolder folder = RunFolder.Create(root, "train", "another");
        using PixelNet net = PixelNet.Initialized();
        using (var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 3 }) { Folder = folder }) trainer.Run();
        Assert.Contains($"'{folder.Last}' is another run's", RefusedBeforeTheFirstStep(folder));
        Assert.Equal(3, Checkpoint.Peek(folder.Last).Iteration);
    }

    [Fact]
    public void BestWeightsThatCannotBeWrittenEndTheRunBeforeItBegins()
    {
        using RunFolder folder = RunFolder.Create(root, "train", "no best");
        Directory.CreateDirectory(folder.Best + ".partial");
        Assert.Contains($"Cannot write '{folder.Best}': ", RefusedBeforeTheFirstStep(folder));
        Assert.False(File.Exists(folder.Last));
    }

    [Fact]
    public void CancellingSavesAndReturns()
    {
        using var cancellation = new CancellationTokenSource();
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root, "train", "cancelled");
        using var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 1000 }) { Folder = folder };
        trainer.Stepped += step => { if (step.Iteration == 17) cancellation.Cancel(); };
        TrainingResult result = trainer.Run(cancellation.Token);
        Assert.Equal((17, false), (result.Iteration, result.Completed));
        Assert.Equal(17, Checkpoint.Peek(folder.Last).Iteration);
    }

    [Fact]
    public void ANewTrainerStartsWithoutMomentum()
    {
        using PixelNet net = PixelNet.Initialized();
        net.Engine.Write(ParameterStore.Momentum, 0, new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 });
        using var trainer = new Trainer(net, new ColourSet(2), new TrainerSettings());
        var momentum = new float[9];
        net.Engine.Read(ParameterStore.Momentum, 0, momentum);
        Assert.All(momentum, static m => Assert.Equal(0, m));
    }

    [Fact]
    public void ASetOfOtherClassesIsRefused()
    {
        using PixelNet net = PixelNet.Initialized();
        var other = new ColourSet(2, classes: 5);
        const string Expected = "PixelNet scores 3 classes but colours has 5: declare the network with [Fcn(Classes = 5)].";
        Assert.Equal(Expected, Assert.Throws<FcnException>(() => new Trainer(net, other, new TrainerSettings())).Message);
        Assert.Equal(Expected, Assert.Throws<FcnException>(() => Evaluator.Run(net, other)).Message);
        using var trainer = new Trainer(net, new ColourSet(2), new TrainerSettings()) { Validation = other };
        Assert.Equal(Expected, Assert.Throws<FcnException>(() => trainer.Run()).Message);
        Assert.Contains("no examples", Assert.Throws<FcnException>(() => Evaluator.Run(net, new ColourSet(0))).Message);
        Assert.Contains("no examples", Assert.Throws<FcnException>(() => new Trainer(net, new ColourSet(0), new())).Message);
    }

    [Fact]
    public void ANetworkWithoutWeightsIsRefused()
    {
        using var net = new PixelNet();
        using var trainer = new Trainer(net, new ColourSet(2), new TrainerSettings());
        Assert.Contains("All convolutions of PixelNet are zero", Assert.Throws<FcnException>(() => trainer.Step()).Message);
        net.Initialize(1);
        Assert.Equal(1, trainer.Step().Iteration);
    }

    [Fact]
    public void LengthsOutOfRangeAreNamed()
    {
        Assert.Contains("at least 1 iteration; got 0", Refused(new() { Iterations = 0 }));
        Assert.Contains("every 1 or more iterations; got 0", Refused(new() { LogEvery = 0 }));
        Assert.Contains("over 1 to 100000 iterations; got 0", Refused(new() { LossWindow = 0 }));
        Assert.Contains("between validations: 0 (only at the end) or more; got -1", Refused(new() { ValidateEvery = -1 }));
        Assert.Contains("between checkpoints: 0 (only at the end) or more; got -1", Refused(new() { CheckpointEvery = -1 }));

        static string Refused(TrainerSettings settings) => Assert.Throws<FcnException>(settings.Verify).Message;
    }

    [Fact]
    public void TheReportedLossIsTheMeanOfTheLastOnes()
    {
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, new ColourSet(5), new TrainerSettings { LossWindow = 3, Solver = new() { BaseRate = 0.1 } });
        var losses = new List<double>();
        for (int i = 0; i < 8; i++)
        {
            StepReport step = trainer.Step();
            losses.Add(step.Loss);
            Assert.Equal(losses.TakeLast(3).Average(), step.SmoothedLoss, 1e-15);
        }
    }

    [Fact]
    public void StepsAllocateNothing()
    {
        using PixelNet net = PixelNet.Initialized();
        using var source = new FixedBatch(net.Description.Input);
        using var trainer = new Trainer(net, source, new TrainerSettings());
        for (int i = 0; i < 5; i++) trainer.Step();
        net.Engine.Steps.Capacity = net.Engine.Updates.Capacity = 1000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++) trainer.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static string RefusedBeforeTheFirstStep(RunFolder folder)
    {
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 5 })
        {
            Folder = folder, Validation = new ColourSet(2),
        };
        string message = Assert.Throws<FcnException>(() => trainer.Run()).Message;
        Assert.Equal(0, trainer.Iteration);
        return message;
    }

    // One batch again and again, made once.
    sealed class FixedBatch : BatchSource
    {
        readonly Batch batch = new();
        long position;

        public FixedBatch(InputSummary input) => new BatchBuilder(input).Build([new ColourSet(1).Load(0)], batch);

        public override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();
        public override long Position => position;
        public override void Seek(long to) => position = to;

        public override Batch Next()
        {
            position++;
            return batch;
        }

        public override void Dispose() { }
    }
}

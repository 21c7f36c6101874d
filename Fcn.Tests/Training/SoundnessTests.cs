// What is looked at before a checkpoint replaces another, what that costs, and whose memory it is.
using Fcn.Data;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class SoundnessTests : IDisposable
{
    readonly TempFolder root = new();

    public void Dispose() => root.Dispose();

    // As a prefetcher does that fails while it fills the memory of a batch that was used.
    [Fact]
    public void ABatchThatWasGivenBackIsNotLookedAt()
    {
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root["runs"], "train", "reading");
        using var trainer = new Trainer(net, new TornBatches(net.Description.Input, good: 7), new TrainerSettings()) { Folder = folder };
        Assert.Equal("It cannot be read.", Refusal.Of(() => trainer.Run()));
        Assert.Equal(7, Checkpoint.Peek(folder.Last).Iteration);
    }

    // A save that fails for the look would lose what was trained.
    [Fact]
    public void ANetworkThatCannotRunNowIsSavedAllTheSame()
    {
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root["runs"], "train", "no memory");
        using var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 5 }) { Folder = folder };
        net.Engine.Segmenting = static () => throw new FcnException("Segment on 1x5x6 needs more than there is.");
        Assert.True(trainer.Run().Completed);
        Assert.Equal(5, Checkpoint.Peek(folder.Last).Iteration);
    }

    // The look is at one image; others may overflow where it does not. The checkpoint before the validation is no place to start from.
    [Fact]
    public void AValidationSeesWhatTheLookDidNot()
    {
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root["runs"], "train", "validating");
        using var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 5 })
        {
            Validation = new ColourSet(2), Folder = folder,
        };
        trainer.Validating += _ => net.Engine.Write(ParameterStore.Values, 1, [float.NaN, 0, 0]);
        string message = Assert.Throws<NotFiniteException>(() => trainer.Run()).Message;
        Assert.StartsWith("Training has diverged: the scores in the validation after iteration 5 are not finite", message);
        Assert.DoesNotContain("--init-from", message);
    }

    // No rate is to blame before the first update.
    [Fact]
    public void FirstWeightsThatAreTooLargeAreBlamed()
    {
        using PixelNet net = PixelNet.Initialized();
        net.Engine.Write(ParameterStore.Values, 1, [float.PositiveInfinity, 0, 0]);
        using var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 5 });
        string message = Assert.Throws<NotFiniteException>(() => trainer.Run()).Message;
        Assert.StartsWith("The loss of PixelNet is not finite before any update: the weights that training starts from", message);
        Assert.DoesNotContain("rate", message);
    }

    [Fact]
    public void ACheckpointCostsOneImageForward()
    {
        using PixelNet net = PixelNet.Initialized();
        using RunFolder folder = RunFolder.Create(root["runs"], "train", "cost");
        var settings = new TrainerSettings { Iterations = 10, CheckpointEvery = 1 };
        using var trainer = new Trainer(net, new ColourSet(4), settings, new BatchSettings { Size = 3 }) { Folder = folder };
        (int passes, int saves) = (0, 0);
        net.Engine.Segmenting = () => passes++;
        trainer.Saved += _ => saves++;
        trainer.Run();
        Assert.Equal((10, 10, 11), (net.Engine.Steps.Count, passes, saves));
    }

    // One batch, again and again; after so many its memory is torn and there are no more.
    sealed class TornBatches(InputSummary input, int good) : BatchSource
    {
        readonly Batch batch = new();
        long position;

        public override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

        public override long Position => position;

        public override void Seek(long to) => position = to;

        public override Batch Next()
        {
            new BatchBuilder(input).Build([new ColourSet(1).Load(0)], batch);
            if (position++ < good) return batch;
            Array.Fill(batch.Input.Pixels, float.NaN);
            throw new FcnException("It cannot be read.");
        }

        public override void Dispose() { }
    }
}

// Bad examples that are skipped: the run is the same however it was cut, and whoever found them first.
using System.Text.RegularExpressions;
using Fcn.Data;
using Fcn.Devices;
using Fcn.Files;
using Fcn.Metrics;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class BadExampleTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    static ColourSet Set(BadExamples bad, params int[] broken) => new(10)
    {
        Bad = bad,
        Reading = index =>
        {
            if (broken.Contains(index)) throw new FcnException($"'{index}.png' is cut off.");
        },
    };

    [Theory]
    [InlineData(SampleOrder.Shuffled)]
    [InlineData(SampleOrder.Sequential)]
    [InlineData(SampleOrder.WithReplacement)]
    public void ARunThatSkipsIsResumedBitForBit(SampleOrder order)
    {
        int[] whole = Train("whole", order, stop: 24, surveyed: false, out List<string> ids);
        Assert.Equal(72, ids.Count);
        Assert.DoesNotContain("1/2", ids);
        Assert.DoesNotContain("1/7", ids);
        Assert.Equal(8, ids.Distinct().Count());
        foreach (bool surveyed in (bool[])[true, false])
        {
            string run = $"cut {surveyed}";
            Train(run, order, stop: 5, surveyed, out List<string> first);
            Train(run, order, stop: 6, surveyed, out List<string> second);
            Assert.Equal(whole, Train(run, order, stop: 24, surveyed: !surveyed, out List<string> third));
            Assert.Equal(ids, [.. first, .. second, .. third]);
        }
    }

    int[] Train(string run, SampleOrder order, long stop, bool surveyed, out List<string> ids)
    {
        ColourSet set = Set(BadExamples.Skip, 2, 7);
        if (surveyed)
        {
            using var survey = new SetSurvey(set);
            Assert.True(survey.Wait(TimeSpan.FromMinutes(1)));
            Assert.Equal(2, set.Skipped.Count);
        }
        using PixelNet net = PixelNet.Initialized();
        var settings = new BatchSettings { Size = 3, Order = order, Augmentation = new() { Mirror = true } };
        var seen = new SeenBatches(new SegmentationBatches(set, net.Description, settings));
        using var trainer = new Trainer(net, seen, new TrainerSettings { Solver = new() { BaseRate = 0.05 } });
        string checkpoint = folder[run];
        if (File.Exists(checkpoint)) trainer.Resume(checkpoint);
        while (trainer.Iteration < stop) trainer.Step();
        trainer.Save(checkpoint);
        ids = seen.Ids;
        return net.Engine.Bits();
    }

    [Fact]
    public void ARunThatWasStoppedByABadExampleGoesOnWithoutIt()
    {
        string checkpoint = folder["stopped"];
        using PixelNet net = PixelNet.Initialized();
        var settings = new TrainerSettings { Solver = new() { BaseRate = 0.05 } };
        using (var trainer = new Trainer(net, Set(BadExamples.Stop, 2, 7), settings))
        {
            string message = Refusal.Of(() =>
            {
                while (true) trainer.Step();
            });
            Assert.Matches("'[27].png' is cut off. Mend what is wrong, or go on without it: --on-bad-example skip", message);
            trainer.Save(checkpoint);
        }
        using var resumed = new Trainer(net, Set(BadExamples.Skip, 2, 7), settings);
        resumed.Resume(checkpoint);
        for (int i = 0; i < 20; i++) resumed.Step();
    }

    [Fact]
    public void ValidationLeavesThemOutAndSaysWhichItSaw()
    {
        using PixelNet net = PixelNet.Initialized();
        ColourSet set = Set(BadExamples.Skip, 0, 4, 9);
        var seen = new List<int>();
        ConfusionMatrix matrix = Evaluator.Run(net, set, each: e => seen.Add(e.Index));
        Assert.Equal([1, 2, 3, 5, 6, 7, 8], seen);
        var expected = new ConfusionMatrix(3);
        foreach (int i in seen) expected.Add(set.Load(i).Labels, net.Segment(set.Load(i).Image));
        Assert.Equal(expected.MeanIU, matrix.MeanIU);
        Assert.Equal([0, 4, 9], set.Skipped.Select(static s => s.Index));
        Assert.Contains("'4.png' is cut off.", Refusal.Of(() => Evaluator.Run(net, Set(BadExamples.Stop, 4))));
    }

    // Another time, or on another machine, the example would be there and the run another one.
    [Fact]
    public void WhatTheMachineLacksSkipsNoExample()
    {
        string message = Lacking(static () => HostMemory.Require(1L << 50, "'3.png' has 4x4 pixels and takes", "Cut it."));
        Assert.StartsWith("'3.png' has 4x4 pixels and takes 1125899906842624 bytes", message);
        Assert.Equal("Cannot read '3.png': It hung.", Lacking(static () => throw FileError.Reading("3.png", new IOException("It hung."))));
        Assert.Equal("Cannot read '3.png': permission denied.",
            Lacking(static () => throw FileError.Reading("3.png", new UnauthorizedAccessException())));

        static string Lacking(Action lack)
        {
            var set = new ColourSet(10) { Bad = BadExamples.Skip, Reading = index => { if (index == 3) lack(); } };
            using PixelNet net = PixelNet.Initialized();
            using var trainer = new Trainer(net, set, new TrainerSettings());
            string message = Message(() => trainer.Run());
            Assert.Equal(message, Message(() => Evaluator.Run(net, set)));
            using var survey = new SetSurvey(set);
            Assert.True(survey.Wait(TimeSpan.FromMinutes(1)));
            Assert.Equal(message, Message(survey.ThrowIfFailed));
            Assert.Empty(set.Skipped);
            return message;
        }

        // How much of the machine is taken changes from one moment to the next.
        static string Message(Action run) =>
            Regex.Replace(Assert.Throws<MachineException>(run).Message, @"[\d.]+ GB are taken", "some GB are taken");
    }

    [Fact]
    public void ASetOfWhichNothingIsLeftEndsTheRun()
    {
        int[] all = [.. Enumerable.Range(0, 10)];
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, Set(BadExamples.Skip, all), new TrainerSettings());
        Assert.Contains("All 10 examples of colours were skipped. The first: '0.png' is cut off.", Refusal.Of(() => trainer.Step()));
        Assert.Contains("All 10 examples of colours were skipped.", Refusal.Of(() => Evaluator.Run(net, Set(BadExamples.Skip, all))));
    }

    [Fact]
    public void AValidationWithoutALabelIsRefused()
    {
        using PixelNet net = PixelNet.Initialized();
        var set = new Unlabelled();
        Assert.Contains("no pixel of 3 examples has a label", Refusal.Of(() => Evaluator.Run(net, set)));
    }

    sealed class Unlabelled : SegmentationSet
    {
        public override string Name => "unlabelled";

        public override IReadOnlyList<string> ClassNames => ["a", "b", "c"];

        public override IReadOnlyList<string> Ids => ["x", "y", "z"];

        protected override Image ReadImage(int index) => new(2, 1, new byte[6]);

        protected override LabelMap ReadLabels(int index) => new(2, 1, [255, 255]);
    }

    // Batches, and of which examples they were.
    sealed class SeenBatches(SegmentationBatches batches) : BatchSource
    {
        public List<string> Ids { get; } = [];

        public override IReadOnlyDictionary<string, string> Settings => batches.Settings;

        public override long Position => batches.Position;

        public override void Seek(long position) => batches.Seek(position);

        public override Batch Next()
        {
            Batch batch = batches.Next();
            Ids.AddRange(batch.Examples.Select(static e => e.Id));
            return batch;
        }

        public override void Dispose() => batches.Dispose();
    }
}

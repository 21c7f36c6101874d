using Fcn.Data;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class PrefetcherTests
{
    static readonly InputSummary Input = new(3, ChannelOrder.Rgb, [], 1);

    static readonly Augmentation Everything = new() { Mirror = true, MinScale = 0.5, MaxScale = 2, Crop = new PixelSize(12, 9) };

    // Images of mixed sizes, each with its own values; reading takes a while now and then, and may fail.
    sealed class MadeUp(int count) : SegmentationSet
    {
        public int Loads;

        public int FailsAt { get; init; } = -1;

        public int LacksAt { get; init; } = -1;

        public bool Slow { get; init; }

        public override string Name => "made up";

        public override IReadOnlyList<string> ClassNames { get; } = ["a", "b", "c"];

        public override IReadOnlyList<string> Ids { get; } = [.. Enumerable.Range(0, count).Select(static i => $"{i}")];

        protected override Image ReadImage(int index)
        {
            if (Slow) Thread.Sleep(Interlocked.Increment(ref Loads) % 3);
            else Interlocked.Increment(ref Loads);
            if (index == FailsAt) throw new FcnException($"'{index}.jpg' is broken.");
            if (index == LacksAt) throw new OutOfMemoryException();
            var random = new RandomStream(3, index);
            (int width, int height) = Size(index);
            var pixels = new byte[width * height * 3];
            for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)random.Below(256);
            return new Image(width, height, pixels);
        }

        protected override LabelMap ReadLabels(int index)
        {
            (int width, int height) = Size(index);
            return new LabelMap(width, height, [.. Enumerable.Range(0, width * height).Select(i => (byte)((i + index) % 3))]);
        }

        static (int, int) Size(int index) => (10 + index % 5, 8 + index % 3);
    }

    static Prefetcher Open(
        SegmentationSet set, SamplerState order, int batchSize = 3, long? examples = null, int ahead = 3,
        Augmentation? augmentation = null) =>
        new(set, order, Input, batchSize, augmentation ?? Everything, examples, ahead);

    // All a network sees of a batch.
    static string Seen(Batch batch)
    {
        InputBatch input = batch.Input;
        var hash = new HashCode();
        foreach (float value in input.Pixels.AsSpan(0, input.Images * input.Height * input.Width * input.Channels)) hash.Add(value);
        hash.AddBytes(batch.Labels);
        string ids = string.Join(',', batch.Examples.Select(static e => e.Id));
        return $"{input.Images}x{input.Height}x{input.Width} {ids} {hash.ToHashCode():x8}";
    }

    static List<string> Take(Prefetcher prefetcher, int batches)
    {
        List<string> seen = [];
        while (seen.Count < batches && prefetcher.MoveNext()) seen.Add(Seen(prefetcher.Current));
        return seen;
    }

    [Theory]
    [InlineData(SampleOrder.Sequential)]
    [InlineData(SampleOrder.Shuffled)]
    [InlineData(SampleOrder.WithReplacement)]
    public void BatchesDoNotDependOnTiming(SampleOrder order)
    {
        var start = new SamplerState(order, 11, 5, 0);
        using Prefetcher fast = Open(new MadeUp(11), start), slow = Open(new MadeUp(11) { Slow = true }, start, ahead: 1);
        List<string> expected = Take(fast, 20);
        Assert.Equal(20, expected.Distinct().Count());
        Assert.Equal(expected, Take(slow, 20));

        // The ids are the sampler's, in its order.
        var sampler = new Sampler(start);
        Assert.Equal(Enumerable.Range(0, 60).Select(_ => $"{sampler.Next()}"), expected.SelectMany(static s => s.Split(' ')[1].Split(',')));
    }

    [Fact]
    public void AResumedRunContinuesBitForBit()
    {
        var start = new SamplerState(SampleOrder.Shuffled, 7, 42, 0);
        using Prefetcher whole = Open(new MadeUp(7), start);
        List<string> expected = Take(whole, 30);
        for (int stop = 1; stop < 30; stop += 4)
        {
            using Prefetcher before = Open(new MadeUp(7), start);
            Assert.Equal(expected[..stop], Take(before, stop));
            // Consumed, not prefetched, examples count.
            Assert.Equal(start with { Position = stop * 3 }, before.Consumed);
            using Prefetcher after = Open(new MadeUp(7), before.Consumed);
            Assert.Equal(expected[stop..], Take(after, 30 - stop));
        }
    }

    [Fact]
    public void SeedsOfOrderAndAugmentationAreOneButNotOneStream()
    {
        // Drawn with replacement, order and mirroring both come from (seed, position): had they one stream, the first half of the set
        // would always be mirrored.
        var set = new MadeUp(8);
        var order = new SamplerState(SampleOrder.WithReplacement, 8, 6, 0);
        using Prefetcher drawn = Open(set, order, batchSize: 1, augmentation: new Augmentation { Mirror = true });
        (int low, int mirroredLow) = (0, 0);
        for (int i = 0; i < 400; i++)
        {
            Assert.True(drawn.MoveNext());
            Example example = drawn.Current.Examples[0];
            int index = int.Parse(example.Id);
            if (index >= 4) continue;
            low++;
            if (!example.Image.Pixels.AsSpan().SequenceEqual(set.LoadImage(index).Pixels)) mirroredLow++;
        }
        Assert.InRange(mirroredLow, low / 3, low * 2 / 3);
    }

    [Fact]
    public void OnePassEndsWithASmallerBatch()
    {
        using Prefetcher pass = Open(new MadeUp(7), new SamplerState(SampleOrder.Sequential, 7, 0, 0), examples: 7);
        Assert.Throws<InvalidOperationException>(() => pass.Current);
        Assert.Equal(["0,1,2", "3,4,5", "6"], Take(pass, 9).Select(static s => s.Split(' ')[1]));
        Assert.False(pass.MoveNext());
        Assert.Equal(7, pass.Consumed.Position);
        Assert.Throws<InvalidOperationException>(() => pass.Current);
    }

    [Fact]
    public void ErrorsArriveInThePlaceOfTheirBatch()
    {
        using Prefetcher broken = Open(new MadeUp(9) { FailsAt = 7 }, new SamplerState(SampleOrder.Sequential, 9, 0, 0));
        Assert.Equal(2, Take(broken, 2).Count);
        for (int again = 0; again < 2; again++) Assert.StartsWith("'7.jpg' is broken.", Refusal.Of(() => broken.MoveNext()));
        Assert.Equal(6, broken.Consumed.Position);
    }

    // Memory that is lacking for one batch may be there for the next.
    [Fact]
    public void WhatTheMachineLacksForOneBatchIsSaidInItsPlace()
    {
        var set = new MadeUp(9) { LacksAt = 4 };
        using Prefetcher pass = Open(set, new SamplerState(SampleOrder.Sequential, 9, 0, 0), examples: 9);
        Assert.Single(Take(pass, 1));
        string message = Assert.Throws<MachineException>(() => pass.MoveNext()).Message;
        Assert.StartsWith("'4' needs more memory than there is; objects may take ", message);
        Assert.Equal(6, pass.Consumed.Position);
        Assert.Equal(["6,7,8"], Take(pass, 9).Select(static s => s.Split(' ')[1]));
    }

    [Fact]
    public void NoMoreIsReadThanFitsAndNothingAfterDisposal()
    {
        var set = new MadeUp(50);
        using (Prefetcher prefetcher = Open(set, new SamplerState(SampleOrder.Shuffled, 50, 0, 0), batchSize: 2, ahead: 3))
        {
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref set.Loads) == 8, TimeSpan.FromSeconds(30)));
            Thread.Sleep(20);
            Assert.Equal(8, set.Loads);
            // The first batch is held: three more are ready, and one slot is not free yet.
            Take(prefetcher, 1);
            Thread.Sleep(20);
            Assert.Equal(8, set.Loads);
            Take(prefetcher, 1);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref set.Loads) == 10, TimeSpan.FromSeconds(30)));
            prefetcher.Dispose();
            Assert.Throws<ObjectDisposedException>(() => prefetcher.MoveNext());
        }
        int loads = set.Loads;
        Thread.Sleep(20);
        Assert.Equal(loads, set.Loads);
    }

    [Fact]
    public void DisposingInTheMiddleOfReadingEnds()
    {
        for (int i = 0; i < 50; i++)
        {
            using Prefetcher prefetcher = Open(new MadeUp(5) { Slow = true }, new SamplerState(SampleOrder.Shuffled, 5, (ulong)i, 0));
            Take(prefetcher, i % 4);
        }
    }

    [Fact]
    public void AnOrderOfAnotherSetIsRefused()
    {
        string message = Refusal.Of(() => Open(new MadeUp(7), new SamplerState(SampleOrder.Shuffled, 8, 0, 0)));
        Assert.Contains("made up has 7 examples, but the order of examples was made for 8", message);
        var fitting = new SamplerState(SampleOrder.Shuffled, 7, 0, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(new MadeUp(7), fitting, batchSize: 0));
    }
}

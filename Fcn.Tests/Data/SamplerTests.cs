using Fcn.Data;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class SamplerTests
{
    static int[] Take(Sampler sampler, int count) => [.. Enumerable.Range(0, count).Select(_ => sampler.Next())];

    [Fact]
    public void SequentialBeginsAgain() => Assert.Equal([0, 1, 2, 0, 1, 2, 0], Take(new Sampler(SampleOrder.Sequential, 3, seed: 9), 7));

    // Pinned, and computed a second time in Python: an order that changes with the version of .NET, or of ours, would break every run
    // that is resumed.
    [Theory]
    [InlineData(SampleOrder.Shuffled, new[] { 5, 8, 0, 1, 7, 9, 2, 4, 3, 6, 2, 8 })]
    [InlineData(SampleOrder.WithReplacement, new[] { 9, 4, 6, 6, 0, 0, 0, 7, 1, 3, 8, 4 })]
    public void OrderNeverChanges(SampleOrder order, int[] expected) =>
        Assert.Equal(expected, Take(new Sampler(order, 10, seed: 1337), 12));

    [Fact]
    public void EveryEpochIsAnotherPermutation()
    {
        var sampler = new Sampler(SampleOrder.Shuffled, 50, seed: 1);
        int[][] epochs = [.. Enumerable.Range(0, 20).Select(_ => Take(sampler, 50))];
        foreach (int[] epoch in epochs) Assert.Equal(Enumerable.Range(0, 50), epoch.Order());
        Assert.Equal(20, epochs.Select(e => string.Join(' ', e)).Distinct().Count());
    }

    [Fact]
    public void EveryPermutationIsEquallyLikely()
    {
        var counts = new Dictionary<string, int>();
        var sampler = new Sampler(SampleOrder.Shuffled, 4, seed: 2);
        for (int epoch = 0; epoch < 24 * 500; epoch++)
        {
            string permutation = string.Join("", Take(sampler, 4));
            counts[permutation] = counts.GetValueOrDefault(permutation) + 1;
        }
        Assert.Equal(24, counts.Count);
        // 500 each; deviation √(500 · 23/24) = 22.
        Assert.All(counts.Values, c => Assert.InRange(c, 390, 610));
    }

    [Theory]
    [InlineData(SampleOrder.Sequential)]
    [InlineData(SampleOrder.Shuffled)]
    [InlineData(SampleOrder.WithReplacement)]
    public void ContinuesFromAnySavedState(SampleOrder order)
    {
        int[] whole = Take(new Sampler(order, 13, seed: 77), 60);
        for (int stop = 0; stop < 60; stop++)
        {
            var before = new Sampler(order, 13, seed: 77);
            Take(before, stop);
            Assert.Equal(whole[stop..], Take(new Sampler(before.State), 60 - stop));
            Assert.Equal(whole[stop], new Sampler(order, 13, seed: 77).At(stop));
        }
    }

    [Fact]
    public void StatesOutOfRangeAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(SampleOrder.Sequential, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new SamplerState(SampleOrder.Shuffled, 5, 1, -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(SampleOrder.Shuffled, 5).At(-1));
    }
}

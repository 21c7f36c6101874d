using Fcn.Data;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class RandomStreamTests
{
    // First outputs of SplitMix64 for seed 0, as its authors' splitmix64.c gives them.
    [Fact]
    public void IsSplitMix64()
    {
        var random = new RandomStream(0);
        Assert.Equal([0xE220A8397B1DCDAFUL, 0x6E789E6AA1B965F4UL, 0x06C45D188009454FUL], [random.Next(), random.Next(), random.Next()]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(367)]
    public void BelowIsFair(int bound)
    {
        var random = new RandomStream(5, bound);
        const int perValue = 2000;
        var counts = new int[bound];
        for (int i = 0; i < perValue * bound; i++) counts[random.Below(bound)]++;
        // Chi-square has mean bound − 1 and deviation √(2 (bound − 1)).
        double chi = counts.Sum(c => (c - perValue) * (double)(c - perValue) / perValue);
        Assert.InRange(chi, 0, bound - 1 + 5 * Math.Sqrt(2 * bound));
    }

    [Fact]
    public void UnitAndBetweenStayInTheirRange()
    {
        var random = new RandomStream(9);
        double sum = 0;
        for (int i = 0; i < 10_000; i++)
        {
            double unit = random.Unit(), value = random.Between(-3, 5);
            Assert.True(unit is >= 0 and < 1 && value is >= -3 and < 5);
            sum += value;
        }
        Assert.InRange(sum / 10_000, 0.9, 1.1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(1).Below(0));
    }

    [Fact]
    public void KeysOpenDifferentStreams()
    {
        var first = new HashSet<ulong>();
        for (ulong seed = 0; seed < 20; seed++)
            for (long a = 0; a < 20; a++)
            {
                Assert.True(first.Add(new RandomStream(seed, a).Next()));
                for (long b = 0; b < 5; b++) Assert.True(first.Add(new RandomStream(seed, a, b).Next()));
            }
        Assert.Equal(new RandomStream(4, 7, 9).Next(), new RandomStream(4, 7, 9).Next());
    }
}

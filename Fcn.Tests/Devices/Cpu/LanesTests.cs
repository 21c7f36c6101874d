using System.Runtime.Intrinsics;
using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed unsafe class LanesTests
{
    [Fact]
    public void ReductionsMeetEveryLane()
    {
        for (int lane = 0; lane < 16; lane++)
        {
            var v = Vector512<float>.Zero.WithElement(lane, 3);
            var low = Vector512<float>.Zero.WithElement(lane, -5);
            Assert.Equal(3, Lanes.Sum(v));
            Assert.Equal(3, Lanes.Max(v));
            Assert.Equal(-5, Lanes.Min(low));
            if (lane >= 8) continue;
            Assert.Equal(3, Lanes.Sum(v.GetLower()));
            Assert.Equal(3, Lanes.Max(v.GetLower()));
            Assert.Equal(-5, Lanes.Min(low.GetLower()));
            if (lane >= 4) continue;
            Assert.Equal(3, Lanes.Sum(v.GetLower().GetLower()));
            Assert.Equal(3, Lanes.Max(v.GetLower().GetLower()));
            Assert.Equal(-5, Lanes.Min(low.GetLower().GetLower()));
        }
    }

    // Halves down to one: ((0+8)+(4+12)) + ((2+10)+(6+14)) and so on, whatever the platform's own Sum does.
    [Fact]
    public void SumsHaveAStatedOrder()
    {
        var random = new Random(1);
        for (int round = 0; round < 100; round++)
        {
            float[] lanes = Enumerable.Range(0, 16).Select(_ => (float)(random.NextDouble() * Math.Pow(10, random.Next(-6, 6)))).ToArray();
            float[] halves = lanes;
            for (int half = 8; half >= 1; half /= 2) halves = Enumerable.Range(0, half).Select(i => halves[i] + halves[i + half]).ToArray();
            Assert.Equal(halves[0], Lanes.Sum(Vector512.Create(lanes)));
        }
    }

    // Against double precision; a float's last place is 2^-23 of its value at most, 2^-149 below the normal range.
    [Fact]
    public void ExponentialsAreExactToTheLastPlaces()
    {
        var random = new Random(3);
        for (int i = 0; i < 400_000; i++)
        {
            float x = (float)(random.NextDouble() * 195 - 105.5);
            double exact = Math.Exp(x);
            if (exact > float.MaxValue) exact = double.PositiveInfinity;
            double allowed = Math.Max(1.5 * Math.Pow(2, -23) * exact, 1.01 * Math.Pow(2, -149));
            foreach (float y in new[] { Exp<Block512>(x)[i & 15], Exp<Block256>(x)[i & 15], Exp<Block128>(x)[i & 15] })
            {
                Assert.True(y == exact || Math.Abs(y - exact) <= allowed, $"exp({x:R}) is {exact:R}; got {y:R}");
            }
        }
    }

    [Fact]
    public void LogarithmsAreExactToTheLastPlaces()
    {
        var random = new Random(4);
        for (int i = 0; i < 400_000; i++)
        {
            float x = BitConverter.Int32BitsToSingle(random.Next(1, 0x7F800000));
            if (i % 4 == 0) x = (float)(1 + (random.NextDouble() - 0.5) / (1 + i % 1000));
            double exact = Math.Log(x);
            double allowed = 1.5 * Math.Pow(2, -23) * Math.Abs(exact);
            foreach (float y in new[] { Log<Block512>(x)[i & 15], Log<Block256>(x)[i & 15], Log<Block128>(x)[i & 15] })
            {
                Assert.True(Math.Abs(y - exact) <= allowed, $"log({x:R}) is {exact:R}; got {y:R}");
            }
        }
    }

    [Theory]
    [InlineData(0f, 1f, float.NegativeInfinity)]
    [InlineData(float.NegativeInfinity, 0f, float.NaN)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN, float.NaN)]
    [InlineData(-200f, 0f, float.NaN)]
    [InlineData(1f, 2.7182817f, 0f)]
    public void FunctionsAnswerEverything(float x, float exp, float log)
    {
        foreach (var result in new[] { Exp<Block512>(x), Exp<Block256>(x), Exp<Block128>(x) }) Assert.Equal(Vector512.Create(exp), result);
        foreach (var result in new[] { Log<Block512>(x), Log<Block256>(x), Log<Block128>(x) }) Assert.Equal(Vector512.Create(log), result);
    }

    // From the definition in Lanes.Uniform, evaluated with Python's whole numbers; in units of 2^-24. Every device must give these bits.
    [Theory]
    [InlineData(0, 0L, 3661175)]
    [InlineData(0, 1L, 12622944)]
    [InlineData(1, 0L, 5697164)]
    [InlineData(42, 123456789L, 9335120)]
    [InlineData(-1, 7L, 8767279)]
    [InlineData(int.MinValue, 4294967295L, 1250487)]
    [InlineData(int.MaxValue, 4294967296L, 13382163)]
    [InlineData(12345, 3298534883345L, 8500802)]
    public void UniformHasFixedValues(int seed, long counter, int value) => Assert.Equal(value, Lanes.Uniform(seed, counter) * (1 << 24));

    [Theory]
    [InlineData(0UL, -1832243442)]
    [InlineData(1UL, 1348811757)]
    [InlineData(1UL << 32, 920564995)]
    [InlineData(ulong.MaxValue, -1541292484)]
    [InlineData(20240607UL, 808027045)]
    public void SeedsFoldToFixedValues(ulong seed, int folded) => Assert.Equal(folded, Lanes.Fold(seed));

    [Fact]
    public void UniformIsUniform()
    {
        const int count = 1 << 20;
        foreach (int seed in new[] { 0, 1, -7, 1234567 })
        {
            var bins = new int[256];
            double sum = 0, squares = 0, neighbours = 0, seeds = 0, before = 0.5;
            for (long i = 0; i < count; i++)
            {
                double u = Lanes.Uniform(seed, i);
                Assert.InRange(u, 0, 1 - 1.0 / (1 << 24));
                bins[(int)(u * 256)]++;
                sum += u;
                squares += u * u;
                neighbours += (u - 0.5) * (before - 0.5);
                seeds += (u - 0.5) * (Lanes.Uniform(seed + 1, i) - 0.5);
                before = u;
            }
            // Five standard deviations each: mean 1/sqrt(12 n); chi-squared of 255 degrees 255 +- 5 sqrt(510); correlations 1/sqrt(n) of
            // 1/12.
            Assert.InRange(sum / count, 0.5 - 0.0015, 0.5 + 0.0015);
            Assert.InRange(squares / count, (1.0 / 3) - 0.0015, (1.0 / 3) + 0.0015);
            Assert.InRange(bins.Sum(static b => Math.Pow(b - count / 256.0, 2) / (count / 256.0)), 142, 368);
            Assert.InRange(neighbours / count * 12, -0.005, 0.005);
            Assert.InRange(seeds / count * 12, -0.005, 0.005);
        }
    }

    // Every operation that kernels have on a block, lane by lane against the widest.
    [Fact]
    public void BlocksOfAllWidthsComputeAlike()
    {
        float[] a = [.. Enumerable.Range(0, 16).Select(static i => (i - 7.3f) * (i % 3 + 1))], b = [.. a.Reverse()], c = [.. a.Select(static v => v / 3)];
        Assert.Equal(Everything<Block512>(a, b, c), Everything<Block256>(a, b, c));
        Assert.Equal(Everything<Block512>(a, b, c), Everything<Block128>(a, b, c));
    }

    private static List<int> Everything<V>(float[] first, float[] second, float[] third) where V : struct, IBlock<V>
    {
        fixed (float* f = first, s = second, t = third)
        {
            var (a, b, c) = (V.Load(f), V.Load(s), V.Load(t));
            var (mantissa, exponent) = V.Split(V.Create(0.3f) + a * a);
            V[] results =
            [
                V.Zero, V.Indices, V.Create(2.5f), a + b, a - b, a * b, a / b, V.MinNative(a, b), V.MaxNative(a, b), V.FusedMultiplyAdd(a, b, c),
                V.LessThan(a, b), V.LessThanOrEqual(a, b), V.Equals(a, a), V.Equals(a, b), V.ConditionalSelect(V.LessThan(a, b), a, c),
                V.LessThan(a, b) & a, V.LessThan(a, b) | a, V.Round(a), V.Floor(a), V.PowerOfTwo(V.Floor(a)), mantissa, exponent,
            ];
            float[] sums = [V.Sum(a), V.Min(a), V.Max(a)];
            return [.. results.SelectMany(static r => Floats(r)).Concat(sums).Select(BitConverter.SingleToInt32Bits)];
        }
    }

    private static float[] Floats<V>(V block) where V : struct, IBlock<V>
    {
        float[] lanes = new float[16];
        fixed (float* to = lanes) V.Store(block, to);
        return lanes;
    }

    private static Vector512<float> Exp<V>(float x) where V : struct, IBlock<V> => Vector512.Create(Floats(Lanes.Exp(V.Create(x))));

    private static Vector512<float> Log<V>(float x) where V : struct, IBlock<V> => Vector512.Create(Floats(Lanes.Log(V.Create(x))));
}

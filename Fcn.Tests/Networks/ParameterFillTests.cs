// Numbers of surgery.upsample_filt (reference implementation) and the moments of He's distribution.
using Xunit;

namespace Fcn.Tests.Networks;

public class ParameterFillTests
{
    [Fact]
    public void BilinearKernelsAreTheReferences()
    {
        Assert.Equal([0.25, 0.75, 0.75, 0.25], Side(4));
        Assert.Equal([0.5, 1, 0.5], Side(3));
        Assert.Equal(0.0625, Side(16)[0]);
        Assert.Equal(0.03125, Side(32)[0]);
        Assert.Equal((0.015625, 0.984375), (Side(64)[0], Side(64).Max()));
        Assert.Equal((0.03125, 1), (Side(63)[0], Side(63).Max()));
        // A constant map stays constant: each output sums kernel / stride taps, the side sums to the stride.
        foreach ((int kernel, int stride) in ((int, int)[])[(4, 2), (16, 8), (32, 16), (64, 32), (63, 32)])
            Assert.Equal(stride, Side(kernel).Sum(), 1e-12);

        static double[] Side(int kernel) => [.. Enumerable.Range(0, kernel).Select(i => ParameterFill.Bilinear(kernel, i))];
    }

    [Fact]
    public void DenseUpsamplingMixesNoChannels()
    {
        float[] values = Values("up.weight", [3, 3, 4, 4], Fill.Bilinear);
        for (int i = 0; i < 3; i++)
            for (int o = 0; o < 3; o++)
            {
                float[] kernel = values[((i * 3 + o) * 16)..((i * 3 + o + 1) * 16)];
                if (i != o) Assert.All(kernel, static v => Assert.Equal(0, v));
                else Assert.Equal([0.0625f, 0.1875f, 0.1875f, 0.0625f, 0.1875f, 0.5625f, 0.5625f, 0.1875f], kernel[..8]);
            }
    }

    [Fact]
    public void DepthwiseUpsamplingFillsEveryChannel()
    {
        float[] values = Values("up.weight", [2, 1, 3, 3], Fill.Bilinear);
        float[] kernel = [0.25f, 0.5f, 0.25f, 0.5f, 1, 0.5f, 0.25f, 0.5f, 0.25f];
        Assert.Equal([.. kernel, .. kernel], values);
    }

    [Fact]
    public void ShapesThatCannotBeBilinearAreRefused() => Assert.Contains("'up.weight' of shape (3, 2, 4, 4)",
        Assert.Throws<FcnException>(() => Values("up.weight", [3, 2, 4, 4], Fill.Bilinear)).Message);

    [Fact]
    public void HeIsNormalWithTheVarianceOfItsFanIn()
    {
        float[] values = Values("conv.weight", [64, 32, 3, 3], Fill.He, seed: 5);
        double deviation = Math.Sqrt(2.0 / (32 * 9)), mean = values.Average();
        double Moment(int power) => values.Average(v => Math.Pow((v - mean) / deviation, power));
        Assert.Equal(0, mean / deviation, 0.03);
        Assert.Equal(1, Moment(2), 0.03);
        Assert.Equal(0, Moment(3), 0.1);
        Assert.Equal(3, Moment(4), 0.2);
        Assert.Equal(0.0455, values.Count(v => Math.Abs(v) > 2 * deviation) / (double)values.Length, 0.008);
    }

    [Fact]
    public void ValuesDependOnSeedAndNameAlone()
    {
        int[] shape = [4, 3, 3, 3];
        float[] first = Values("conv1.weight", shape, Fill.He);
        Assert.Equal(first, Values("conv1.weight", shape, Fill.He));
        Assert.NotEqual(first, Values("conv2.weight", shape, Fill.He));
        Assert.NotEqual(first, Values("conv1.weight", shape, Fill.He, seed: 2));
        // By an independent program (SplitMix64, FNV-1a, polar method in Python): results published with a seed stay reproducible.
        Assert.Equal([0.13214515f, -0.13296022f, 0.027819784f], first[..3]);
    }

    [Fact]
    public void ZerosAreZeros() => Assert.All(Values("a.bias", [9], Fill.Zero), static v => Assert.Equal(0, v));

    static float[] Values(string name, int[] shape, Fill fill, ulong seed = 1)
    {
        var values = new float[Tensor.Count(shape)];
        Array.Fill(values, 77);
        ParameterFill.Fill(new ParameterSummary(name, shape, fill, 1, 1), seed, values);
        return values;
    }
}

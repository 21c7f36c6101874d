using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public class RatePolicyTests
{
    // Numbers by Caffe's formulas: base · gamma^⌊iter / stepsize⌋ and base · (1 − iter / max_iter)^power.
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(99, 0.5)]
    [InlineData(100, 0.05)]
    [InlineData(250, 0.005)]
    public void StepFallsByGamma(long iteration, double rate) =>
        Assert.Equal(rate, new SolverSettings { BaseRate = 0.5, Policy = new RatePolicy.Step(0.1, 100) }.Rate(iteration), 12);

    [Theory]
    [InlineData(0, 0.02)]
    [InlineData(50, 0.010717734625362931)]
    [InlineData(99, 0.00031697863849222268)]
    [InlineData(100, 0)]
    [InlineData(120, 0)]
    public void PolyFallsToZero(long iteration, double rate) =>
        Assert.Equal(rate, new SolverSettings { BaseRate = 0.02, Policy = new RatePolicy.Poly(0.9, 100) }.Rate(iteration), 12);

    [Fact]
    public void FixedStays() => Assert.Equal(1e-10, new SolverSettings { BaseRate = 1e-10 }.Rate(123456789));

    [Fact]
    public void TheSmallestPublishedRateSurvivesAsFloat() => Assert.Equal(1e-14f, new SolverSettings { BaseRate = 1e-14 }.Step(0).Rate);

    [Fact]
    public void EqualPoliciesHaveEqualWords()
    {
        Assert.Equal("step(gamma 0.1, every 2000)", new RatePolicy.Step(0.1, 2000).Words);
        Assert.Equal("poly(power 0.9, over 500)", new RatePolicy.Poly(0.9, 500).Words);
        Assert.Equal("fixed", new RatePolicy.Fixed().Words);
    }

    [Fact]
    public void NumbersOutOfRangeAreNamed()
    {
        Assert.Contains("learning rate must be above 0; got -1", Refused(new() { BaseRate = -1 }));
        Assert.Contains("got NaN", Refused(new() { BaseRate = double.NaN }));
        Assert.Contains("momentum must be at least 0 and below 1; got 1", Refused(new() { Momentum = 1 }));
        Assert.Contains("weight decay must be 0 or more; got -0.5", Refused(new() { WeightDecay = -0.5 }));
        Assert.Contains("at least 1 batch; got 0", Refused(new() { Accumulate = 0 }));
        Assert.Contains("step(gamma 0, every 10)", Refused(new() { Policy = new RatePolicy.Step(0, 10) }));
        Assert.Contains("poly(power 0.9, over 0)", Refused(new() { Policy = new RatePolicy.Poly(0.9, 0) }));

        static string Refused(SolverSettings settings) => Assert.Throws<FcnException>(settings.Verify).Message;
    }
}

using Fcn.Devices.Cpu;
using Fcn.Generator.Kernels;
using Xunit;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Kernels;

// What the ops mean, one by one. Operands come from the frame, so that nothing is folded before it runs.
public sealed class KernelArithmeticTests
{
    private static readonly Value A = Field("a", KernelType.Float), B = Field("b", KernelType.Float), C = Field("c", KernelType.Float);
    private static readonly Value I = Field("i", KernelType.Int), J = Field("j", KernelType.Int), N = Field("n", KernelType.Index);

    private static KernelFrame Frame(double a = 0, double b = 0, double c = 0, int i = 0, int j = 0, long n = 0) =>
        new KernelFrame().Set("a", a).Set("b", b).Set("c", c).Set("i", i).Set("j", j).Set("n", n);

    private static double Real(Value value, double a, double b = 0, double c = 0) => Assert.Single(Bench.Evaluate(value, Frame(a, b, c)));

    private static double Whole(Value value, int i, int j = 0, long n = 0) =>
        Assert.Single(Bench.Evaluate(value.To(Element.Double).To(Element.Float), Frame(i: i, j: j, n: n)));

    [Fact]
    public void Real_numbers()
    {
        Assert.Equal(2.25, Real(A + B, 0.5, 1.75));
        Assert.Equal(-1.25, Real(A - B, 0.5, 1.75));
        Assert.Equal(0.875, Real(A * B, 0.5, 1.75));
        Assert.Equal(0.5 / 1.75, Real(A / B, 0.5, 1.75));
        Assert.Equal(0.5 * 1.75 - 3, Real(MultiplyAdd(A, B, C), 0.5, 1.75, -3));
        Assert.Equal(Math.Exp(1.3), Real(A.Exp(), 1.3));
        Assert.Equal(Math.Log(1.3), Real(A.Log(), 1.3));
        Assert.Equal(double.PositiveInfinity, Real(A / B, 1, 0));
    }

    [Fact]
    public void A_nan_in_the_second_operand_of_minimum_and_maximum_stays()
    {
        Assert.Equal(-2, Real(Min(A, B), 3, -2));
        Assert.Equal(3, Real(Max(A, B), 3, -2));
        Assert.Equal(double.NaN, Real(Max(A, B), 3, double.NaN));
        Assert.Equal(3, Real(Max(A, B), double.NaN, 3));
        Assert.Equal(double.NaN, Real(Min(A, B), 3, double.NaN));
        Assert.Equal(3, Real(Min(A, B), double.NaN, 3));
    }

    [Fact]
    public void Whole_numbers()
    {
        Assert.Equal(12, Whole(I + J, 7, 5));
        Assert.Equal(-2, Whole(I - J, 5, 7));
        Assert.Equal(-35, Whole(I * J, -5, 7));
        Assert.Equal(3, Whole(I / J, 7, 2));
        Assert.Equal(1, Whole(I % J, 7, 2));
        Assert.Equal(-5, Whole(Min(I, J), -5, 7));
        Assert.Equal(7, Whole(Max(I, J), -5, 7));
        Assert.Equal(3_000_000_001, Whole(N + I, 1, n: 3_000_000_000));
        Assert.Equal(1_500_000_000, Whole(N / I, 2, n: 3_000_000_000));
    }

    [Theory]
    [InlineData(-7, 2)]
    [InlineData(7, -2)]
    [InlineData(7, 0)]
    public void Division_of_a_negative_or_by_zero_is_a_fault(int i, int j)
    {
        var frame = Frame(i: i, j: j).Set(new KernelBuffer("out", Element.Float, 1));
        string Fault(Value value) => Bench.Fault(k => k.Store(Bench.Out, 0, value.To(Element.Float)), frame);
        Assert.Equal($"Kernel 'bench', item 0: divides {i} by {j}.", Fault(I / J));
        Assert.Contains($"remainder of {i} by {j}", Fault(I % J));
    }

    [Fact]
    public void A_whole_number_that_leaves_its_type_is_a_fault()
    {
        var frame = Frame(i: int.MaxValue, n: long.MaxValue, a: 3e9).Set(new KernelBuffer("out", Element.Float, 1));
        foreach (var value in new[] { I + 1, I * 2, 0 - I - 2, N + 1, A.To(Element.Int), N.To(Element.Int) })
            Assert.Contains("leaves the range", Bench.Fault(k => k.Store(Bench.Out, 0, value.To(Element.Float)), frame));
    }

    [Fact]
    public void Comparison_logic_and_choice()
    {
        Value Truth(Value condition) => Select(condition, Float(1), Float(0));
        Assert.Equal([1, 0, 0], [Real(Truth(A < B), 1, 2), Real(Truth(A < B), 2, 2), Real(Truth(A < B), double.NaN, 2)]);
        Assert.Equal([1, 1, 0], [Real(Truth(A <= B), 1, 2), Real(Truth(A <= B), 2, 2), Real(Truth(A <= B), 2, double.NaN)]);
        Assert.Equal([0, 1], [Real(Truth(A.Equals(B)), 1, 2), Real(Truth(A.Equals(B)), 2, 2)]);
        Assert.Equal(0, Real(Truth(A.Equals(B)), double.NaN, double.NaN));
        Assert.Equal([0, 1], [Real(Truth((A < B) & (B < C)), 1, 2, 2), Real(Truth((A < B) & (B < C)), 1, 2, 3)]);
        Assert.Equal([0, 1], [Real(Truth((A < B) | (B < C)), 2, 2, 2), Real(Truth((A < B) | (B < C)), 2, 1, 3)]);
        Assert.Equal(1, Whole(Select(I < J, Int(1), Int(2)), 1, 2));
        Assert.Equal(1, Whole(Select(N.Equals(J), Int(1), Int(2)), 0, 2, 2));
    }

    [Fact]
    public void Conversion_cuts_towards_zero_and_checks_bytes()
    {
        Assert.Equal([2, -2], [Real(A.To(Element.Int).To(Element.Float), 2.9), Real(A.To(Element.Int).To(Element.Float), -2.9)]);
        Assert.Equal(255, Real(A.To(Element.Byte).To(Element.Float), 255));
        var frame = Frame(a: 256).Set(new KernelBuffer("out", Element.Float, 1));
        Assert.Contains("converts 256 to a byte", Bench.Fault(k => k.Store(Bench.Out, 0, A.To(Element.Byte).To(Element.Float)), frame));
        frame.Set("a", double.NaN);
        Assert.Contains("leaves the range", Bench.Fault(k => k.Store(Bench.Out, 0, A.To(Element.Int).To(Element.Float)), frame));
    }

    [Fact]
    public void Single_precision_rounds_after_every_operation_on_float()
    {
        Assert.Equal((double)(0.1f + 0.2f), Assert.Single(Bench.Evaluate(A + B, Frame(0.1, 0.2), single: true)));
        Assert.Equal(0.1 + 0.2, Real(A + B, 0.1, 0.2));
        Assert.Equal(16777216, Assert.Single(Bench.Evaluate(A + Float(1), Frame(16777216), single: true)));
        Assert.Equal(16777217, Real(A + Float(1), 16777216));
        // One rounding: the product's low bits survive to the sum.
        float x = 1 + 1f / 4096;
        double fused = MathF.FusedMultiplyAdd(x, x, -1);
        Assert.Equal(fused, Assert.Single(Bench.Evaluate(MultiplyAdd(A, B, C), Frame(x, x, -1), single: true)));
        Assert.NotEqual(x * x - 1, fused);
        Assert.Equal(1e-30 + 1, Assert.Single(Bench.Evaluate((A.To(Element.Double) + Value.Double(1)).To(Element.Float), Frame(1e-30))));
    }

    [Fact]
    public void Uniform_is_the_hash_of_the_runtime()
    {
        foreach (int seed in new[] { 0, 1, -5, int.MaxValue, int.MinValue })
            foreach (long counter in new[] { 0, 1, 65537, uint.MaxValue, 7_000_000_000 })
                Assert.Equal(Lanes.Uniform(seed, counter), Assert.Single(Bench.Evaluate(Uniform(I, N), Frame(i: seed, n: counter))));
    }
}

using Fcn.Generator.Kernels;
using Xunit;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Kernels;

// The text of kernels: stable, so that snapshots compare, and with no bracket more than its reader needs.
public sealed class KernelPrinterTests
{
    private static readonly Value A = Field("a", KernelType.Float), B = Field("b", KernelType.Float), I = Field("i", KernelType.Int);

    [Fact]
    public void A_kernel_and_its_function()
    {
        var f = new KernelBuilder();
        var (memory, n) = (f.Parameter("x", KernelType.To(Element.Float)), f.Parameter("n", KernelType.Int));
        f.For("i", 0, n, i => f.Store(memory, i, Max(memory.Load(i), Float(0))));
        var relu = f.Build("relu", "x = max(x, 0)", memory, n);
        var kernel = Bench.Kernel(
            k =>
            {
                var (x, y) = (Bench.Floats("x"), Bench.Floats("y"));
                var row = k.Let("row", (Field("conv1_W", KernelType.Int) + 2).To(Element.Index) * 16);
                var sum = k.Let("sum", Float(0).Spread(16));
                k.Comment("14 pixels at a time");
                k.For("w", 0, Field("conv1_W", KernelType.Int), w =>
                {
                    k.If((w < 3) & (Item <= 4), () => k.Assign(sum, MultiplyAdd(x.Load(row + w), y.Load(w * 16, 16), sum)),
                        () => k.Call("relu", Bench.Out + w * 16, 16));
                    k.Store(Bench.Out, w * 16, sum);
                }, 14);
                k.Store(Bench.Out + row, 0, sum.ReduceAdd());
            },
            "conv1") with { Summary = "conv1: 3 x 3" };
        Assert.Equal(
            """
            // x = max(x, 0)
            function relu(x: float*, n: int):
                for i in 0..n:
                    x[i] = max(x[i], 0.0)

            // conv1: 3 x 3
            kernel conv1:
                let row: index = index(f.conv1_W + 2) * 16
                let sum: floatx16 = all16(0.0)
                // 14 pixels at a time
                for w in 0..f.conv1_W step 14:
                    if w < 3 & item <= 4:
                        sum = fma(all16(f.x[row + index(w)]), f.y[w * 16 : 16], sum)
                    else:
                        call relu(f.out + w * 16, 16)
                    f.out[w * 16 : 16] = sum
                (f.out + row)[0] = reduce_add(sum)

            """.ReplaceLineEndings("\n"),
            KernelPrinter.Print([relu, kernel]));
    }

    [Fact]
    public void Brackets_stand_where_they_matter()
    {
        void Prints(string text, Value value) => Assert.Equal(text, KernelPrinter.Text(value));
        Prints("f.a * f.b + f.a", A * B + A);
        Prints("f.a * (f.b + f.a)", A * (B + A));
        Prints("f.a - (f.b - f.a)", A - (B - A));
        Prints("f.a - f.b - f.a", A - B - A);
        Prints("f.a + (f.b + f.a)", A + (B + A));
        Prints("f.i + f.i + f.i", I + (I + I));
        Prints("f.i / (f.i * f.i) % f.i", I / (I * I) % I);
        Prints("f.i < f.i + 1 | f.i == f.i & f.i <= 2", (I < I + 1) | (I.Equals(I) & (I <= 2)));
        Prints("(f.i < 1 | f.i < 2) & f.i < 3", ((I < 1) | (I < 2)) & (I < 3));
        Prints("f.a < f.b ? f.a : f.b", Select(A < B, A, B));
        Prints("(f.a < f.b ? f.a : f.b) * f.a", Select(A < B, A, B) * A);
        Prints("uniform(f.i, item)", Uniform(I, Item));
        Prints("lanes(8) + all8(f.a)", LaneIndex(8) + A);
    }

    [Fact]
    public void Numbers_show_their_type()
    {
        Value Of(KernelType type, double number) => new(KernelOp.Constant, type, [], number: number);
        Value[] numbers =
        [
            Int(-3), Of(KernelType.Index, 17), Of(KernelType.Bool, 1), Float(0.1), Float(2), Float(1e20), Value.Double(0.1),
            Value.Double(-1),
        ];
        Assert.Equal(["-3", "17", "true", "0.1", "2.0", "1E+20", "0.1d", "-1.0d"], numbers.Select(KernelPrinter.Text));
    }
}

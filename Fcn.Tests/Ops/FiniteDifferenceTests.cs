using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Schedule;
using Xunit;

namespace Fcn.Tests.Ops;

// The gradient of every op against differences of its own definition, in double precision: for random directions v,
// (<y(x + e v), dy> - <y(x - e v), dy>) / 2e = <dx, v>. Odd sizes, single pixels, strides, dilations, groups.
public sealed class FiniteDifferenceTests
{
    private const double Step = 1e-4, Tolerance = 1e-6;

    private readonly Random _random = new(8);

    [Theory]
    [InlineData(2, 3, 5, 7, 4, 3, 1, 1, 1, 1)]
    [InlineData(1, 2, 1, 1, 3, 3, 1, 1, 1, 1)]
    [InlineData(1, 1, 1, 1, 1, 1, 1, 0, 1, 1)]
    [InlineData(1, 17, 4, 3, 18, 3, 1, 1, 1, 1)]
    [InlineData(1, 3, 9, 8, 2, 3, 2, 1, 1, 1)]
    [InlineData(1, 3, 11, 13, 2, 5, 4, 0, 1, 1)]
    [InlineData(1, 2, 7, 9, 3, 3, 1, 2, 2, 1)]
    [InlineData(1, 2, 9, 7, 3, 3, 2, 3, 3, 1)]
    [InlineData(1, 6, 5, 4, 9, 3, 1, 1, 1, 3)]
    [InlineData(1, 4, 6, 5, 4, 2, 2, 0, 1, 4)]
    [InlineData(1, 2, 3, 2, 2, 3, 1, 5, 1, 1)]
    [InlineData(2, 2, 3, 3, 2, 4, 3, 2, 1, 1)]
    public void Convolution(int n, int ci, int h, int w, int co, int k, int stride, int pad, int dilation, int groups)
    {
        var op = new OpGraph("conv", n, h, w);
        Node weight = op.Parameter("w", Normal(co * ci / groups * k * k), co, ci / groups, k), bias = op.Bias("b", Normal(co));
        Check(op, op.Add("y", new Conv(co, k, stride, pad, dilation, groups), op.Map("x", Normal(n * ci * h * w), ci), weight, bias));
    }

    [Fact]
    public void Convolution_of_the_image()
    {
        var op = new OpGraph("conv", 2, 5, 4, 3, Normal(2 * 3 * 5 * 4));
        Node weight = op.Parameter("w", Normal(4 * 3 * 9), 4, 3, 3), bias = op.Bias("b", Normal(4));
        Check(op, op.Add("y", new Conv(4, 3, 1, 2), op.Image, weight, bias));
    }

    [Theory]
    [InlineData(1, 3, 4, 5, 2, 4, 2, 0, 1)]
    [InlineData(2, 2, 3, 2, 3, 4, 2, 1, 1)]
    [InlineData(1, 3, 2, 3, 3, 16, 8, 0, 3)]
    [InlineData(1, 4, 3, 3, 6, 3, 1, 1, 2)]
    [InlineData(1, 1, 1, 1, 1, 5, 3, 1, 1)]
    [InlineData(1, 18, 2, 2, 17, 3, 2, 0, 1)]
    public void Transposed_convolution(int n, int ci, int h, int w, int co, int k, int stride, int pad, int groups)
    {
        var op = new OpGraph("deconv", n, h, w);
        Node weight = op.Parameter("w", Normal(ci * co / groups * k * k), ci, co / groups, k);
        Check(op, op.Add("y", new Deconv(co, k, stride, pad, 1, groups), op.Map("x", Normal(n * ci * h * w), ci), weight));
    }

    [Theory]
    [InlineData(2, 3, 13, 7, 2, 2, 0)]
    [InlineData(1, 17, 5, 4, 3, 2, 0)]
    [InlineData(1, 2, 9, 8, 3, 1, 1)]
    [InlineData(1, 1, 1, 1, 2, 2, 0)]
    [InlineData(1, 2, 8, 7, 3, 2, 1)]
    [InlineData(1, 2, 10, 11, 2, 3, 0)]
    public void Max_pooling(int n, int c, int h, int w, int k, int stride, int pad)
    {
        var op = new OpGraph("max_pool", n, h, w);
        Check(op, op.Add("y", new MaxPool(k, stride, pad), op.Map("x", Normal(n * c * h * w), c)));
    }

    [Theory]
    [InlineData(1, 3, 4, 5, 4, 2)]
    [InlineData(2, 2, 3, 2, 16, 8)]
    [InlineData(1, 1, 1, 1, 3, 2)]
    [InlineData(1, 18, 2, 3, 5, 2)]
    [InlineData(1, 2, 3, 3, 64, 32)]
    [InlineData(1, 2, 3, 3, 1, 1)]
    public void Bilinear_upsampling(int n, int c, int h, int w, int k, int stride)
    {
        var op = new OpGraph("upsample", n, h, w);
        Check(op, op.Add("y", new Upsample(k, stride), op.Map("x", Normal(n * c * h * w), c)));
    }

    [Fact]
    public void What_goes_pixel_by_pixel()
    {
        foreach (Func<OpGraph, Node, Node> make in new Func<OpGraph, Node, Node>[]
        {
            (op, x) => op.Add("y", new Relu(), x),
            (op, x) => op.Add("y", new Scale(-0.3), x),
            (op, x) => op.Add("y", new Dropout(0.4, 3), x),
            (op, x) => op.Add("y", new Crop(2, Extent.Input.Plus(-3)), x),
            (op, x) => op.Add("y", new Crop(0, Extent.Input), x),
            (op, x) => op.Add("y", new Add(), x, op.Add("half", new Scale(0.5), x)),
        })
        {
            var op = new OpGraph("elements", 2, 5, 7) { Seed = 11 };
            Check(op, make(op, op.Map("x", Normal(2 * 19 * 5 * 7), 19)));
        }
    }

    [Theory]
    [InlineData(2, 3, 8, 9, 3, 3, 6)]
    [InlineData(1, 17, 2, 2, 0, 0, 1)]
    [InlineData(1, 2, 5, 4, 0, 2, 3)]
    public void Repeated_rows(int n, int c, int h, int w, int left, int right, int count)
    {
        var op = new OpGraph("repeat", n, h, w);
        Check(op, op.Add("y", new Repeat(left, right, count, Extent.Input.Plus(2 * count)), op.Map("x", Normal(n * c * h * w), c)));
    }

    [Fact]
    public void Sum_of_two_maps_of_which_one_is_cropped()
    {
        var op = new OpGraph("sum", 1, 9, 8);
        Node a = op.Map("a", Normal(3 * 5 * 4), 3, Extent.Input.Plus(-4)), b = op.Map("b", Normal(3 * 9 * 8), 3);
        Check(op, op.Add("y", new Add(), a, op.Add("bc", new Crop(2, Extent.Input.Plus(-4)), b)));
    }

    [Fact]
    public void What_rides_on_another_op()
    {
        var op = new OpGraph("fused", 1, 6, 5);
        Node w = op.Parameter("w", Normal(17 * 3 * 9), 17, 3, 3), b = op.Bias("b", Normal(17));
        Node v = op.Parameter("v", Normal(2 * 17), 2, 17, 1), c = op.Bias("c", Normal(2));
        Node x = op.Map("x", Normal(3 * 6 * 5), 3);
        Node hidden = op.Add("hidden", new Relu(), op.Add("linear", new Conv(17, 3, 1, 1), x, w, b));
        Node score = op.Add("score", new Conv(2, 1), op.Add("dropped", new Dropout(0.5, 1), hidden), v, c);
        Node up = op.Add("up", new Upsample(4, 2), score);
        Node skip = op.Map("skip", Normal(2 * 20 * 18), 2, up.Map.Size.Plus(6));
        Check(op, op.Add("y", new Add(), up, op.Add("skipc", new Crop(3, up.Map.Size), skip)));
    }

    [Theory]
    [InlineData(1, 1, 0, 2, 5, 6, 7)]
    [InlineData(1, 1, 0, 1, 17, 3, 2)]
    [InlineData(4, 2, 1, 2, 3, 7, 9)]
    [InlineData(16, 8, 31, 1, 5, 19, 13)]
    [InlineData(64, 32, 19, 1, 2, 1, 1)]
    public void Loss_of_upsampled_scores(int k, int stride, int offset, int n, int c, int h, int w)
    {
        var upsample = new Upsample(k, stride);
        // Coarse cells enough to cover offset + the input.
        var size = Extent.Input.CeilDivide(offset + stride, stride);
        var labels = Enumerable.Range(0, n * h * w).Select(i => _random.Next(5) == 0 ? (byte)255 : (byte)_random.Next(c)).ToArray();
        var op = new OpGraph("loss", n, h, w) { Labels = labels, LossScale = 1 };
        double[] x = Normal(n * c * size.At(h) * size.At(w)), v = Normal(x.Length);
        op.Ends(op.Add("loss", new UpsampleLoss(upsample, offset), op.Map("x", x, c, size)));
        var schedule = new InterpretedSchedule(op, "y", InterpretedSchedule.Scalar);
        var at = schedule.Run();
        double Loss(double step)
        {
            op.With("x", [.. x.Zip(v, (a, b) => a + step * b)]);
            return schedule.Run().Loss;
        }

        Agree((Loss(Step) - Loss(-Step)) / (2 * Step), Close.Dot(at.Map, v), "x");
        Assert.True(labels.Count(l => l != 255) == 0 || at.Loss > 0);
    }

    private void Check(OpGraph op, Node y)
    {
        double[] dy = Normal(op.Images * y.Map.Channels * y.Map.Size.At(op.Height) * y.Map.Size.At(op.Width));
        op.EndsWithGradient(y, dy);
        var forward = new InterpretedSchedule(op, "y", InterpretedSchedule.Scalar);
        foreach (string graph in op.Graphs.Keys.Where(g => g != "y"))
        {
            var gradient = new InterpretedSchedule(op, graph, InterpretedSchedule.Scalar).Run();
            Assert.Equal(op.Parameters, gradient.Gradients.Keys);
            if (graph != "gradients") Compare(op, forward, graph[1..], gradient.Map, dy);
            foreach (string parameter in op.Parameters) Compare(op, forward, parameter, gradient.Gradients[parameter], dy);
        }
    }

    private void Compare(OpGraph op, InterpretedSchedule forward, string input, double[] gradient, double[] dy)
    {
        double[] x = op.Values(input), v = Normal(x.Length);
        double Product(double step)
        {
            op.With(input, [.. x.Zip(v, (a, b) => a + step * b)]);
            return Close.Dot(forward.Run().Map, dy);
        }

        double slope = (Product(Step) - Product(-Step)) / (2 * Step);
        op.With(input, x);
        Agree(slope, Close.Dot(gradient, v), input);
    }

    private static void Agree(double slope, double product, string input) =>
        Assert.True(
            Math.Abs(slope - product) <= Tolerance * Math.Max(1, Math.Abs(slope)),
            FormattableString.Invariant($"d{input}: difference quotient {slope:g9}, gradient {product:g9}"));

    // Box and Muller.
    private double[] Normal(int count)
    {
        double Next() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return [.. Enumerable.Range(0, count).Select(_ => Next())];
    }
}

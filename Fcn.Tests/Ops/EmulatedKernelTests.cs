using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Xunit;

namespace Fcn.Tests.Ops;

// GPU kernels where golden cases do not lead: against the interpreter, bit for bit where numbers allow.
public abstract class EmulatedKernelTests
{
    private readonly Random _random = new(21);
    private readonly IKernelTarget _target;

    private protected EmulatedKernelTests(IKernelTarget target) => _target = target;

    // Whole numbers up to 8 are exact in bfloat16, their products' sums in float: every machine gives the definition's numbers.
    [Theory]
    [InlineData(1, 17, 5, 11, 20, 3, 1, 1, 1, 1)]   // channels beyond whole vectors
    [InlineData(3, 9, 7, 8, 5, 1, 1, 0, 1, 1)]      // several images in one tile of pixels
    [InlineData(1, 24, 8, 7, 8, 7, 1, 0, 1, 1)]     // a sum long enough to be split
    [InlineData(1, 3, 6, 9, 70, 3, 2, 2, 1, 1)]     // strided; more columns than a tile of 64
    [InlineData(2, 8, 6, 7, 9, 3, 1, 4, 2, 1)]      // dilated, more border than the kernel's reach
    [InlineData(2, 20, 8, 17, 24, 2, 1, 0, 1, 1)]   // an even kernel, two tiles of pixels
    [InlineData(1, 12, 6, 5, 18, 3, 2, 1, 1, 3)]    // grouped
    public void Convolutions_of_whole_numbers_are_exact(int n, int ci, int h, int w, int co, int k, int stride, int pad, int dilation, int groups)
    {
        var op = new OpGraph("conv", n, h, w);
        Node weight = op.Parameter("w", Whole(co * ci / groups * k * k), co, ci / groups, k), bias = op.Bias("b", Whole(co));
        Node y = op.Add("y", new Conv(co, k, stride, pad, dilation, groups) { HasBias = true }, op.Map("x", Whole(n * ci * h * w), ci), weight, bias);
        op.EndsWithGradient(y, Whole(n * co * y.Map.Size.At(h) * y.Map.Size.At(w)));
        Same(op, GpuMachine.All, 0);
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(1, 9)]
    [InlineData(11, 8)]
    public void Convolutions_of_the_image_of_whole_numbers_are_exact(int channels, int co)
    {
        var op = new OpGraph("conv", 2, 9, 7, channels, Whole(2 * channels * 9 * 7));
        Node weight = op.Parameter("w", Whole(co * channels * 9), co, channels, 3);
        Node y = op.Add("y", new Conv(co, 3, 1, 2), op.Image, weight);
        op.EndsWithGradient(y, Whole(2 * co * 11 * 9));
        Same(op, GpuMachine.All, 0);
    }

    [Fact]
    public void Scores_leave_a_convolution()
    {
        var op = new OpGraph("conv", 2, 6, 7);
        Node weight = op.Parameter("w", Whole(5 * 9 * 9), 5, 9, 3), x = op.Map("x", Whole(2 * 9 * 6 * 7), 9);
        Node y = op.Add("y", new Conv(5, 3, 1, 1), x, weight);
        op.Graphs["y"] = new NetworkGraph([op.Image, weight, x, y], [new Output.Scores(y, OpGraph.Only)]);
        Same(op, GpuMachine.All, 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Poolings_ride_on_convolutions_that_can_carry_them(int groups)
    {
        var op = new OpGraph("pooled", 2, 9, 7);
        Node weight = op.Parameter("w", Whole(12 * 9 / groups * 9), 12, 9 / groups, 3), bias = op.Bias("b", Whole(12));
        Node conv = op.Add("conv", new Conv(12, 3, 1, 1, 1, groups) { HasBias = true }, op.Map("x", Whole(2 * 9 * 9 * 7), 9), weight, bias);
        op.Ends(op.Add("y", new MaxPool(2, 2), op.Add("relu", new Relu(), conv)));
        Same(op, GpuMachine.All, 0);
    }

    [Theory]
    [InlineData(64, 32, 19, 21, 2, 40, 37)]  // a big interval in chunks
    [InlineData(16, 8, 31, 300, 1, 20, 9)]   // many classes: chunks that do not divide an interval
    [InlineData(4, 2, 1, 150, 1, 9, 12)]     // several intervals in a block
    [InlineData(3, 1, 2, 5, 2, 6, 5)]        // three cells per axis, no stride
    public void Loss(int kernel, int stride, int offset, int classes, int n, int h, int w)
    {
        var size = Extent.Input.CeilDivide(offset + stride, stride);
        var labels = new byte[n * h * w];
        for (int i = 0; i < labels.Length; i++) labels[i] = (byte)(i % 5 == 0 ? 255 : _random.Next(Math.Min(classes, 255)));
        var op = new OpGraph("loss", n, h, w) { Labels = labels, LossScale = 0.25 };
        op.Ends(op.Add("loss", new UpsampleLoss(new(kernel, stride), offset), op.Map("x", Normal(n * classes * size.At(h) * size.At(w)), classes, size)));
        Same(op, GpuMachine.Plain, 2e-6);
    }

    // Quarters: sums of equal scores are equal.
    [Theory]
    [InlineData(4, 2, 1, 7)]
    [InlineData(1, 1, 0, 2)]
    [InlineData(64, 32, 5, 21)]
    public void Of_equal_scores_the_lowest_class_is_the_label(int kernel, int stride, int offset, int classes)
    {
        const int images = 2, height = 9, width = 14;
        var size = Extent.Input.CeilDivide(offset + stride, stride);
        var op = new OpGraph("labels", images, height, width);
        double[] scores = [.. Whole(images * classes * size.At(height) * size.At(width)).Select(v => Math.Sign(v))];
        Node x = op.Map("x", scores, classes, size);
        Node labels = op.Add("labels", new UpsampleArgMax(new(kernel, stride), offset), x);
        op.Graphs["labels"] = op.Graphs["y"] = new NetworkGraph([op.Image, x, labels], [new Output.Labels(labels, OpGraph.Only)]);
        using var emulated = new EmulatedSchedule(op, GpuMachine.Plain, _target).Packed();
        Assert.Equal(new InterpretedSchedule(op, "labels", InterpretedSchedule.Scalar).Run().Map, emulated.Run("labels").Map);
    }

    [Fact]
    public void Dropout_draws_the_same_mask_on_every_device_and_in_its_gradient() => Same(OnMap(new Dropout(0.4, 3), 19), GpuMachine.Plain, 1e-7);

    [Theory]
    [InlineData(3, 2, 0)]
    [InlineData(3, 2, 1)]
    [InlineData(5, 3, 2)]
    public void Pooling_of_equal_values_takes_the_first(int kernel, int stride, int pad)
    {
        var op = new OpGraph("pool", 2, 8, 11);
        Node y = op.Add("y", new MaxPool(kernel, stride, pad), op.Map("x", [.. Whole(2 * 9 * 8 * 11).Select(v => Math.Sign(v))], 9));
        op.EndsWithGradient(y, Whole(2 * 9 * y.Map.Size.At(8) * y.Map.Size.At(11)));
        Same(op, GpuMachine.Plain, 0);
    }

    [Fact]
    public void Repeated_rows()
    {
        const int count = 3;
        var op = new OpGraph("repeat", 1, 9, 7);
        Node y = op.Add("y", new Repeat(2, 2, count, Extent.Input.Plus(2 * count)), op.Map("x", Whole(5 * 9 * 7), 5));
        op.EndsWithGradient(y, Whole(5 * 15 * 13));
        Same(op, GpuMachine.Plain, 0);
    }

    [Theory]
    [InlineData("a lifetime", "The frame has no 'y' now")]
    [InlineData("a launch", "never written")]
    [InlineData("a size", "out-of-bounds")]
    public void Damage_is_found(string what, string message)
    {
        ModeSchedule Damage(ModeSchedule s) => what switch
        {
            "a lifetime" => s with { Buffers = [.. s.Buffers.Select(static b => b.Name == "y" ? b with { Last = b.Last - 1 } : b)] },
            "a launch" => s with { Launches = [.. s.Launches.Select(static l => l.Label == "x" ? l with { Blocks = 0 } : l)] },
            _ => s with { Buffers = [.. s.Buffers.Select(static b => b.Name == "y" ? b with { Bytes = b.Bytes - 16 } : b)] },
        };
        var op = new OpGraph("pool", 1, 6, 6);
        op.Ends(op.Add("y", new MaxPool(2, 2), op.Map("x", Whole(8 * 6 * 6), 8)));
        using var whole = new EmulatedSchedule(op, GpuMachine.Plain, _target).Packed();
        whole.Run("y");
        using var damaged = new EmulatedSchedule(op, GpuMachine.Plain, _target, damage: Damage).Packed();
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => damaged.Run("y")).Message, StringComparison.Ordinal);
    }

    // Caffe's SGD as the runtime's ParameterMemory does it on CPUs, bit for bit.
    [Fact]
    public void The_update_rounds_as_on_a_CPU()
    {
        var op = new OpGraph("conv", 1, 5, 6);
        Node weight = op.Parameter("w", Normal(17 * 9 * 9), 17, 9, 3), bias = op.Bias("b", Normal(17));
        Node y = op.Add("y", new Conv(17, 3, 1, 1) { HasBias = true }, op.Map("x", Normal(9 * 5 * 6), 9), weight, bias);
        op.EndsWithGradient(y, Normal(17 * 5 * 6));
        using var emulated = new EmulatedSchedule(op, GpuMachine.Plain, _target).Packed();
        var gradients = emulated.Run("dx").Gradients;
        float[] before = emulated.Values("w"), biases = emulated.Values("b"), velocity = new float[before.Length];
        for (int step = 0; step < 2; step++)
        {
            emulated.Update(0.01f, 0.9f, 5e-4f, 0.5f, p => p == "w" ? (3, 2) : (0, 1));
            for (int i = 0; i < before.Length; i++)
            {
                float decay = 5e-4f * 2, rate = 0.01f * 3;
                float scaled = 0.5f * (float)gradients["w"][i], decayed = decay * before[i];
                float gradient = scaled + decayed, kept = 0.9f * velocity[i], moved = rate * gradient;
                velocity[i] = kept + moved;
                before[i] -= velocity[i];
            }
            Assert.Equal(before, emulated.Values("w"));
            Assert.Equal(biases, emulated.Values("b")); // rate 0
        }
    }

    private OpGraph OnMap(Op of, int channels)
    {
        var op = new OpGraph("op", 2, 5, 7) { Seed = 11 };
        return op.EndsWithGradient(op.Add("y", of, op.Map("x", Normal(2 * channels * 5 * 7), channels)), Normal(2 * channels * 5 * 7));
    }

    private void Same(OpGraph op, GpuMachine machine, double tolerance) => Same(op, [machine], tolerance);

    // All machines' kernels are announced before the first is launched.
    private void Same(OpGraph op, IEnumerable<GpuMachine> machines, double tolerance)
    {
        var all = machines.Select(m => (m, new EmulatedSchedule(op, m, _target))).ToList();
        foreach (var (machine, schedule) in all) Same(op, machine, schedule, tolerance);
    }

    private static void Same(OpGraph op, GpuMachine machine, EmulatedSchedule schedule, double tolerance)
    {
        using var emulated = schedule.Packed();
        foreach (string graph in op.Graphs.Keys)
        {
            Outcome actual = emulated.Run(graph), expected = new InterpretedSchedule(op, graph, InterpretedSchedule.Scalar).Run();
            string what = $"{machine.Name} {graph}";
            Close.Within(tolerance, actual.Map, expected.Map, what);
            Close.Within(tolerance, [actual.Loss], [expected.Loss], $"{what} loss");
            Assert.Equal(expected.Gradients.Keys.Order(), actual.Gradients.Keys.Order());
            foreach (var (parameter, gradient) in actual.Gradients)
                Close.Within(tolerance, gradient, expected.Gradients[parameter], $"{what} d{parameter}");
            if (actual.Gradients.Count == 0) continue;
            var twice = emulated.Run(graph, accumulate: true);
            foreach (var (parameter, gradient) in twice.Gradients)
                Close.Within(1e-6, gradient, [.. actual.Gradients[parameter].Select(v => 2 * v)], $"{what} d{parameter} added to itself");
        }
    }

    private double[] Whole(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)_random.Next(-8, 9))];

    private double[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()))];
}

public sealed class PtxKernelTests() : EmulatedKernelTests(EmulatedPtx.Target);

public sealed class IlgpuKernelTests() : EmulatedKernelTests(Compiled)
{
    // Kept from test to test: many have the same kernels.
    private static readonly EmulatedIlgpu Compiled = new();
}

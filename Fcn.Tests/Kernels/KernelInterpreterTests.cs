using Fcn.Generator.Kernels;
using Xunit;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Kernels;

// Statements, functions, and everything that no machine may be asked to do.
public sealed class KernelInterpreterTests
{
    private static readonly Value X = Bench.Floats("x"), N = Field("n", KernelType.Int);

    private static KernelFrame Frame(params double[] x) => new KernelFrame().Set("n", x.Length).Set(KernelBuffer.Of("x", x));

    [Fact]
    public void A_loop_sums_and_its_bounds_are_taken_once()
    {
        Assert.Equal([15], Bench.Run(
            k =>
            {
                var sum = k.Let("sum", Float(0));
                k.For("i", 0, N, i => k.Assign(sum, sum + X.Load(i)));
                k.Store(Bench.Out, 0, sum);
            },
            Frame(1, 2, 4, 8)));
        Assert.Equal(
            [0, 3, 6],
            Bench.Run(k => k.For("i", 0, N, i => k.Store(Bench.Out, i / 3, i.To(Element.Float)), 3), Frame(new double[8]), 3));
        Assert.Equal([7], Bench.Run(
            k =>
            {
                k.Store(Bench.Out, 0, Float(7));
                k.For("i", N, 0, i => k.Store(Bench.Out, 0, Float(8)));
            },
            Frame(1)));
    }

    [Fact]
    public void A_branch_is_taken_or_the_other_is()
    {
        void Write(KernelBuilder k) => k.For("i", 0, N, i =>
            k.If(X.Load(i) < Float(0), () => k.Store(Bench.Out, i, -1 * X.Load(i)), () => k.Store(Bench.Out, i, X.Load(i) + Float(10))));
        Assert.Equal([1, 12, 3], Bench.Run(Write, Frame(-1, 2, -3), 3));
    }

    [Fact]
    public void Items_run_in_order_and_know_their_number()
    {
        var kernel = Bench.Kernel(k => k.Store(Bench.Out, Item, (Item * 2).To(Element.Float)));
        var output = new KernelBuffer("out", Element.Float, 5);
        new KernelInterpreter([kernel]).Run("bench", new KernelFrame().Set(output), 1, 4);
        Assert.Equal([false, true, true, true, false], Enumerable.Range(0, 5).Select(output.IsWritten));
        Assert.Equal([2, 4, 6], Enumerable.Range(1, 3).Select(i => output[i]));
    }

    [Fact]
    public void Functions_see_their_arguments_alone()
    {
        var axpy = Axpy();
        var kernel = Bench.Kernel(k =>
        {
            k.Call("axpy", X + 1, Bench.Out, Float(3), N - 1);
            k.Call("axpy", X, Bench.Out + 2, Float(1), 1);
        });
        Assert.Empty(KernelSpec.Faults([kernel, axpy], KernelFamily.Cpu));
        var output = KernelBuffer.Of("out", new double[] { 100, 200, 300 });
        new KernelInterpreter([kernel, axpy]).Run("bench", Frame(1, 2, 3).Set(output), 0, 1);
        Assert.Equal([106, 209, 301], output.ToArray());
    }

    [Fact]
    public void A_block_has_one_thread_memory_of_its_own_and_nothing_to_wait_for()
    {
        var body = new List<Statement>();
        var tile = Variable("tile", new KernelType(Element.Float, 1, true, true));
        body.Add(new(KernelOp.Shared, tile, [Int(4)], "", [], []));
        body.Add(new(KernelOp.Store, null, [tile, Value.Thread, Float(5)], "", [], []));
        body.Add(new(KernelOp.Barrier, null, [], "", [], []));
        body.Add(new(KernelOp.Store, null, [Bench.Out, Item, tile.Load(0)], "", [], []));
        var kernel = new Kernel("bench", "", [], body);
        Assert.Empty(KernelSpec.Faults([kernel], KernelFamily.Gpu));
        var output = new KernelBuffer("out", Element.Float, 2);
        new KernelInterpreter([kernel]).Run("bench", new KernelFrame().Set(output), 0, 2);
        Assert.Equal([5, 5], output.ToArray());

        body[3] = new(KernelOp.Store, null, [Bench.Out, Item, tile.Load(1)], "", [], []);
        var fault = Assert.Throws<KernelFault>(() => new KernelInterpreter([kernel]).Run("bench", new KernelFrame().Set(output), 0, 2));
        Assert.Equal("Kernel 'bench', item 0: reads 'tile'[1], which was never written.", fault.Message);
    }

    [Fact]
    public void What_needs_a_warp_says_so()
    {
        Assert.Contains("Bits needs the threads of a warp", Bench.Fault(k => k.Store(Bench.Out, 0, Float(1).Bits(Element.Word).Bits(Element.Float))));
    }

    [Theory]
    [InlineData(3, "reads 'x'[3], which has 3 elements")]
    [InlineData(-1, "reads 'x'[-1], which has 3 elements")]
    public void Reading_outside_a_buffer_is_a_fault(int at, string fault)
    {
        var frame = Frame(1, 2, 3).Set("at", at).Set(new KernelBuffer("out", Element.Float, 1));
        Assert.Equal(
            $"Kernel 'bench', item 0: {fault}.",
            Bench.Fault(k => k.Store(Bench.Out, 0, X.Load(Field("at", KernelType.Int))), frame));
    }

    [Fact]
    public void Writing_outside_a_buffer_is_a_fault_in_every_lane()
    {
        var frame = Frame(1, 2, 3);
        Assert.Contains("writes 'x'[3], which has 3 elements", Bench.Fault(k => k.Store(X + 1, 1, Float(0).Spread(2)), frame));
        Assert.Contains("writes 'x'[-2]", Bench.Fault(k => k.Store(X - 2, 0, Float(0)), frame));
    }

    [Fact]
    public void Reading_what_was_never_written_is_a_fault_or_a_nan()
    {
        var buffer = new KernelBuffer("fresh", Element.Float, 2);
        void Write(KernelBuilder k) => k.Store(Bench.Out, 0, Bench.Floats("fresh").Load(1));
        var frame = new KernelFrame().Set(buffer).Set(new KernelBuffer("out", Element.Float, 1));
        Assert.Contains("reads 'fresh'[1], which was never written", Bench.Fault(Write, frame));
        Assert.Equal([double.NaN], Bench.Run(Write, frame, poison: true));
        buffer.Put([1, 2]);
        Assert.Equal([2], Bench.Run(Write, frame));
        buffer.Forget();
        Assert.Contains("was never written", Bench.Fault(Write, frame));
        Assert.Throws<KernelFault>(() => buffer[0]);
    }

    [Fact]
    public void Items_that_touch_each_others_cells_are_a_race()
    {
        KernelFrame Fresh() => Frame(1, 2, 3, 4);
        Assert.Equal(
            "Kernel 'bench', item 1: writes 'x'[0], which item 0 wrote in the same launch: a race.",
            Bench.Fault(k => k.Store(X, 0, Item.To(Element.Float)), Fresh(), 2));
        Assert.Contains("item 1: reads 'x'[0], which item 0 wrote", Bench.Fault(k => k.Store(X, Item, X.Load(Item / 2)), Fresh(), 2));
        Assert.Contains("item 1: writes 'x'[1], which item 0 read", Bench.Fault(k => k.Store(X, Item, X.Load(Item + 1)), Fresh(), 2));

        // The same from one launch to the next is what launches are for.
        var interpreter = new KernelInterpreter([Bench.Kernel(k => k.Store(X, 0, X.Load(0) + Float(1)))]);
        var frame = Fresh();
        for (int i = 0; i < 3; i++) interpreter.Run("bench", frame, i, i + 1);
        Assert.Equal(4, frame.Buffers["x"][0]);
    }

    [Fact]
    public void A_frame_without_a_field_is_a_fault()
    {
        Assert.Contains("the frame has no buffer of this name", Bench.Fault(k => k.Store(Bench.Out, 0, Float(1))));
        Assert.Contains("'n', but the frame has no whole number", Bench.Fault(k => k.For("i", 0, N, _ => { })));
        var bytes = new KernelFrame().Set(KernelBuffer.Of("out", new byte[1]));
        Assert.Contains("takes the buffer 'out' for Float, but it holds Byte", Bench.Fault(k => k.Store(Bench.Out, 0, Float(1)), bytes));
    }

    [Fact]
    public void A_fault_in_a_function_names_the_way_there()
    {
        var frame = Frame(1, 2).Set(new KernelBuffer("out", Element.Float, 2));
        string fault = Bench.Fault(k => k.Call("axpy", X, Bench.Out, Float(1), 3), frame, 1, Axpy());
        Assert.Equal("Kernel 'bench', item 0, in 'axpy': reads 'out'[0], which was never written.", fault);
        var endless = Bench.Kernel(k => k.Call("endless"), "endless");
        Assert.Contains("'endless' calls itself", Bench.Fault(k => k.Call("endless"), frame, 1, endless));
        Assert.Contains("calls 'lost', which is not there", Bench.Fault(k => k.Call("lost"), frame));
    }

    [Fact]
    public void Nested_loops_make_a_convolution()
    {
        const int channels = 16, size = 24;
        var x = Enumerable.Range(0, channels * size * size).Select(i => Math.Sin(i)).ToArray();
        var output = Bench.Run(
            k => k.For("o", 0, channels, o => k.For("h", 1, size - 1, h => k.For("w", 1, size - 1, w =>
            {
                var sum = k.Let("sum", Float(0));
                k.For("i", 0, channels, i => k.For("a", 0, 3, a => k.For("b", 0, 3, b =>
                    k.Assign(sum, MultiplyAdd(X.Load((i * size + h + a - 1) * size + w + b - 1), (o + i).To(Element.Float), sum)))));
                k.Store(Bench.Out, (o * (size - 2) + h - 1) * (size - 2) + w - 1, sum);
            }))),
            Frame(x), channels * (size - 2) * (size - 2));
        double expected = 0;
        for (int i = 0; i < channels; i++)
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++) expected += x[(i * size + 4 + a) * size + 6 + b] * (3 + i);
        Assert.Equal(expected, output[(3 * (size - 2) + 4) * (size - 2) + 6], 1e-12);
    }

    /// y[i] += a x[i] for i below n.
    private static Kernel Axpy()
    {
        var k = new KernelBuilder();
        var (x, y) = (k.Parameter("x", KernelType.To(Element.Float)), k.Parameter("y", KernelType.To(Element.Float)));
        var (a, n) = (k.Parameter("a", KernelType.Float), k.Parameter("n", KernelType.Int));
        k.For("i", 0, n, i => k.Store(y, i, MultiplyAdd(a, x.Load(i), y.Load(i))));
        return k.Build("axpy", "y += a x", x, y, a, n);
    }
}

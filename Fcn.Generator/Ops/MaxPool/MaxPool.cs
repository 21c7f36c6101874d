using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Ops;

/// Max pooling that rounds up (Caffe: Pooling MAX). Windows are clipped to the map; of equal values the first in reading order wins.
internal sealed record MaxPool(int Kernel, int Stride, int Pad = 0) : Op, IRider
{
    public override string Word => "max_pool";

    public override string Format => $"max_pool {GraphPrinter.Window(Kernel, Stride, Pad)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = inputs[0].Map.Size.PoolUp(Kernel, Stride, Pad) };

    public override Footprint? FootprintOn(int input) => Footprint.Window(Kernel, Stride, Pad);

    public override RowMap? Rows => new(Kernel - 1, Stride, Pad, Clips: true);

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check) => check.Inputs(1);

    public override bool CanCarryTail => true;

    public override bool IsFactor(int input) => false;

    public override Nest Loops(Node node) => Window(Combine.Maximum);

    public Nest Window(Combine combine) =>
        new((p, at) => p.Read(0, p.H * Stride - Pad + at[0], p.W * Stride - Pad + at[1]))
        {
            Reduce = [new("a", Kernel), new("b", Kernel)],
            Combine = combine,
            Where = (p, at) => Inside(p.H * Stride - Pad + at[0], p.Map(0).Height) & Inside(p.W * Stride - Pad + at[1], p.Map(0).Width),
        };

    private Value Inside(Value place, Value size) => Pad == 0 ? place < size : (place >= 0) & (place < size);

    public override void Pull(Node y, Node dy, Backward backward)
    {
        var x = y.Inputs[0];
        var index = backward.Builder.Add($"{y.Name}.index", new MaxPoolIndex(this), x);
        backward.AccumulateInput(y, new MaxPoolGradient(this, x.Map.Size), dy, index);
    }
}

/// Which tap of the window holds the maximum: 0 .. Kernel² - 1 in reading order, as a float map of the pooled size.
internal sealed record MaxPoolIndex(MaxPool Pool) : ModeOp(Arity: 1)
{
    public override string Word => "max_pool_index";

    public override string Format => $"{Word} {GraphPrinter.Window(Pool.Kernel, Pool.Stride, Pool.Pad)}";

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) => Pool.Infer(inputs);

    public override Nest Loops(Node node) => Pool.Window(Combine.ArgMaximum);
}

/// dx[h,w] = sum of dy over the windows whose maximum lies at (h,w). Inputs dy, index.
internal sealed record MaxPoolGradient(MaxPool Pool, Extent Size) : ModeOp(Arity: 2)
{
    public override string Word => "max_pool_gradient";

    public override string Format => $"{Word} {GraphPrinter.Window(Pool.Kernel, Pool.Stride, Pool.Pad)}";

    public override bool CanCarryTail => true;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    // The windows over (h, w) are those that start at (h + Pad) / Stride and the few before it.
    public override Nest Loops(Node node)
    {
        var (kernel, stride, pad) = (Pool.Kernel, Pool.Stride, Pool.Pad);
        int windows = (kernel + stride - 1) / stride;
        Value Window(Value place, Value back) => (place + pad) / stride - back;
        Value Tap(Value place, Value back) => (place + pad) % stride + back * stride;
        Value Covers(Value place, Value back, Value size)
        {
            Value inside = Window(place, back) < size;
            if (windows > 1) inside = (Window(place, back) >= 0) & inside;
            return windows * stride == kernel ? inside : (Tap(place, back) < kernel) & inside;
        }
        return new((p, at) =>
            {
                Value h = Window(p.H, at[0]), w = Window(p.W, at[1]);
                Value tap = (Tap(p.H, at[0]) * kernel + Tap(p.W, at[1])).To(Element.Float);
                return Value.Select(p.Read(1, h, w).Equals(tap), p.Read(0, h, w), Value.Float(0));
            })
        {
            Reduce = [new("s", windows), new("t", windows)],
            Where = (p, at) => Covers(p.H, at[0], p.Map(0).Height) & Covers(p.W, at[1], p.Map(0).Width),
        };
    }
}

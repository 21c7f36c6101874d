namespace Fcn.Generator.Ops;

/// y[h,w] = a[h,w] + b[h + Offset, w + Offset] (Caffe: Eltwise SUM). Offset is 0 until Fuse folds a crop of b into the sum.
internal sealed record Add(int Offset = 0) : Op, IElementwise
{
    public override string Word => "add";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override Nest Loops(Node node) => new((p, _) => Apply(p, p.Read(0, p.H, p.W), 1));

    public Value Apply(Point p, Value a, int others) => a + p.Read(others, p.H + Offset, p.W + Offset);

    public override void Pull(Node y, Node dy, Backward backward)
    {
        backward.Accumulate(y.Inputs[0], dy);
        backward.Accumulate(y.Inputs[1], dy);
    }
}

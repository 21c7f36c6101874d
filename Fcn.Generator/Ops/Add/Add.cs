using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Ops;

/// y[h,w] = a[h,w] + b[h + Offset, w + Offset] (Caffe: Eltwise SUM). Offset is 0 until Fuse folds a crop of b into the sum.
internal sealed record Add(int Offset = 0) : Elementwise(Others: 1)
{
    public override string Word => "add";

    public override string Format => $"add{GraphPrinter.Unless(0, "at ", Offset)}";

    public override bool KeepsOrder => false;

    public override Footprint? FootprintOn(int input) => Footprint.Shifted(input == 0 ? 0 : -Offset);

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check)
    {
        base.Check(check);
        var (a, b) = (check.Node.Inputs[0], check.Node.Inputs[1]);
        check.Require(Offset == 0, "only in a tail does a sum crop");
        check.Require(a.Shape == b.Shape, $"it adds {a.Shape} and {b.Shape}");
        bool meet = check.Phase > Phase.Collapsed || Coordinates.Of(a) == Coordinates.Of(b);
        check.Require(meet, "it adds maps that do not lie on top of each other");
    }

    public override Value Apply(Point p, Value a, int others) => a + p.Read(others, p.H + Offset, p.W + Offset);

    public override void Pull(Node y, Node dy, Backward backward)
    {
        backward.Accumulate(y.Inputs[0], dy);
        backward.Accumulate(y.Inputs[1], dy);
    }
}

/// The sum of two gradients of one parameter, which two nodes read.
internal sealed record AddWeights() : ModeOp(Arity: 2)
{
    public override string Word => "add_weights";

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override void Check(NodeCheck check)
    {
        base.Check(check);
        var (a, b) = (check.Node.Inputs[0], check.Node.Inputs[1]);
        check.Require(a.Shape is WeightShape && a.Shape == b.Shape, $"it adds {a.Shape} and {b.Shape}");
    }
}

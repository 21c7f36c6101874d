using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Ops;

/// y[h,w] = x[h + Offset, w + Offset] for the Size of the map it is cut to (Caffe: Crop, axis 2).
internal sealed record Crop(int Offset, Extent Size) : Op
{
    public override string Word => "crop";

    public override string Format => $"crop {Literal.Of(Offset)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    public override Footprint? FootprintOn(int input) => Footprint.Shifted(-Offset);

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check)
    {
        check.Inputs(1);
        check.Require(Offset >= 0, $"its offset is {Offset}");
    }

    public override bool CanCarryTail => true;

    public override bool IsFactor(int input) => false;

    public override Nest Loops(Node node) => new((p, _) => p.Read(0, p.H + Offset, p.W + Offset));

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.AccumulateInput(y, new Uncrop(Offset, y.Inputs[0].Map.Size), dy);
}

/// Gradient of Crop: dy at Offset, zeros around it.
internal sealed record Uncrop(int Offset, Extent Size) : ModeOp(Arity: 1)
{
    public override string Word => "uncrop";

    public override string Format => $"{Word} {Literal.Of(Offset)}";

    public override bool CanCarryTail => true;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    public override Nest Loops(Node node)
    {
        Value Inside(Value place, Value size) => (place >= Offset) & (place < size + Offset);
        return new((p, _) => p.Read(0, p.H - Offset, p.W - Offset))
        {
            Where = (p, _) => Inside(p.H, p.Map(0).Height) & Inside(p.W, p.Map(0).Width),
        };
    }
}

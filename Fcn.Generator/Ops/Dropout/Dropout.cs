using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Ops;

/// Inverted dropout per element (Caffe: Dropout): 0 with probability Rate, else x / (1 - Rate). The mask is a hash of the step's seed,
/// Stream and the element's index, so backward makes it anew and nothing is stored. Identity outside training.
internal sealed record Dropout(double Rate, int Stream) : Op
{
    public override string Word => "dropout";

    public override string Format => $"dropout {Literal.Of(Rate)} stream {Literal.Of(Stream)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override Footprint? FootprintOn(int input) => Footprint.Pixel;

    /// A mask differs from place to place.
    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check) => check.Inputs(1);

    public override bool CanCarryTail => false;

    public override bool IsFactor(int input) => false;

    // The counter is the element's place in (N, C, H, W), whatever the layout: a mask is the same on every device.
    public override Nest Loops(Node node)
    {
        var map = node.Map;
        return new((p, _) =>
        {
            Value height = p.Map(0).Height, width = p.Map(0).Width;
            Value counter = ((p.N.To(Element.Index) * map.Channels + p.Channel) * height + p.H) * width + p.W;
            Value draw = Value.Uniform(Value.Field("Seed", KernelType.Int) + Stream, counter);
            return Value.Select(draw < Value.Float(Rate), Value.Float(0), p.Read(0, p.H, p.W) * Value.Float(1 / (1 - Rate)));
        })
        { Vectorizes = false };
    }

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.gradient", this, dy));
}

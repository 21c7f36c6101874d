using Fcn.Generator.Graph;

namespace Fcn.Generator.Ops;

/// What stands where maps have to meet whose crop is not known yet. AlignSkips turns it into Crop and Add. Its output lies where the first
/// input lies; its size is a guess until then. Inputs: x, and the map that x has to meet.
internal abstract record Unaligned : Op
{
    public override string Format => Word;

    public override Footprint? FootprintOn(int input) => input == 0 ? Footprint.Pixel : null;

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check)
    {
        check.Inputs(2);
        check.Require(check.Phase == Phase.Desugared, "it is not aligned");
    }

    public override bool CanCarryTail => false;

    public override bool IsFactor(int input) => false;
}

/// A crop whose offset is not known yet: x cut to where the reference lies. Inputs x, reference.
internal sealed record Align : Unaligned
{
    public override string Word => "align";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = inputs[1].Map.Size };
}

/// A sum of two maps that lie on the same grid but begin and end elsewhere. Inputs: the upsampled scores, the scores of the tap.
internal sealed record Join : Unaligned
{
    public override string Word => "join";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override void Check(NodeCheck check)
    {
        base.Check(check);
        check.Require(check.Node.Inputs[0].Map.Channels == check.Node.Inputs[1].Map.Channels, "it joins maps of different channels");
    }
}

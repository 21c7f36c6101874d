namespace Fcn.Generator.Ops;

/// What stands where maps have to meet whose crop is not known yet. AlignSkips turns it into Crop and what becomes of them together. Its output
/// lies where the first input lies; its size is a guess until then.
internal abstract record Unaligned : Op
{
    public override string Format => Word;

    public override Footprint? FootprintOn(int input) => input == 0 ? Footprint.Pixel : null;

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => 0;

    public override void Check(NodeCheck check)
    {
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

/// A sum or concatenation (Into) of maps that lie on the same grid but begin and end elsewhere. Inputs of a skip: the upsampled scores, the
/// scores of the tap.
internal sealed record Join(Op Into) : Unaligned
{
    public override string Word => "join";

    public override string Format => Into is Add ? Word : $"{Word} {Into.Word}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => Into.Infer(inputs);
}

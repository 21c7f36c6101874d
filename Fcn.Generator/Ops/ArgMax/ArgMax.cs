namespace Fcn.Generator.Ops;

/// The class with the highest score, per pixel; of equal scores the lowest class.
internal sealed record ArgMax : Op
{
    public override string Word => "arg_max";

    public override Shape Infer(IReadOnlyList<Node> inputs) => new LabelShape();
}

/// Upsample, crop by Offset and ArgMax in one: full-resolution scores are never stored. Input: the coarse scores.
internal sealed record UpsampleArgMax(Upsample Upsample, int Offset) : Op
{
    public override string Word => "upsample_arg_max";

    public override Shape Infer(IReadOnlyList<Node> inputs) => new LabelShape();
}

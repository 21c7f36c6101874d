namespace Fcn.Generator.Ops;

/// Upsample, crop by Offset, and the class with the highest score per pixel; of equal scores the lowest class. Input: the coarse scores.
/// With Upsample(1, 1) it is the plain arg max.
internal sealed record UpsampleArgMax(Upsample Upsample, int Offset) : Op
{
    public override string Word => "upsample_arg_max";

    public override Shape Infer(IReadOnlyList<Node> inputs) => new LabelShape();

    public override int Reach(int input) => Upsample.Taps - 1;
}

using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Ops;

/// Upsample, crop by Offset, and the class with the highest score per pixel; of equal scores the lowest class. Input: the coarse scores.
/// With Upsample(1, 1) it is the plain arg max. Where a score is not finite there is no highest, and the pixel gets NoClass.
internal sealed record UpsampleArgMax(Upsample Upsample, int Offset) : ModeOp(Arity: 1)
{
    /// Networks have at most 254 classes. The engine makes an error of it (ScoreCheck in the runtime).
    public const int NoClass = 255;

    public override string Word => "upsample_arg_max";

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) => new LabelShape();

    public override int Reach(int input) => Upsample.Taps - 1;

    /// NaN is on neither side of a bound.
    public static Value IsFinite(Value score) => (score >= Value.Float(float.MinValue)) & (score <= Value.Float(float.MaxValue));
}

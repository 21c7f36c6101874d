namespace Fcn.Generator.Ops;

/// A sum of two maps that lie on the same grid but begin and end elsewhere. AlignSkips turns it into a crop of one of them and Add.
/// Inputs: the upsampled scores, the scores of the tap. The size is a guess until then.
internal sealed record Join : Op
{
    public override string Word => "join";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;
}

namespace Fcn.Generator.Ops;

/// Inverted dropout per element (Caffe: Dropout): 0 with probability Rate, else x / (1 - Rate). The mask is a hash of the step's seed, Stream and
/// the element's index, so backward makes it anew and nothing is stored. Identity outside training.
internal sealed record Dropout(double Rate, int Stream) : Op
{
    public override string Word => "dropout";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.gradient", this, dy));
}

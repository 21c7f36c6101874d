namespace Fcn.Generator.Ops;

/// y = Factor x, the same for every channel and never learned (Caffe: Scale with lr_mult 0; FCN-8s at-once: 0.01, 0.0001).
internal sealed record Scale(double Factor) : Op
{
    public override string Word => "scale";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override void Pull(Node y, Node dy, Backward backward)
    {
        if (backward.Wants(y.Inputs[0])) backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.gradient", this, dy));
    }
}

namespace Fcn.Generator.Ops;

/// y = max(x, 0).
internal sealed record Relu : Op
{
    public override string Word => "relu";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.gradient", new ReluGradient(), dy, y));
}

/// dx = dy where y is positive, else 0. Inputs dy, y: the output suffices, the input need not be kept.
internal sealed record ReluGradient : Op
{
    public override string Word => "relu_gradient";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;
}

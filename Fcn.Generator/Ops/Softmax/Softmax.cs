namespace Fcn.Generator.Ops;

/// y[c] = exp(x[c]) / sum over k of exp(x[k]), per pixel.
internal sealed record Softmax : Op
{
    public override string Word => "softmax";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.gradient", new SoftmaxGradient(), dy, y));
}

/// dx[c] = y[c] (dy[c] - sum over k of dy[k] y[k]). Inputs dy, y.
internal sealed record SoftmaxGradient : Op
{
    public override string Word => "softmax_gradient";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;
}

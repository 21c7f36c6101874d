namespace Fcn.Generator.Ops;

/// y = max(x, 0).
internal sealed record Relu() : Elementwise(Others: 0)
{
    public override string Word => "relu";

    public override string Format => Word;

    public override bool KeepsOrder => true;

    public override long MultiplyAdds(Node node) => 0;

    public override Value Apply(Point p, Value x, int others) => Value.Max(Value.Float(0), x);

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.gradient", new ReluGradient(), dy, y));
}

/// dx = dy where y is positive, else 0. Inputs dy, y: the output suffices, the input need not be kept.
internal sealed record ReluGradient() : ModeOp(Arity: 2), IElementwise
{
    public override string Word => "relu_gradient";

    public int Others => 1;

    public bool ReadsVectors => false;

    public bool KeepsOrder => false;

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override Nest Loops(Node node) => new((p, _) => Apply(p, p.Read(0, p.H, p.W), 1));

    public Value Apply(Point p, Value dy, int others) => Value.Select(Value.Float(0) < p.Read(others, p.H, p.W), dy, Value.Float(0));
}

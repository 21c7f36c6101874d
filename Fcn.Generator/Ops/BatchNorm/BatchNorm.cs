namespace Fcn.Generator.Ops;

/// Batch normalisation (Ioffe, Szegedy 2015) as a network declares it: y = scale (x - mean) / sqrt(variance + Epsilon) + shift per channel. Inputs
/// x, scale, shift, running mean, running variance. Whose mean and variance these are, a mode decides (UseRunningStatistics, UseBatchStatistics).
internal sealed record BatchNorm(double Epsilon, double Momentum) : Op
{
    public override string Word => "batch_norm";

    public override string Format => $"{Word} eps {Literal.Of(Epsilon)} momentum {Literal.Of(Momentum)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override Footprint? FootprintOn(int input) => input == 0 ? Footprint.Pixel : null;

    /// Statistics are those of all rows: equal ones count as often as they stand there.
    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => node.Map.Channels;

    public override void Check(NodeCheck check)
    {
        check.Require(check.Phase <= Phase.Collapsed, "a mode has not said whose statistics it takes");
        check.Inputs(5);
        for (int i = 1; i < 5; i++) check.Parameter("vector", i, new(check.Node.Map.Channels, 1, 1));
    }

    public override bool CanCarryTail => false;

    public override bool IsFactor(int input) => false;
}

/// y = (x - mean) inverse scale + shift per channel. Inputs x, mean, inverse deviation, scale, shift. OfBatch: mean and deviation are x's own, and
/// its gradient goes through them.
internal sealed record Normalize(bool OfBatch) : Elementwise(Others: 4)
{
    public override string Word => "normalize";

    public override string Format => Word;

    public override bool ReadsVectors => true;

    /// A scale may be negative.
    public override bool KeepsOrder => false;

    public override Footprint? FootprintOn(int input) => input == 0 ? Footprint.Pixel : null;

    public override long MultiplyAdds(Node node) => node.Map.Channels;

    public override Value Apply(Point p, Value x, int others) =>
        (x - p.Bias(others)) * (p.Bias(others + 1) * p.Bias(others + 2)) + p.Bias(others + 3);

    // dshift = sum dy, dscale = sum dy n, and with M pixels dx = scale inverse (dy - (dshift + n dscale) / M), where n = (x - mean) inverse. The sums are
    // this batch's alone, whatever the gradients of several batches add up to.
    public override void Pull(Node y, Node dy, Backward backward)
    {
        if (!OfBatch) throw new InvalidOperationException($"'{y.Name}' is trained by statistics of other batches.");
        var (x, mean, inverse, scale, shift) = (y.Inputs[0], y.Inputs[1], y.Inputs[2], y.Inputs[3], y.Inputs[4]);
        var sum = backward.Builder.Add($"{y.Name}.gradient.sum", new GradientSum("gradient_sum"), dy);
        var product = backward.Builder.Add($"{y.Name}.gradient.product", new NormalizedProduct(), dy, x, mean, inverse);
        backward.AccumulateParameter(scale, y, "weight", new VectorGradient(), product);
        backward.AccumulateParameter(shift, y, "bias", new VectorGradient(), sum);
        backward.AccumulateInput(y, new NormalizeGradient(), dy, x, mean, inverse, scale, sum, product);
    }
}

/// The gradient of a normalised map, through its statistics. Inputs dy, x, mean, inverse, scale, sum of dy, sum of dy n.
internal sealed record NormalizeGradient() : ModeOp(Arity: 7)
{
    public override string Word => "normalize_gradient";

    public override bool CanCarryTail => true;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Shape;

    public override Nest Loops(Node node) => new((p, _) =>
    {
        Value normal = (p.Read(1, p.H, p.W) - p.Bias(2)) * p.Bias(3), share = Value.Float(1) / ChannelOp.Pixels(p.Map(1).Height, p.Map(1).Width);
        return (p.Read(0, p.H, p.W) - (p.Bias(5) + normal * p.Bias(6)) * share) * (p.Bias(3) * p.Bias(4));
    });
}

/// What a batch adds to the gradient of a vector.
internal sealed record VectorGradient() : ChannelMap(Arity: 1)
{
    public override string Word => "vector_gradient";

    public override Value Apply(IReadOnlyList<Value?> inputs, Value? pixels) => inputs[0]!;
}

/// sum dy (x - mean) inverse. Inputs dy, x, mean, inverse.
internal sealed record NormalizedProduct() : ChannelSum(Arity: 4)
{
    public override string Word => "normalized_product";

    public override Value Term(IReadOnlyList<Value> inputs) => inputs[0] * ((inputs[1] - inputs[2]) * inputs[3]);
}

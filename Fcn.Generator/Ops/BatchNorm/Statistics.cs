namespace Fcn.Generator.Ops;

/// The mean of a map's channels over all pixels of all images.
internal sealed record BatchMean() : ChannelSum(Arity: 1)
{
    public override string Word => "batch_mean";

    public override Value Term(IReadOnlyList<Value> inputs) => inputs[0];

    public override Value Finish(Value sum, Value pixels) => sum / pixels;
}

/// The variance about the mean, which is found first: a sum of squares less a square would lose all where the mean is large. Inputs x, mean.
internal sealed record BatchVariance() : ChannelSum(Arity: 2)
{
    public override string Word => "batch_variance";

    public override Value Term(IReadOnlyList<Value> inputs) => (inputs[0] - inputs[1]) * (inputs[0] - inputs[1]);

    public override Value Finish(Value sum, Value pixels) => sum / pixels;
}

/// 1 / sqrt(variance + Epsilon).
internal sealed record InverseDeviation(double Epsilon) : ChannelMap(Arity: 1)
{
    public override string Word => "inverse_deviation";

    public override string Format => $"{Word} {Literal.Of(Epsilon)}";

    // exp(-log(v) / 2) and two of Newton's steps, which end at the last bit: the kernel language has no root, and needs none for a number per channel.
    public override Value Apply(IReadOnlyList<Value?> inputs, Value? pixels)
    {
        Value variance = inputs[0]! + Value.Float(Epsilon);
        return Better(Better((variance.Log() * Value.Float(-0.5)).Exp()));

        Value Better(Value root) => root * (Value.Float(1.5) - variance * Value.Float(0.5) * root * root);
    }
}

/// What running statistics are behind a batch: (1 - Momentum) running + Momentum batch. Inputs running, batch's, x. Unbiased: of M pixels a variance is
/// M / (M - 1) of what it is about its own mean (torch.nn.BatchNorm2d).
internal sealed record Running(double Momentum, bool Unbiased) : ChannelMap(Arity: 3)
{
    public override string Word => "running";

    public override string Format => $"{Word} {Literal.Of(Momentum)}{(Unbiased ? " unbiased" : "")}";

    public override Value Apply(IReadOnlyList<Value?> inputs, Value? pixels)
    {
        Value batch = inputs[1]!;
        if (Unbiased) batch *= pixels! / Value.Max(Value.Float(1), pixels! - Value.Float(1));
        return inputs[0]! * Value.Float(1 - Momentum) + batch * Value.Float(Momentum);
    }
}

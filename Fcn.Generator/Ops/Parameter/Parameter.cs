namespace Fcn.Generator.Ops;

/// A learned parameter, or state that training keeps beside them. Rate and Decay are Caffe's lr_mult and decay_mult; state has neither.
internal sealed record Parameter(WeightShape Dimensions, Fill Fill, double Rate, double Decay) : Leaf
{
    public override string Word => "parameter";

    public override string Format => IsState ? $"state {Fill}" : $"parameter {Fill} rate {Literal.Of(Rate)} decay {Literal.Of(Decay)}";

    /// Whether it is state: written by every forward pass of training, and left alone by the solver.
    public bool IsState { get; init; }

    /// How many values it holds.
    public long Count => (long)Dimensions.Out * Dimensions.In * Dimensions.Kernel * Dimensions.Kernel;

    /// Whether this is a vector with one value per output channel.
    public bool Bias { get; init; }

    public override Shape Infer(IReadOnlyList<Node> inputs) => Dimensions;
}

/// Names as in Fcn.Runtime's enum of the same name, which generated code mentions.
internal enum Fill
{
    Zero,
    One,
    He,
    Bilinear,
}

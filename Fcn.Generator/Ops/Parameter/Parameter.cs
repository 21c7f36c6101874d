namespace Fcn.Generator.Ops;

/// A learned parameter. Rate and Decay are Caffe's lr_mult and decay_mult.
internal sealed record Parameter(WeightShape Dimensions, Fill Fill, double Rate, double Decay) : Op
{
    public override string Word => "parameter";

    public override CoordinateMap? Field => null;

    /// Whether this is a vector with one value per output channel.
    public bool Bias { get; init; }

    public override Shape Infer(IReadOnlyList<Node> inputs) => Dimensions;

    public override void Pull(Node y, Node dy, Backward backward) { }
}

/// Names as in Fcn.Runtime's enum of the same name, which generated code mentions.
internal enum Fill
{
    Zero,
    He,
    Bilinear,
}

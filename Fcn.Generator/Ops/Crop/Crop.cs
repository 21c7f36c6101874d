namespace Fcn.Generator.Ops;

/// A crop whose offset is not known yet: x cut to where the reference lies. AlignSkips turns it into Crop. Inputs x, reference.
internal sealed record Align : Op
{
    public override string Word => "align";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = inputs[1].Map.Size };
}

/// y[h,w] = x[h + Offset, w + Offset] for the Size of the map it is cut to (Caffe: Crop, axis 2).
internal sealed record Crop(int Offset, Extent Size) : Op
{
    public override string Word => "crop";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    public override CoordinateMap? Field => new CoordinateMap(1, -Offset);

    public override Nest Loops(Node node) => new((p, _) => p.Read(0, p.H + Offset, p.W + Offset));

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.input_gradient", new Uncrop(Offset, y.Inputs[0].Map.Size), dy));
}

/// Gradient of Crop: dy at Offset, zeros around it.
internal sealed record Uncrop(int Offset, Extent Size) : Op
{
    public override string Word => "uncrop";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    public override Nest Loops(Node node)
    {
        Value Inside(Value place, Value size) => (place >= Offset) & (place < size + Offset);
        return new((p, _) => p.Read(0, p.H - Offset, p.W - Offset))
        {
            Where = (p, _) => Inside(p.H, p.Map(0).Height) & Inside(p.W, p.Map(0).Width),
        };
    }
}

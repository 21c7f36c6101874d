namespace Fcn.Generator.Ops;

/// Max pooling that rounds up (Caffe: Pooling MAX). Windows are clipped to the map; of equal values the first in reading order wins.
internal sealed record MaxPool(int Kernel, int Stride, int Pad = 0) : Op
{
    public override string Word => "max_pool";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = inputs[0].Map.Size.PoolUp(Kernel, Stride, Pad) };

    public override CoordinateMap? Field => CoordinateMap.Window(Kernel, Stride, Pad);

    public override void Pull(Node y, Node dy, Backward backward)
    {
        var x = y.Inputs[0];
        var index = backward.Builder.Add($"{y.Name}.index", new MaxPoolIndex(this), x);
        backward.Accumulate(x, backward.Builder.Add($"{y.Name}.input_gradient", new MaxPoolGradient(this, x.Map.Size), dy, index));
    }
}

/// Which tap of the window holds the maximum: 0 .. Kernel² - 1 in reading order, as a float map of the pooled size.
internal sealed record MaxPoolIndex(MaxPool Pool) : Op
{
    public override string Word => "max_pool_index";

    public override Shape Infer(IReadOnlyList<Node> inputs) => Pool.Infer(inputs);
}

/// dx[h,w] = sum of dy over the windows whose maximum lies at (h,w). Inputs dy, index.
internal sealed record MaxPoolGradient(MaxPool Pool, Extent Size) : Op
{
    public override string Word => "max_pool_gradient";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };
}

namespace Fcn.Generator.Ops;

/// Convolution with zero padding (Caffe: Convolution). Inputs x (N,I,H,W), weight (O, I/Groups, K, K), optionally bias (O).
/// y[n,o,h,w] = bias[o] + sum over i,a,b of x[n, i, h Stride - Pad + a Dilation, w Stride - Pad + b Dilation] weight[o,i,a,b]
internal sealed record Conv(int Channels, int Kernel, int Stride = 1, int Pad = 0, int Dilation = 1, int Groups = 1) : Op
{
    public override string Word => "conv";

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        new MapShape(Channels, inputs[0].Map.Size.Convolve(Kernel, Stride, Pad, Dilation));

    public override CoordinateMap? Field => CoordinateMap.Window(Kernel, Stride, Pad, Dilation);

    public override void Pull(Node y, Node dy, Backward backward)
    {
        var (x, weight) = (y.Inputs[0], y.Inputs[1]);
        if (backward.Wants(x)) backward.Accumulate(x, InputGradient(y, dy, x, weight, backward.Builder));
        backward.Accumulate(weight, backward.Builder.Add($"{weight.Name}.gradient", new WeightGradient(this), x, dy));
        if (y.Inputs.Count > 2) backward.Accumulate(y.Inputs[2], backward.Builder.Add($"{y.Inputs[2].Name}.gradient", new BiasGradient(), dy));
    }

    public override int Reach(int input) => input == 0 ? Pad : 0;

    public override Nest Loops(Node node) => Groups == 1 ? Dense(node) : ByChannel(node);

    // Input channels go by block and lane, so that neighbouring taps and channels are neighbours in memory.
    private Nest Dense(Node node)
    {
        int inBlock = WeightOrder.Block(node.Inputs[0]);
        int blocks = (node.Inputs[0].Map.Channels + inBlock - 1) / inBlock;
        return new((p, at) => p.Read(0, at[0], at[3], p.H * Stride - Pad + at[1] * Dilation, p.W * Stride - Pad + at[2] * Dilation)
                              * p.Weight(1, at[0], at[3], at[1], at[2]))
        {
            Reduce = [new("block", blocks), new("a", Kernel), new("b", Kernel), new("i", inBlock)],
            Start = HasBias(node) ? p => p.Bias(2) : null,
        };
    }

    /// The definition for any groups, channels by their numbers.
    public Nest ByChannel(Node node)
    {
        int ins = node.Inputs[0].Map.Channels / Groups, outs = Channels / Groups;
        return new((p, at) => p.Read(0, p.Channel / outs * ins + at[0], p.H * Stride - Pad + at[1] * Dilation, p.W * Stride - Pad + at[2] * Dilation)
                              * p.WeightAt(1, p.Channel, at[0], at[1], at[2]))
        {
            Reduce = [new("i", ins), new("a", Kernel), new("b", Kernel)],
            Start = HasBias(node) ? p => p.Bias(2) : null,
            Vectorizes = false,
        };
    }

    /// Of a fused node too, whose third input may belong to its tail.
    public static bool HasBias(Node node) => node.Inputs.Count > 2 && node.Inputs[2].Shape is WeightShape;

    // The gradient of a dense convolution of stride 1 is a convolution with the flipped weight, which has the fast kernels.
    private Node InputGradient(Node y, Node dy, Node x, Node weight, GraphBuilder builder)
    {
        int reach = (Kernel - 1) * Dilation;
        if (Stride != 1 || Groups != 1 || Pad > reach)
            return builder.Add($"{y.Name}.input_gradient", new Deconv(x.Map.Channels, Kernel, Stride, Pad, Dilation, Groups) { Size = x.Map.Size }, dy, weight);
        var flipped = builder.Add($"{weight.Name}.flipped", new FlipWeight(), weight);
        return builder.Add($"{y.Name}.input_gradient", this with { Channels = x.Map.Channels, Pad = reach - Pad }, dy, flipped);
    }
}

/// weight (O,I,K,K) to (I,O,K,K) with both kernel axes reversed.
internal sealed record FlipWeight : Op
{
    public override string Word => "flip";

    public override CoordinateMap? Field => null;

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        inputs[0].Shape is WeightShape w ? new WeightShape(w.In, w.Out, w.Kernel) : throw new InvalidOperationException("flip needs a weight");
}

/// Gradient of a convolution's weight: dweight[o,i,a,b] = sum over n,h,w of dy[n,o,h,w] x[n, i, h Stride - Pad + a Dilation, w Stride - Pad + b Dilation].
/// Inputs x, dy. A transposed convolution uses it with its two maps exchanged.
internal sealed record WeightGradient(Conv Conv) : Op
{
    public override string Word => "weight_gradient";

    public override CoordinateMap? Field => null;

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        new WeightShape(inputs[1].Map.Channels, inputs[0].Map.Channels / Conv.Groups, Conv.Kernel);

    public override int Reach(int input) => input == 0 ? Conv.Pad : 0;
}

/// dbias[o] = sum over n,h,w of dy[n,o,h,w].
internal sealed record BiasGradient : Op
{
    public override string Word => "bias_gradient";

    public override CoordinateMap? Field => null;

    public override Shape Infer(IReadOnlyList<Node> inputs) => new WeightShape(inputs[0].Map.Channels, 1, 1);
}

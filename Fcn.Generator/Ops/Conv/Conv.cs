namespace Fcn.Generator.Ops;

/// Convolution with zero padding (Caffe: Convolution). Inputs x (N,I,H,W), weight (O, I/Groups, K, K), and, where it has one, bias (O).
/// y[n,o,h,w] = bias[o] + sum over i,a,b of x[n, i, h Stride - Pad + a Dilation, w Stride - Pad + b Dilation] weight[o,i,a,b]
internal sealed record Conv(int Channels, int Kernel, int Stride = 1, int Pad = 0, int Dilation = 1, int Groups = 1) : Op
{
    public bool HasBias { get; init; }

    public override string Word => "conv";

    public override string Format => $"conv {Literal.Of(Channels)} {GraphPrinter.Window(Kernel, Stride, Pad, Dilation, Groups)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        new MapShape(Channels, inputs[0].Map.Size.Convolve(Kernel, Stride, Pad, Dilation));

    public override Footprint? FootprintOn(int input) => input == 0 ? Footprint.Window(Kernel, Stride, Pad, Dilation) : null;

    public override RowMap? Rows => new((Kernel - 1) * Dilation, Stride, Pad);

    public override long MultiplyAdds(Node node) => (long)Kernel * Kernel * Channels * (node.Inputs[0].Map.Channels / Groups);

    public override void Check(NodeCheck check)
    {
        check.Inputs(HasBias ? 3 : 2);
        int read = check.Node.Inputs[0].Map.Channels;
        check.Require(read % Groups == 0 && Channels % Groups == 0, "its groups do not divide its channels");
        check.Parameter("weight", 1, new(Channels, read / Groups, Kernel));
        if (HasBias) check.Parameter("bias", 2, new(Channels, 1, 1));
    }

    public override bool CanCarryTail => true;

    public override bool IsFactor(int input) => input == 0;

    public override void Pull(Node y, Node dy, Backward backward)
    {
        var (x, weight) = (y.Inputs[0], y.Inputs[1]);
        PullInput(y, dy, x, weight, backward);
        backward.AccumulateParameter(weight, y, "weight", new WeightGradient(this with { HasBias = false }), x, dy);
        if (HasBias) backward.AccumulateParameter(y.Inputs[2], y, "bias", new BiasGradient(), dy);
    }

    public override int Reach(int input) => input == 0 ? Pad : 0;

    public override Nest Loops(Node node)
    {
        int ins = node.Inputs[0].Map.Channels / Groups, outs = Channels / Groups;
        return new((p, at) => p.Read(0, p.Channel / outs * ins + at[0], Tap(p.H, at[1]), Tap(p.W, at[2])) * p.WeightAt(1, p.Channel, at[0], at[1], at[2]))
        {
            Reduce = [new("i", ins), new("a", Kernel), new("b", Kernel)],
            Start = HasBias ? static p => p.Bias(2) : null,
            Vectorizes = false,
        };

        Value Tap(Value place, Value tap) => place * Stride - Pad + tap * Dilation;
    }

    // The gradient of a dense convolution of stride 1 is a convolution with the flipped weight, which has the fast kernels.
    private void PullInput(Node y, Node dy, Node x, Node weight, Backward backward)
    {
        if (!backward.Wants(x)) return;
        int reach = (Kernel - 1) * Dilation;
        if (Stride == 1 && Groups == 1 && Pad <= reach)
        {
            var flipped = backward.Builder.Once($"{weight.Name}.flipped", new FlipWeight(), weight);
            backward.AccumulateInput(y, this with { Channels = x.Map.Channels, Pad = reach - Pad, HasBias = false }, dy, flipped);
        }
        else backward.AccumulateInput(y, new Deconv(x.Map.Channels, Kernel, Stride, Pad, Dilation, Groups) { Size = x.Map.Size }, dy, weight);
    }
}

/// weight (O,I,K,K) to (I,O,K,K) with both kernel axes reversed.
internal sealed record FlipWeight() : ModeOp(Arity: 1)
{
    public override string Word => "flip";

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs)
    {
        var weight = (WeightShape)inputs[0].Shape;
        return new WeightShape(weight.In, weight.Out, weight.Kernel);
    }
}

/// Gradient of a convolution's weight: dweight[o,i,a,b] = sum over n,h,w of dy[n,o,h,w] x[n, i, h Stride - Pad + a Dilation, w Stride - Pad
/// + b Dilation]. Inputs x, dy. A transposed convolution uses it with its two maps exchanged.
internal sealed record WeightGradient(Conv Conv) : ModeOp(Arity: 2)
{
    public override string Word => "weight_gradient";

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        new WeightShape(inputs[1].Map.Channels, inputs[0].Map.Channels / Conv.Groups, Conv.Kernel);

    public override bool IsFactor(int input) => true;

    public override int Reach(int input) => input == 0 ? Conv.Pad : 0;
}

/// dbias[o] = sum over n,h,w of dy[n,o,h,w].
internal sealed record BiasGradient() : ModeOp(Arity: 1)
{
    public override string Word => "bias_gradient";

    public ChannelSum Sum { get; } = new GradientSum("bias_gradient");

    public override bool CanCarryTail => false;

    public override Shape Infer(IReadOnlyList<Node> inputs) => new WeightShape(inputs[0].Map.Channels, 1, 1);
}

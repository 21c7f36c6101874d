namespace Fcn.Generator.Ops;

/// Transposed convolution without bias (Caffe: Deconvolution). Inputs x (N,I,H,W), weight (I, O/Groups, K, K).
/// y[n,o,u,v] = sum over i,h,w with u = h Stride - Pad + a Dilation, v = w Stride - Pad + b Dilation of x[n,i,h,w] weight[i,o,a,b]
internal sealed record Deconv(int Channels, int Kernel, int Stride, int Pad = 0, int Dilation = 1, int Groups = 1) : Op
{
    /// Set where this is the gradient of a strided convolution: the convolution's input size, which its output size does not determine.
    public Extent? Size { get; init; }

    public override string Word => "deconv";

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        new MapShape(Channels, Size ?? inputs[0].Map.Size.Deconvolve((Kernel - 1) * Dilation + 1, Stride, Pad));

    public override CoordinateMap? Field => CoordinateMap.Transposed((Kernel - 1) * Dilation + 1, Stride, Pad);

    public override void Pull(Node y, Node dy, Backward backward)
    {
        var (x, weight) = (y.Inputs[0], y.Inputs[1]);
        var conv = new Conv(x.Map.Channels, Kernel, Stride, Pad, Dilation, Groups);
        if (backward.Wants(x)) backward.Accumulate(x, backward.Builder.Add($"{y.Name}.input_gradient", conv, dy, weight));
        backward.Accumulate(weight, backward.Builder.Add($"{weight.Name}.gradient", new WeightGradient(conv), dy, x));
    }
}

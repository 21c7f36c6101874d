using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Ops;

/// Transposed convolution without bias (Caffe: Deconvolution). Inputs x (N,I,H,W), weight (I, O/Groups, K, K).
/// y[n,o,u,v] = sum over i,h,w with u = h Stride - Pad + a Dilation, v = w Stride - Pad + b Dilation of x[n,i,h,w] weight[i,o,a,b]
internal sealed record Deconv(int Channels, int Kernel, int Stride, int Pad = 0, int Dilation = 1, int Groups = 1) : Op
{
    /// Set where this is the gradient of a strided convolution: the convolution's input size, which its output size does not determine.
    public Extent? Size { get; init; }

    public override string Word => "deconv";

    public override string Format => $"deconv {Literal.Of(Channels)} {GraphPrinter.Window(Kernel, Stride, Pad, Dilation, Groups)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        new MapShape(Channels, Size ?? inputs[0].Map.Size.Deconvolve((Kernel - 1) * Dilation + 1, Stride, Pad));

    public override Footprint? FootprintOn(int input) => input == 0 ? Footprint.Transposed((Kernel - 1) * Dilation + 1, Stride, Pad) : null;

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node)
    {
        long taps = (Kernel + Stride - 1) / Stride; // input cells that reach one output pixel along an axis
        return taps * taps * Channels * (node.Inputs[0].Map.Channels / Groups);
    }

    public override void Check(NodeCheck check)
    {
        check.Inputs(2);
        check.Parameter("weight", 1, new(check.Node.Inputs[0].Map.Channels, Channels / Groups, Kernel));
    }

    public override bool CanCarryTail => true;

    public override bool IsFactor(int input) => false; // it is no matrix product on GPUs, but a plain nest

    // Gathered: output u takes tap a from input (u + Pad - a Dilation) / Stride where that is whole and inside. Shift keeps the dividend
    // above 0.
    public override Nest Loops(Node node)
    {
        int ins = node.Inputs[0].Map.Channels / Groups, outs = Channels / Groups;
        int shift = ((Kernel - 1) * Dilation + Stride - 1) / Stride;
        Value Place(Value u, Value tap) => u + (Pad + shift * Stride) - tap * Dilation;
        Value Inside(Value place, Value size) => (place % Stride).Equals(0) & (place / Stride >= shift) & (place / Stride < size + shift);
        return new((p, at) =>
            {
                Value i = p.Channel / outs * ins + at[0];
                return p.Read(0, i, Place(p.H, at[1]) / Stride - shift, Place(p.W, at[2]) / Stride - shift)
                       * p.WeightAt(1, i, p.Channel % outs, at[1], at[2]);
            })
        {
            Reduce = [new("i", ins), new("a", Kernel), new("b", Kernel)],
            Where = (p, at) => Inside(Place(p.H, at[1]), p.Map(0).Height) & Inside(Place(p.W, at[2]), p.Map(0).Width),
            Vectorizes = false,
        };
    }

    public override void Pull(Node y, Node dy, Backward backward)
    {
        var (x, weight) = (y.Inputs[0], y.Inputs[1]);
        var conv = new Conv(x.Map.Channels, Kernel, Stride, Pad, Dilation, Groups);
        backward.AccumulateInput(y, conv, dy, weight);
        backward.AccumulateParameter(weight, y, "weight", new WeightGradient(conv), dy, x);
    }
}

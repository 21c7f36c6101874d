using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Ops;

/// Bilinear upsampling: a transposed convolution without padding, depthwise, whose kernel is constant (reference: surgery.interp).
/// 1-D kernel: t[i] = 1 - |i - c| / f, f = (Kernel + 1) / 2 rounded down, c = f - 1 for odd kernels, else f - 0.5; 2-D: t[a] t[b].
internal sealed record Upsample(int Kernel, int Stride) : Op
{
    public override string Word => "upsample";

    public override string Format => $"upsample {GraphPrinter.Window(Kernel, Stride, 0)}";

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        inputs[0].Map with { Size = inputs[0].Map.Size.Deconvolve(Kernel, Stride, 0) };

    public override Footprint? FootprintOn(int input) => Footprint.Transposed(Kernel, Stride, 0);

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => (long)Taps * Taps * node.Map.Channels;

    public override void Check(NodeCheck check) => check.Inputs(1);

    public override bool CanCarryTail => true;

    public override bool IsFactor(int input) => false;

    public override int Reach(int input) => Taps - 1;

    // Output u lies in interval u / Stride; the cells that reach it are that interval's and the Taps - 1 before it. Beyond the map they are
    // zero.
    public override Nest Loops(Node node) =>
        new((p, at) => p.Read(0, p.H / Stride - at[0], p.W / Stride - at[1])
                       * (Weight(p.H % Stride + at[0] * Stride) * Weight(p.W % Stride + at[1] * Stride)))
        {
            Reduce = [new("s", Taps), new("t", Taps)],
        };

    /// One weight of the kernel, computed: 1 - |i - c| / f, 0 behind the kernel.
    public Value Weight(Value i)
    {
        int f = (Kernel + 1) / 2;
        double centre = Kernel % 2 == 1 ? f - 1 : f - 0.5;
        if (Kernel == 1) return Value.Float(1);
        Value x = i.To(Element.Float);
        Value weight = Value.Float(1) - Value.Max(x - Value.Float(centre), Value.Float(centre) - x) * Value.Float(1.0 / f);
        return Taps * Stride == Kernel ? weight : Value.Select(i < Kernel, weight, Value.Float(0));
    }

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.AccumulateInput(y, new UpsampleGradient(this, y.Inputs[0].Map.Size), dy);

    /// Input cells that reach one output pixel along an axis: 2 for every published kernel.
    public int Taps => (Kernel + Stride - 1) / Stride;
}

/// dx = correlation of dy with the same kernel at the same stride.
internal sealed record UpsampleGradient(Upsample Upsample, Extent Size) : ModeOp(Arity: 1)
{
    public override string Word => "upsample_gradient";

    public override string Format => $"{Word} {GraphPrinter.Window(Upsample.Kernel, Upsample.Stride, 0)}";

    public override bool CanCarryTail => true;

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };

    public override Nest Loops(Node node) =>
        new((p, at) => p.Read(0, p.H * Upsample.Stride + at[0], p.W * Upsample.Stride + at[1])
                       * (Upsample.Weight(at[0]) * Upsample.Weight(at[1])))
        {
            Reduce = [new("a", Upsample.Kernel), new("b", Upsample.Kernel)],
        };
}

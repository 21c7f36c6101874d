namespace Fcn.Generator.Ops;

/// Bilinear upsampling: a transposed convolution without padding, depthwise, whose kernel is constant (reference: surgery.interp).
/// 1-D kernel: t[i] = 1 - |i - c| / f, f = (Kernel + 1) / 2 rounded down, c = f - 1 for odd kernels, else f - 0.5; 2-D: t[a] t[b].
internal sealed record Upsample(int Kernel, int Stride) : Op
{
    public override string Word => "upsample";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = inputs[0].Map.Size.Deconvolve(Kernel, Stride, 0) };

    public override CoordinateMap? Field => CoordinateMap.Transposed(Kernel, Stride, 0);

    public override void Pull(Node y, Node dy, Backward backward) =>
        backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.input_gradient", new UpsampleGradient(this, y.Inputs[0].Map.Size), dy));

    /// Input cells that reach one output pixel along an axis: 2 for every published kernel.
    public int Taps => (Kernel + Stride - 1) / Stride;

    /// Weights along one axis, padded with zeros to Taps * Stride.
    public IReadOnlyList<double> Weights
    {
        get
        {
            int f = (Kernel + 1) / 2;
            double centre = Kernel % 2 == 1 ? f - 1 : f - 0.5;
            return Enumerable.Range(0, Taps * Stride).Select(i => i < Kernel ? 1 - Math.Abs(i - centre) / f : 0).ToList();
        }
    }
}

/// dx = correlation of dy with the same kernel at the same stride.
internal sealed record UpsampleGradient(Upsample Upsample, Extent Size) : Op
{
    public override string Word => "upsample_gradient";

    public override Shape Infer(IReadOnlyList<Node> inputs) => inputs[0].Map with { Size = Size };
}

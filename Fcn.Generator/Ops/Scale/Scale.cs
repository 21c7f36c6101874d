using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Ops;

/// y = Factor x, the same for every channel and never learned (Caffe: Scale with lr_mult 0; FCN-8s at-once: 0.01, 0.0001).
internal sealed record Scale(double Factor) : Elementwise(Others: 0)
{
    public override string Word => "scale";

    public override string Format => $"scale {Literal.Of(Factor)}";

    public override bool KeepsOrder => Factor >= 0;

    public override long MultiplyAdds(Node node) => node.Map.Channels;

    public override Value Apply(Point p, Value x, int others) => x * Value.Float(Factor);

    public override void Pull(Node y, Node dy, Backward backward)
    {
        if (backward.Wants(y.Inputs[0])) backward.Accumulate(y.Inputs[0], backward.Builder.Add($"{y.Name}.gradient", this, dy));
    }
}

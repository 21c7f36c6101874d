using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Ops;

/// An op followed by elementwise ops on its result (its tail, elsewhere called an epilogue), computed while the result is in registers:
/// conv + relu, upsample + add, conv + relu_gradient. Inputs: Core's, then the further inputs of the tail in order. Pool: of the finished
/// map nothing is kept but its 2x2 maxima (FusePool).
internal sealed record Fused(Op Core, int CoreInputs, IReadOnlyList<Op> Tail) : Op
{
    public MaxPool? Pool { get; init; }

    public override string Word => string.Join("+", Parts.Select(static op => op.Word));

    public override string Format => string.Join(" + ", Parts.Select(static op => op.Format));

    private IEnumerable<Op> Parts => Pool is null ? [Core, .. Tail] : [Core, .. Tail, Pool];

    public override Shape Infer(IReadOnlyList<Node> inputs) => (Core.Infer(inputs), Pool) switch
    {
        (MapShape map, { } pool) => map with { Size = map.Size.PoolUp(pool.Kernel, pool.Stride, pool.Pad) },
        var (shape, _) => shape,
    };

    public override Footprint? FootprintOn(int input) => input < CoreInputs ? Core.FootprintOn(input) : null;

    public override RowMap? Rows => null;

    public override long MultiplyAdds(Node node) => Core.MultiplyAdds(node);

    public override void Check(NodeCheck check)
    {
        check.Require(check.Phase == Phase.Fused, "nothing is fused before the pass Fuse");
        check.Require(Tail.All(static op => op is IElementwise), "its tail holds an op that is not elementwise");
        check.Inputs(CoreInputs + Tail.Cast<IElementwise>().Sum(static op => op.Others));
    }

    public override bool CanCarryTail => Pool is null;

    public override bool IsFactor(int input) => input < CoreInputs && Core.IsFactor(input);

    public override int Reach(int input) => input < CoreInputs ? Core.Reach(input) : 0;

    public override Nest? Loops(Node node) => Core.Loops(node);

    /// The tail applied to a finished value.
    public Value Finish(Point point, Value value)
    {
        int others = CoreInputs;
        foreach (var op in Tail.Cast<IElementwise>())
        {
            value = op.Apply(point, value, others);
            others += op.Others;
        }
        return value;
    }
}

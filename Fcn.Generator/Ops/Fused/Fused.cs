namespace Fcn.Generator.Ops;

/// An op followed by elementwise ops on its result, computed while the result is in registers: conv + relu, upsample + add, conv + relu_gradient.
/// Inputs: Core's, then the further inputs of the tail in order. Pool: of the finished map nothing is kept but its 2x2 maxima (FusePool).
internal sealed record Fused(Op Core, int CoreInputs, IReadOnlyList<Op> Tail) : Op
{
    public MaxPool? Pool { get; init; }

    public override string Word => string.Join("+", new[] { Core.Word }.Concat(Tail.Select(static t => t.Word)).Concat(Pool is null ? [] : [Pool.Word]));

    public override Shape Infer(IReadOnlyList<Node> inputs) =>
        Pool is null ? Core.Infer(inputs) : ((MapShape)Core.Infer(inputs)) is var map ? map with { Size = map.Size.PoolUp(Pool.Kernel, Pool.Stride, Pool.Pad) } : map;

    public override CoordinateMap? Field => Core.Field;

    public override int Reach(int input) => input < CoreInputs ? Core.Reach(input) : 0;

    public override Nest? Loops(Node node) => Core.Loops(node);

    /// The tail applied to a finished value.
    public Value Finish(Point point, Value value)
    {
        int others = CoreInputs;
        foreach (var op in Tail)
        {
            value = ((IElementwise)op).Apply(point, value, others);
            others += OtherInputs(op);
        }
        return value;
    }

    /// Inputs of an elementwise op beside the first.
    public static int OtherInputs(Op op) => op is Add or ReluGradient ? 1 : 0;
}

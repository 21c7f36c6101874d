namespace Fcn.Generator.Schedule;

// The scalar definition of an op: y[point] = Finish(combination over the reduction axes, where Where holds, of Term). From it come the interpreter's
// kernel, the plain kernel of every target and, for contractions, the register tiles (which read their strides off Term's addresses).
internal sealed record Nest(Func<Point, IReadOnlyList<Value>, Value> Term)
{
    public IReadOnlyList<Axis> Reduce { get; init; } = [];

    public Combine Combine { get; init; } = Combine.Sum;

    /// Condition under which a term counts; always, if null.
    public Func<Point, IReadOnlyList<Value>, Value>? Where { get; init; }

    /// What the sum starts from; 0 if null.
    public Func<Point, Value>? Start { get; init; }

    /// Whether the channels of a block go through the loops together. False where a channel's number enters the computation.
    public bool Vectorizes { get; init; } = true;
}

internal sealed record Axis(string Name, Value Count);

internal enum Combine
{
    Sum,
    Maximum,

    /// The ordinal of the first maximum in reading order of the reduction axes.
    ArgMaximum,
}

/// The output element under computation and how it reads the op's inputs.
internal class Point(KernelBuilder kernel, int lanes, IReadOnlyList<MapAccess?> maps, IReadOnlyList<WeightBuffer?> weights)
{
    public KernelBuilder Kernel { get; } = kernel;

    public int Lanes { get; } = lanes;

    public Value N { get; init; } = 0;

    public Value Block { get; init; } = 0;

    /// First channel of these lanes in the block.
    public Value Lane { get; init; } = 0;

    public Value H { get; init; } = 0;

    public Value W { get; init; } = 0;

    /// The channel's number; only where the nest does not vectorize.
    public Value Channel => Lanes == 1 ? Block * Machine.Block + Lane : throw new InvalidOperationException("A vector of channels has no one number.");

    public MapBuffer Map(int input) => maps[input]!.Map;

    /// Input at this point's channels.
    public virtual Value Read(int input, Value h, Value w)
    {
        var map = maps[input]!;
        if (map.Map.Block == Machine.Block) return map.Map.Pointer.Load(map.At(N, Block, Lane, h, w), Lanes);
        return map.Map.Pointer.Load(Address(input, Channel, h, w));
    }

    /// Input at one channel, the same for all lanes.
    public Value Read(int input, Value channel, Value h, Value w) => Map(input).Pointer.Load(Address(input, channel, h, w));

    /// Input at channel = Block inBlock + inLane.
    public Value Read(int input, Value inBlock, Value inLane, Value h, Value w) =>
        Map(input).Pointer.Load(maps[input]!.At(N, inBlock, inLane, h, w));

    /// Weight of this point's output channels.
    public Value Weight(int input, Value inBlock, Value inLane, Value a, Value b)
    {
        var weight = weights[input]!;
        return weight.Pointer.Load(weight.At(Block, inBlock, inLane, a, b) + Lane, Lanes);
    }

    /// Weight of one output and input channel by their numbers.
    public Value WeightAt(int input, Value o, Value i, Value a, Value b)
    {
        var weight = weights[input]!;
        return weight.Pointer.Load(weight.At(o / Machine.Block, i / weight.InBlock, i % weight.InBlock, a, b) + o % Machine.Block);
    }

    public Value Bias(int input) => weights[input]!.Pointer.Load(Block * Machine.Block + Lane, Lanes);

    public WeightBuffer WeightOf(int input) => weights[input]!;

    private Value Address(int input, Value channel, Value h, Value w)
    {
        var map = maps[input]!;
        return map.Map.Blocks == 1
            ? map.At(N, 0, channel, h, w)
            : map.At(N, channel / map.Map.Block, channel % map.Map.Block, h, w);
    }
}

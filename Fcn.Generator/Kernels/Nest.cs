namespace Fcn.Generator.Kernels;

// The scalar definition of an op: y[point] = Finish(combination over the reduction axes, where Where holds, of Term). From it come the
// interpreter's kernel, the plain kernel of every target and, for contractions, the register tiles (which read their strides off Term's
// addresses).
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

/// The output element under computation and how it reads the op's inputs. Coordinates are the definition's; where things lie is the
/// layout's.
internal abstract class Point(KernelBuilder kernel, int lanes)
{
    public KernelBuilder Kernel { get; } = kernel;

    public int Lanes { get; } = lanes;

    public Value N { get; init; } = 0;

    public Value H { get; init; } = 0;

    public Value W { get; init; } = 0;

    /// The channel's number; only where the nest does not vectorize.
    public abstract Value Channel { get; }

    public abstract MapSize Map(int input);

    /// Input at this point's channels.
    public abstract Value Read(int input, Value h, Value w);

    /// Input at one channel, the same for all lanes.
    public abstract Value Read(int input, Value channel, Value h, Value w);

    /// Input at channel = Block inBlock + inLane.
    public abstract Value Read(int input, Value inBlock, Value inLane, Value h, Value w);

    /// Weight of this point's output channels.
    public abstract Value Weight(int input, Value inBlock, Value inLane, Value a, Value b);

    /// Weight of one output and input channel by their numbers.
    public abstract Value WeightAt(int input, Value o, Value i, Value a, Value b);

    public abstract Value Bias(int input);
}

/// Rows and columns of a map.
internal readonly record struct MapSize(Value Height, Value Width);

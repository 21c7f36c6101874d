using Fcn.Generator.Schedule;

namespace Fcn.Generator.Graph;

// One value of the network: an op applied to earlier values. Immutable; the builder infers the shape, so an ill-shaped node cannot be made.
internal sealed class Node(string name, Op op, IReadOnlyList<Node> inputs, Shape shape)
{
    /// The user's or the reference's word for it: conv3_2, score_pool4, upscore2. Unique in its graph.
    public string Name { get; } = name;

    public Op Op { get; } = op;

    public IReadOnlyList<Node> Inputs { get; } = inputs;

    public Shape Shape { get; } = shape;

    public MapShape Map => (MapShape)Shape;

    public override string ToString() => Name;
}

/// A tensor operation: a value. Its mathematics stand in Ops/<Name>, in reading order: shape, coordinate map, gradient, loops.
internal abstract record Op
{
    /// The op's word in printed graphs.
    public abstract string Word { get; }

    public abstract Shape Infer(IReadOnlyList<Node> inputs);

    /// Coordinates of the output in terms of the first input; null where the op has none (losses, weights).
    public virtual CoordinateMap? Field => CoordinateMap.Identity;

    /// The scalar definition of a map-shaped output; null for ops whose schedules write their kernels themselves (weights, losses, labels).
    public virtual Nest? Loops(Node node) => null;

    /// How many pixels beyond its border the op reads of a map input, expecting zeros there.
    public virtual int Reach(int input) => 0;

    /// Adds the gradient of <dy, y> for every input that has one; see Passes/BuildBackward.
    public virtual void Pull(Node y, Node dy, Backward backward) => throw new InvalidOperationException($"{Word} has no gradient.");
}

/// An op that works element by element on its first input, so that it can be fused into whatever yields that input.
internal interface IElementwise
{
    /// The op applied to a value; further inputs are read at their numbers from <paramref name="others"/> on.
    Value Apply(Point point, Value value, int others);
}

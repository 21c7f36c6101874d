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

    /// Adds the gradient of <dy, y> for every input that has one; see Passes/BuildBackward.
    public virtual void Pull(Node y, Node dy, Backward backward) => throw new InvalidOperationException($"{Word} has no gradient.");
}

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

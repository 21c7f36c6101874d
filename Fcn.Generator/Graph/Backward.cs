namespace Fcn.Generator.Graph;

// Gradients under construction: what BuildBackward hands to every op's Pull. Gradients that meet are summed in the order in which they arrive.
internal sealed class Backward(GraphBuilder builder, Func<Node, bool> wants)
{
    private readonly Dictionary<Node, Node> _gradients = [];

    public GraphBuilder Builder { get; } = builder;

    /// Whether anything learned lies at or above this node.
    public bool Wants(Node node) => wants(node);

    public Node? Of(Node node) => _gradients.TryGetValue(node, out var gradient) ? gradient : null;

    public void Accumulate(Node node, Node gradient)
    {
        if (!Wants(node)) return;
        _gradients[node] = _gradients.TryGetValue(node, out var sum)
            ? Builder.Add($"{gradient.Name}.sum", new Add(), gradient, sum)
            : gradient;
    }
}

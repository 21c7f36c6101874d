namespace Fcn.Generator.Graph;

// Nodes in an order in which every node follows its inputs, and the nodes whose values leave the network.
internal sealed class NetworkGraph(IReadOnlyList<Node> nodes, IReadOnlyList<Node> outputs)
{
    public IReadOnlyList<Node> Nodes { get; } = nodes;

    public IReadOnlyList<Node> Outputs { get; } = outputs;

    public Node this[string name] =>
        Nodes.FirstOrDefault(n => n.Name == name) ?? throw new KeyNotFoundException($"The graph has no node '{name}'.");

    public IEnumerable<Node> UsersOf(Node node) => Nodes.Where(n => n.Inputs.Contains(node));

    /// Rebuilds the graph in order; <paramref name="replace"/> sees a node with its inputs already replaced and returns it or what
    /// stands for it.
    public NetworkGraph Map(Func<Node, GraphBuilder, Node> replace)
    {
        var builder = new GraphBuilder(Nodes.Select(static n => n.Name));
        var now = new Dictionary<Node, Node>();
        foreach (var node in Nodes)
        {
            var inputs = node.Inputs.Select(i => now[i]).ToList();
            var moved = inputs.SequenceEqual(node.Inputs) ? node : new Node(node.Name, node.Op, inputs, node.Op.Infer(inputs));
            now[node] = replace(moved, builder);
            builder.Keep(now[node]);
        }
        return builder.Build(Outputs.Select(o => now[o]));
    }
}

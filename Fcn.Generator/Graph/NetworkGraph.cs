namespace Fcn.Generator.Graph;

// Nodes in an order in which every node follows its inputs, and the values that leave the network.
internal sealed class NetworkGraph(IReadOnlyList<Node> nodes, IReadOnlyList<Output> outputs)
{
    public IReadOnlyList<Node> Nodes { get; } = nodes;

    public IReadOnlyList<Output> Outputs { get; } = outputs;

    public Node this[string name] =>
        Nodes.FirstOrDefault(n => n.Name == name) ?? throw new KeyNotFoundException($"The graph has no node '{name}'.");

    /// What a node is to the engine; null for one whose value stays inside the network.
    public Output? OutputOf(Node node) => Outputs.FirstOrDefault(o => o.Node == node);

    public IEnumerable<Node> UsersOf(Node node) => Nodes.Where(n => n.Inputs.Contains(node));

    /// How often every node's value is read, by the node's name; leaving the network counts as well.
    public IReadOnlyDictionary<string, int> Uses() =>
        Nodes.SelectMany(static n => n.Inputs).Concat(Outputs.Select(static o => o.Node))
            .GroupBy(static n => n.Name).ToDictionary(static g => g.Key, static g => g.Count());

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
        return builder.Build(Outputs.Select(o => o with { Node = now[o.Node] }));
    }
}

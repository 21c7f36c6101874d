using Fcn.Generator.Kernels;

namespace Fcn.Generator.Graph;

// Collects nodes in order. Shapes are inferred when a node is made; names are made unique by the caller's choice of words, checked here.
// Spoken for: names that nodes will have which are still to come.
internal sealed class GraphBuilder(IEnumerable<string> spokenFor)
{
    public GraphBuilder() : this([]) { }

    private readonly List<Node> _nodes = [];
    private readonly HashSet<string> _names = [];

    public IReadOnlyList<Node> Nodes => _nodes;

    /// A name for what no word of the user's names: this one, or, where a node has it or will have it, with a number behind it.
    public string Free(string wanted) => new NameScope(_names.Concat(spokenFor)).Take(wanted);

    public Node Add(string name, Op op, params Node[] inputs)
    {
        var node = new Node(name, op, inputs, op.Infer(inputs));
        Keep(node);
        return node;
    }

    /// The value of an op on these inputs that several ask for: a node is made for the first of them.
    public Node Once(string name, Op op, params Node[] inputs) =>
        _nodes.FirstOrDefault(n => n.Name == name && n.Op == op && n.Inputs.SequenceEqual(inputs)) ?? Add(name, op, inputs);

    /// Takes over a node that exists already.
    public void Keep(Node node)
    {
        if (_nodes.Contains(node)) return;
        if (!_names.Add(node.Name)) throw new InvalidOperationException($"Two nodes are named '{node.Name}'.");
        _nodes.Add(node);
    }

    public NetworkGraph Build(IEnumerable<Output> outputs) => new(_nodes.ToList(), outputs.ToList());
}

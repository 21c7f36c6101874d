namespace Fcn.Generator.Graph;

// Legality of a graph after each phase; what is legal for one node, its op says. Always on: graphs have hundreds of nodes. A violation is
// our own fault, never the user's.
internal static class GraphSpec
{
    public static void Verify(Phase phase, NetworkGraph graph)
    {
        var seen = new HashSet<Node>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            var check = new NodeCheck(phase, node);
            check.Require(names.Add(node.Name), "its name is taken");
            check.Require(node.Inputs.All(seen.Contains), "it comes before its inputs");
            check.Require(node.Op.Infer(node.Inputs) == node.Shape, $"its shape is {node.Shape}, not {node.Op.Infer(node.Inputs)}");
            node.Op.Check(check);
            seen.Add(node);
        }
        foreach (var output in graph.Outputs)
        {
            new NodeCheck(phase, output.Node).Require(seen.Contains(output.Node), "it is an output but not in the graph");
            if (output is Output.Gradient gradient) Matches(new(phase, output.Node), graph[gradient.Parameter], "gradient");
            if (output is Output.State state) Matches(new(phase, output.Node), graph[state.Parameter], "state");
        }
        if (phase <= Phase.Collapsed) Ends(phase, graph);
        else EverythingIsUsed(phase, graph);
    }

    private static void Matches(NodeCheck check, Node parameter, string what) =>
        check.Require(
            check.Node.Shape == parameter.Shape,
            $"it is {check.Node.Shape}, '{parameter.Name}', whose {what} it is, {parameter.Shape}");

    private static void EverythingIsUsed(Phase phase, NetworkGraph graph)
    {
        var uses = graph.Uses();
        foreach (var node in graph.Nodes) new NodeCheck(phase, node).Require(uses.ContainsKey(node.Name), "it reaches no output");
    }

    // An input or more, and scores of heads of names of their own, which lie on the inputs.
    private static void Ends(Phase phase, NetworkGraph graph)
    {
        if (!graph.Nodes.Any(static n => n.Inputs.Count == 0 && n.Shape is MapShape))
            throw new InvalidOperationException("A network has an input; this graph has none.");
        if (graph.Outputs.Count == 0) throw new InvalidOperationException("A network has a head; this graph has no output.");
        var heads = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in graph.Outputs)
        {
            var check = new NodeCheck(phase, output.Node);
            check.Require(output is Output.Scores, "it is an output, but no scores");
            check.Require(heads.Add(((Output.Scores)output).Head.Name), "another output is of the same head");
            check.Require(output.Node.Map.Size == Extent.Input, $"the output has size {output.Node.Map.Size}, not the input's");
            check.Require(phase < Phase.Aligned || Coordinates.Of(output.Node) == CoordinateMap.Identity, "the output does not lie on the input");
        }
    }
}

/// What an op can ask of a node of its own, in a phase of its graph.
internal readonly record struct NodeCheck(Phase Phase, Node Node)
{
    public void Inputs(int count) => Require(Node.Inputs.Count == count, $"it has {Node.Inputs.Count} inputs");

    /// Requires of an input that it has the shape which the op gives its parameter there.
    public void Parameter(string what, int input, WeightShape shape) =>
        Require(Node.Inputs[input].Shape == shape, $"its {what} is {Node.Inputs[input].Shape}, not {shape}");

    public void Require(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException($"'{Node.Name}' ({Node.Op.Word}) is illegal: {otherwise}.");
    }
}

using Fcn.Generator.Graph;

namespace Fcn.Generator.Passes;

// Needs: nothing. Gives: every node reaches an output. Because: passes leave what they replaced, and what reaches no output costs time and
// memory.
internal static class DropDead
{
    public static NetworkGraph Run(NetworkGraph graph)
    {
        var live = new HashSet<Node>(graph.Outputs.Select(static o => o.Node));
        foreach (var node in graph.Nodes.Reverse())
            if (live.Contains(node)) live.UnionWith(node.Inputs);
        return new(graph.Nodes.Where(live.Contains).ToList(), graph.Outputs);
    }
}

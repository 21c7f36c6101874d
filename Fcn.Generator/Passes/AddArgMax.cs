using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: an aligned graph whose output is the score map. Gives: labels as the output. Because: who wants labels never sees full-resolution
// scores.
internal static class AddArgMax
{
    public static NetworkGraph Run(NetworkGraph graph)
    {
        var builder = new GraphBuilder();
        foreach (var node in graph.Nodes) builder.Keep(node);
        var (head, upsample, offset) = Head.Of(graph.Outputs.Single().Node, graph);
        return builder.Build([new Output.Labels(builder.Add(builder.Free("labels"), new UpsampleArgMax(upsample, offset), head))]);
    }
}

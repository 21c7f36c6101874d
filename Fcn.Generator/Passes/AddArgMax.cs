using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: an aligned graph whose outputs are the heads' score maps. Gives: the labels of one head as the only output. Because: who wants
// labels never sees full-resolution scores, and what only other heads need is not computed.
internal static class AddArgMax
{
    public static NetworkGraph Run(NetworkGraph graph, Output.Scores scores)
    {
        var builder = new GraphBuilder();
        foreach (var node in graph.Nodes) builder.Keep(node);
        var (coarse, upsample, offset) = CoarseScores.Of(scores.Node, graph);
        var labels = builder.Add(builder.Free("labels"), new UpsampleArgMax(upsample, offset), coarse);
        return builder.Build([new Output.Labels(labels, scores.Head)]);
    }
}

using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: an aligned graph whose outputs are the heads' score maps. Gives: a loss node for each head and the gradient of every learned
// parameter as outputs, beside the new state.
// Because: the backward pass is compiled like the forward one: same ops, same fusion, same memory plan.
internal static class BuildBackward
{
    public static NetworkGraph Run(NetworkGraph graph)
    {
        var learned = new HashSet<Node>();
        foreach (var node in graph.Nodes)
            if (node.Op is Parameter { Rate: > 0 } || node.Inputs.Any(learned.Contains)) learned.Add(node);

        var builder = new GraphBuilder();
        foreach (var node in graph.Nodes) builder.Keep(node);
        var backward = new Backward(builder, learned.Contains, Sum);
        var losses = graph.Outputs.OfType<Output.Scores>().Select(scores => Loss(scores, graph, backward)).ToList();

        foreach (var node in graph.Nodes.Reverse())
            if (node.Op is not Parameter && backward.Of(node) is { } gradient) node.Op.Pull(node, gradient, backward);
        var gradients = graph.Nodes.Where(static n => n.Op is Parameter)
            .SelectMany(p => backward.Of(p) is { } gradient ? [new Output.Gradient(gradient, p.Name)] : Array.Empty<Output>());
        return builder.Build([.. losses, .. gradients, .. graph.Outputs.OfType<Output.State>()]);
    }

    /// The op that adds two gradients of a value of this shape.
    public static Op Sum(Shape shape) => shape is WeightShape ? new AddWeights() : new Add();

    // The sum of all heads' losses is trained, each times its weight: so is the gradient that it begins with.
    private static Output Loss(Output.Scores scores, NetworkGraph graph, Backward backward)
    {
        var (builder, head) = (backward.Builder, scores.Head);
        var (coarse, upsample, offset) = CoarseScores.Of(scores.Node, graph);
        var loss = builder.Add(builder.Free("loss"), new UpsampleLoss(upsample, offset), coarse);
        bool whole = head.LossWeight.Equals(1.0);
        backward.Accumulate(coarse, whole ? loss : builder.Add($"{loss.Name}.weighted", new Scale(head.LossWeight), loss));
        return new Output.Loss(loss, head);
    }
}

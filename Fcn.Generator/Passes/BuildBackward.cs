using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: an aligned graph whose output is the score map. Gives: loss node and the gradient of every learned parameter as outputs, beside
// the new state.
// Because: the backward pass is compiled like the forward one: same ops, same fusion, same memory plan.
internal static class BuildBackward
{
    public static NetworkGraph Run(NetworkGraph graph)
    {
        var score = graph.Outputs.OfType<Output.Scores>().Single().Node;
        var learned = new HashSet<Node>();
        foreach (var node in graph.Nodes)
            if (node.Op is Parameter { Rate: > 0 } || node.Inputs.Any(learned.Contains)) learned.Add(node);

        var builder = new GraphBuilder();
        foreach (var node in graph.Nodes) builder.Keep(node);
        var backward = new Backward(builder, learned.Contains, Sum);
        var (head, upsample, offset) = Head.Of(score, graph);
        var loss = builder.Add(builder.Free("loss"), new UpsampleLoss(upsample, offset), head);
        backward.Accumulate(head, loss);

        foreach (var node in graph.Nodes.Reverse())
            if (node.Op is not Parameter && backward.Of(node) is { } gradient) node.Op.Pull(node, gradient, backward);
        var gradients = graph.Nodes.Where(static n => n.Op is Parameter)
            .SelectMany(p => backward.Of(p) is { } gradient ? [new Output.Gradient(gradient, p.Name)] : Array.Empty<Output>());
        return builder.Build([new Output.Loss(loss), .. gradients, .. graph.Outputs.OfType<Output.State>()]);
    }

    /// The op that adds two gradients of a value of this shape.
    public static Op Sum(Shape shape) => shape is WeightShape ? new AddWeights() : new Add();
}

namespace Fcn.Generator.Passes;

// Needs: nothing. Gives: BatchNorm -> Normalize by the batch's own mean and variance, and what becomes of the running ones as outputs; no BatchNorm is
// left. Because: training normalises each batch by itself, and the gradient goes through that.
internal static class UseBatchStatistics
{
    public static NetworkGraph Run(NetworkGraph graph)
    {
        var states = new List<Output>();
        graph = graph.Map((node, builder) =>
        {
            if (node.Op is not BatchNorm norm) return node;
            var (x, scale, shift, runningMean, runningVariance) = (node.Inputs[0], node.Inputs[1], node.Inputs[2], node.Inputs[3], node.Inputs[4]);
            var mean = builder.Add($"{node.Name}.mean", new BatchMean(), x);
            var variance = builder.Add($"{node.Name}.variance", new BatchVariance(), x, mean);
            var inverse = builder.Add($"{node.Name}.inverse", new InverseDeviation(norm.Epsilon), variance);
            Keep(runningMean, new Running(norm.Momentum, Unbiased: false), mean);
            Keep(runningVariance, new Running(norm.Momentum, Unbiased: true), variance);
            return builder.Add(node.Name, new Normalize(OfBatch: true), x, mean, inverse, scale, shift);

            void Keep(Node running, Running op, Node batch) =>
                states.Add(new Output.State(builder.Add($"{running.Name}.updated", op, running, batch, x), running.Name));
        });
        return states.Count == 0 ? graph : new(graph.Nodes, [.. graph.Outputs, .. states]);
    }
}

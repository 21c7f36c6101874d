namespace Fcn.Generator.Passes;

// Needs: nothing. Gives: BatchNorm -> Normalize by the running mean and variance; no BatchNorm is left. Because: outside training an image's scores do not
// depend on what else is in its batch.
internal static class UseRunningStatistics
{
    public static NetworkGraph Run(NetworkGraph graph) => graph.Map(static (node, builder) =>
    {
        if (node.Op is not BatchNorm norm) return node;
        var (x, scale, shift, mean, variance) = (node.Inputs[0], node.Inputs[1], node.Inputs[2], node.Inputs[3], node.Inputs[4]);
        var inverse = builder.Add($"{node.Name}.inverse", new InverseDeviation(norm.Epsilon), variance);
        return builder.Add(node.Name, new Normalize(OfBatch: false), x, mean, inverse, scale, shift);
    });
}

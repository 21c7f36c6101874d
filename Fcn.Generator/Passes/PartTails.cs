using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: a fused graph, and which tails convolutions can finish. Gives: the rest of a tail that they cannot, from the first op on that is too much, is a
// node of its own. Because: a convolution on matrix units is the longest text of all, and a form of it for one layer's crop or scale is not worth the
// pass over a small map that it spares.
internal static class PartTails
{
    public static NetworkGraph Run(NetworkGraph graph, Func<Node, Fused, bool> takes) => graph.Map((node, builder) =>
    {
        if (node.Op is not Fused { Core: Conv } fused || takes(node, fused)) return node;
        int kept = fused.Tail.Count - 1;
        while (kept > 0 && !takes(node, fused with { Tail = [.. fused.Tail.Take(kept)] })) kept--;
        int inputs = fused.CoreInputs + fused.Tail.Take(kept).Cast<IElementwise>().Sum(static op => op.Others);
        var first = (IElementwise)fused.Tail[kept];
        Op head = kept == 0 ? fused.Core : fused with { Tail = [.. fused.Tail.Take(kept)] };
        Op rest = kept + 1 == fused.Tail.Count ? fused.Tail[kept] : new Fused(fused.Tail[kept], 1 + first.Others, [.. fused.Tail.Skip(kept + 1)]);
        var carrier = builder.Add(builder.Free($"{node.Name}.sums"), head, [.. node.Inputs.Take(inputs)]);
        return new(node.Name, rest, [carrier, .. node.Inputs.Skip(inputs)], node.Shape);
    });
}

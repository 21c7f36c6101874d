using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

/// Needs: an aligned graph. Gives: the first convolution behind each input with a smaller pad and, behind one op of the prefix, a Repeat
/// which brings back the rows and columns that this takes away; every map behind it is what it was. The same graph where nothing is gained.
/// Because: a wide pad surrounds the image with a band in which a map's rows are all equal, so that one row says as much as many; exact,
/// gradients included (docs/decisions/0014). A stronger form is possible here: these rows depend on the weights alone and could be computed
/// once, when they load.
internal static class CollapseBorder
{
    /// Height and width at which gains are compared.
    private const int Nominal = 500;

    /// Multiply-adds that devices do in the time in which they move one value.
    private const int Move = 128;

    public static NetworkGraph Run(NetworkGraph graph) =>
        graph.Nodes.Where(static n => n.Op is Input).Select(static n => n.Name)
            .Aggregate(graph, static (each, input) => Run(each, each[input]));

    private static NetworkGraph Run(NetworkGraph graph, Node input)
    {
        var prefix = Prefix(graph, input);
        var best = Enumerable.Range(0, prefix.Count).Where(i => EndsLevel(prefix, i, graph))
            .Select(i => Collapse.Of(prefix.Take(i + 1).ToList()))
            .OfType<Collapse>().Where(static c => c.Gain > 0).OrderByDescending(static c => c.Gain).FirstOrDefault();
        return best is null ? graph : Rebuild(graph, prefix[0].Name, best);
    }

    // Ops from the padded convolution on, each the only reader of the one before, whose equal rows follow from equal rows of what they
    // read.
    private static IReadOnlyList<Node> Prefix(NetworkGraph graph, Node input)
    {
        var prefix = new List<Node>();
        var last = input;
        while (graph.UsersOf(last).ToList() is [{ Op.Rows: not null } next] && graph.OutputOf(next) is null) prefix.Add(last = next);
        return prefix.Count > 0 && prefix[0].Op is Conv { Pad: > 0 } ? prefix : [];
    }

    // Rows come back where a map has just become coarser, as it is smallest there; and not between a convolution and what can ride on it,
    // pooling included: that would cost GPUs a pass over the finer map.
    private static bool EndsLevel(IReadOnlyList<Node> prefix, int index, NetworkGraph graph)
    {
        if (graph.UsersOf(prefix[index]).ToList() is [{ Op: IRider }]) return false;
        while (index > 0 && prefix[index].Op is IElementwise) index--;
        return prefix[index].Op.Rows!.Stride > 1;
    }

    private static NetworkGraph Rebuild(NetworkGraph graph, string first, Collapse collapse) => graph.Map((node, builder) =>
    {
        if (node.Name == first)
        {
            var conv = (Conv)node.Op;
            conv = conv with { Pad = conv.Pad - collapse.Pixels };
            node = new(node.Name, conv, node.Inputs, conv.Infer(node.Inputs));
        }
        if (node.Name != collapse.At.Name) return node;
        builder.Keep(node);
        return builder.Add($"{node.Name}.repeat", collapse.Repeat, node);
    });

    /// The rows that need not be computed behind the last node of a prefix, and what that gains in multiply-adds at the nominal size.
    private sealed record Collapse(Node At, Repeat Repeat, int Pixels, long Gain)
    {
        // A row that is repeated must be constant in the smaller map at every size of the image. What is said of one size holds for that
        // size plus the stride, so one stride of sizes says all. Counted from its own border, either side's rows are those of the larger
        // map less the count.
        public static Collapse? Of(IReadOnlyList<Node> prefix)
        {
            var (at, pad) = (prefix[^1], ((Conv)prefix[0].Op).Pad);
            int stride = Stride(at), left = 0, right = 0, deepestLeft = int.MaxValue, deepestRight = int.MaxValue;
            for (int n = 1; n <= stride; n++)
            {
                ConstantRows before = new(-pad, -1), behind = new(n, n + pad - 1);
                int length = n;
                foreach (var node in prefix)
                {
                    int outLength = node.Map.Size.At(n);
                    (before, behind) = (before.Through(node.Op.Rows!, length, outLength), behind.Through(node.Op.Rows!, length, outLength));
                    if (!before.Any || !behind.Any) return null;
                    length = outLength;
                }
                (left, deepestLeft) = (Math.Max(left, before.First), Math.Min(deepestLeft, before.Last));
                (right, deepestRight) = (Math.Max(right, length - 1 - behind.Last), Math.Min(deepestRight, length - 1 - behind.First));
            }
            int count = Math.Min(deepestLeft - left, deepestRight - right);
            return count < 1 ? null : new(at, new(left, right, count, at.Map.Size), count * stride, GainOf(prefix, count));
        }

        // Repeat itself reads the smaller and writes the larger map.
        private static long GainOf(IReadOnlyList<Node> prefix, int count)
        {
            var at = prefix[^1];
            long saved = prefix.Sum(node => node.Op.MultiplyAdds(node) * (Area(node, 0) - Area(node, count * Stride(at) / Stride(node))));
            return saved - Move * at.Map.Channels * (Area(at, 0) + Area(at, count));
        }

        private static long Area(Node node, int less)
        {
            long side = node.Map.Size.At(Nominal) - 2 * less;
            return side * side;
        }

        private static int Stride(Node node) => (int)Coordinates.Stride(node).Numerator;
    }
}

using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu;

// Which element every map has. What a contraction reads has the element of the machine's factors, and so has all that lies between
// contractions. Float are the maps whose numbers go nowhere but to the loss, labels or scores (behind the last contraction: scores,
// upscores, their sums), and the gradients between the loss and the first contraction behind it, save those that a contraction reads
// itself.
internal static class MapElements
{
    public static IReadOnlyDictionary<Node, Element> Of(NetworkGraph graph, GpuMachine machine)
    {
        var (behindLoss, coarse) = (new HashSet<Node>(), new HashSet<Node>());
        foreach (var node in graph.Nodes)
            if (node.Op is UpsampleLoss || node.Inputs.Any(behindLoss.Contains)) behindLoss.Add(node);
        foreach (var node in graph.Nodes.Where(behindLoss.Contains))
            if (IsContraction(node) || node.Inputs.Any(i => behindLoss.Contains(i) && coarse.Contains(i))) coarse.Add(node);
        foreach (var node in graph.Nodes.Reverse())
        {
            var users = graph.UsersOf(node).ToList();
            bool leads = !behindLoss.Contains(node) && users.Any(u => !behindLoss.Contains(u) && coarse.Contains(u));
            if (leads || users.Any(u => Multiplies(u, node))) coarse.Add(node);
        }
        // A pooling's index is read by its gradient alone; it is as exact in any element as the map it was found in.
        return graph.Nodes.Where(static n => n.Shape is MapShape).ToDictionary(
            static n => n, n => coarse.Contains(n.Op is MaxPoolIndex ? n.Inputs[0] : n) ? machine.Factor : Element.Float);
    }

    private static bool IsContraction(Node node) => Enumerable.Range(0, node.Inputs.Count).Any(node.Op.IsFactor);

    // The reader multiplies the map: it is a factor, not a summand of the epilogue.
    private static bool Multiplies(Node reader, Node map) => reader.Inputs.Where((input, i) => input == map && reader.Op.IsFactor(i)).Any();
}

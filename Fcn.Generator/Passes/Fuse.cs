using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: a graph without dead nodes. Gives: elementwise ops ride on the op that yields their input: conv + relu, upsample + cropped skip,
// input gradient + relu gradient. Because: a value in a register costs nothing to change, a pass over memory costs as much as the pass that
// wrote it. Pooling stays alone on CPUs: it takes 1 to 2 % of FCN-8s there, and rows of a convolution's tile come from one output row.
internal static class Fuse
{
    public static NetworkGraph Run(NetworkGraph graph)
    {
        var users = graph.Uses();
        bool Alone(Node node) => users[node.Name] == 1;
        return DropDead.Run(graph.Map((node, builder) =>
        {
            if (node.Op is not IElementwise) return node;
            if (node.Op is Add add) return Sum(node, add, Alone);
            var carrier = node.Inputs[0];
            return CanCarry(carrier, node) && Alone(carrier) ? Ride(node.Name, carrier, node.Op, node.Inputs.Skip(1)) : node;
        }));
    }

    // A sum rides on either summand; a crop of the other one becomes an offset of the read.
    private static Node Sum(Node node, Add add, Func<Node, bool> alone)
    {
        foreach (var (carrier, other) in new[] { (node.Inputs[0], node.Inputs[1]), (node.Inputs[1], node.Inputs[0]) })
        {
            if (!CanCarry(carrier, node) || !alone(carrier) || carrier.Op is Crop) continue;
            return other.Op is Crop crop
                ? Ride(node.Name, carrier, new Add(crop.Offset), [other.Inputs[0]])
                : Ride(node.Name, carrier, add, [other]);
        }
        return node;
    }

    private static bool CanCarry(Node carrier, Node node) =>
        carrier.Op.CanCarryTail && carrier.Shape == node.Shape;

    private static Node Ride(string name, Node carrier, Op op, IEnumerable<Node> others)
    {
        var fused = carrier.Op is Fused before
            ? before with { Tail = [.. before.Tail, op] }
            : new Fused(carrier.Op, carrier.Inputs.Count, [op]);
        Node[] inputs = [.. carrier.Inputs, .. others];
        return new(name, fused, inputs, fused.Infer(inputs));
    }
}

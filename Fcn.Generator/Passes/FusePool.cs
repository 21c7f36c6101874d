using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: a fused graph, and which convolutions can take their pixels in the order of pooling windows. Gives: 2x2 poolings of stride 2 ride
// on such a convolution before them where nobody else reads it. Because: a map that is only pooled never exists, and its pooling costs no
// pass over memory.
internal static class FusePool
{
    public static NetworkGraph Run(NetworkGraph graph, Func<Conv, bool> takes)
    {
        var users = graph.Uses();
        return DropDead.Run(graph.Map((node, _) =>
        {
            if (node.Op is not MaxPool { Kernel: 2, Stride: 2, Pad: 0 } pool || users[node.Inputs[0].Name] != 1) return node;
            var carrier = node.Inputs[0];
            return Ordered(carrier) is { Core: Conv conv } fused && takes(conv)
                ? new(node.Name, fused with { Pool = pool }, carrier.Inputs, node.Shape)
                : node;
        }));
    }

    // Ops that keep the order of numbers can come before or behind a maximum.
    private static Fused? Ordered(Node carrier) => carrier.Op switch
    {
        Conv conv => new Fused(conv, carrier.Inputs.Count, []),
        Fused { Core: Conv, Pool: null } fused when fused.Tail.Cast<IElementwise>().All(static t => t.KeepsOrder) => fused,
        _ => null,
    };
}

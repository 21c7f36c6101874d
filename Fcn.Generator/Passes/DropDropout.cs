using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Passes;

// Needs: nothing. Gives: no Dropout is left. Because: inverted dropout is the identity outside training (Caffe: phase TEST).
internal static class DropDropout
{
    public static NetworkGraph Run(NetworkGraph graph) => graph.Map(static (node, _) => node.Op is Dropout ? node.Inputs[0] : node);
}

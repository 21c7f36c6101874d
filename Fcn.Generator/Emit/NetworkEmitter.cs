using Fcn.Generator.Declaration;
using Fcn.Generator.Layers;

namespace Fcn.Generator.Emit;

// The back half of the compiler: from the aligned graph to the files that hold schedules and kernels.
internal static class NetworkEmitter
{
    /// Parameters of a network's constructor, and the expression for the engine that it hands to Fcn.Network.
    public static (string Parameters, string Engine) Constructor(NetworkDeclaration network) => ("", "null!");

    public static EquatableArray<GeneratedFile> Emit(NetworkDeclaration network, LayerTable table, NetworkGraph graph, CancellationToken cancel) => [];
}

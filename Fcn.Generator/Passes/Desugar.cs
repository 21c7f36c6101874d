using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Layers;

namespace Fcn.Generator.Passes;

/// Needs: a declaration. Gives: a graph of ops from its inputs to its heads' scores; Join and Align stand where maps have to meet.
/// Because: layers are words of the literature, passes and targets know a closed set of ops only.
internal static class Desugar
{
    /// Every setting that is wrong in itself, or the first word that does not fit where it stands.
    public static IReadOnlyList<Problem> Run(NetworkDeclaration network, out NetworkBuilder built)
    {
        built = new NetworkBuilder(network.Name, network.Layers.SelectMany(Names));
        var problems = network.Layers.SelectMany(static l => LayerOf(l).Check(l)).ToList();
        if (problems.Count > 0) return problems;

        foreach (var layer in network.Layers)
            if ((Enter(layer, built) ?? LayerOf(layer).Build(layer, built)) is { } problem) return [problem];
        return (Finish(network, built) ?? built.Unread()) is { } missing ? [missing] : [];
    }

    private static Problem? Enter(LayerDeclaration layer, NetworkBuilder built) =>
        LayerOf(layer).InStream ? built.Enter(layer, Layer.From.Name, layer.Get(Layer.From)) : null;

    private static IEnumerable<string> Names(LayerDeclaration layer) => LayerOf(layer).Settings.OfType<NewName>().Select(layer.Get);

    private static Layer LayerOf(LayerDeclaration layer) =>
        LayerCatalog.Find(layer.Word) ?? throw new InvalidOperationException($"There is no layer '{layer.Word}'.");

    // Every head ends with pixels. One that never left stride 1 needs no upsampling, only the cut.
    private static Problem? Finish(NetworkDeclaration network, NetworkBuilder built)
    {
        if (built.Layers.Count == 0) return Problem.AtClass(ProblemId.NoLayers, network.Name);
        if (!built.Heads.Begun) return Problem.AtClass(ProblemId.NoScore, network.Name, built.Head.Name);
        if (built is { Stage: Stage.Features, Heads.Ended: true, Layers: [.., var last] })
            return Problem.At(last.Source, null, ProblemId.LayerAfterUpsample, last.Source.ToString());
        return built.EndHeads();
    }
}

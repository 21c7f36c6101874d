using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
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
            if (LayerOf(layer).Build(layer, built) is { } problem) return [problem];
        return Finish(network, built) is { } missing ? [missing] : [];
    }

    private static IEnumerable<string> Names(LayerDeclaration layer) => LayerOf(layer).Settings.OfType<NewName>().Select(layer.Get);

    private static Layer LayerOf(LayerDeclaration layer) =>
        LayerCatalog.Find(layer.Word) ?? throw new InvalidOperationException($"There is no layer '{layer.Word}'.");

    // Every head ends with pixels, and everything is read by a head. One that never left stride 1 needs no upsampling, only the cut.
    private static Problem? Finish(NetworkDeclaration network, NetworkBuilder built)
    {
        if (built.Layers.Count == 0) return Problem.AtClass(ProblemId.NoLayers, network.Name);
        if (built.EndHead() is { } unfinished) return unfinished;
        if (!built.HasHeads) return Problem.AtClass(ProblemId.NoScore, network.Name, built.Head.Name);
        var last = built.Layers[^1];
        if (built.Stage == Stage.Features) return Problem.At(last.Source, null, ProblemId.LayerAfterUpsample, last.Source.ToString());
        var live = DropDead.Run(built.Build()).Nodes;
        return built.Inputs.FirstOrDefault(i => !live.Contains(i.Result)) is { } unread
            ? Problem.At(unread.Source, null, ProblemId.UnreadInput, unread.Source.ToString(), ((Input)unread.Result.Op).Name, network.Name)
            : null;
    }
}

using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Layers;

/// [Score("score_fr")]: features become scores, and a head of the network begins.
internal sealed class ScoreLayer() : Layer("Score", Name, Rate, Classes, LossWeight, From)
{
    public static readonly NewName Name = new("Name", "score_fr") { Leading = true };
    public static readonly Real Rate = new("Rate", 1, 0);
    public static readonly ClassCount Classes = new(IsOptional: true);
    public static readonly Real LossWeight = new("LossWeight", 1, 0);

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        string name = layer.Get(Name);
        if (network.ExpectFeatures(layer) is { } early) return early;
        if (network.Layers.Count == 0) return Problem.At(layer, null, ProblemId.NoLayers, network.Name);
        if (network.Claim(name, layer, Name.Name) is { } taken) return taken;
        var head = new Head(name, layer.Get(Classes) is var classes and not 0 ? classes : network.Classes, layer.Get(LossWeight));
        network.BeginHead(head, Add(name, network.Head, head.Classes, layer.Get(Rate), layer, network));
        return null;
    }

    /// A 1x1 convolution to one channel per class, zeros at first (paper section 4.1); the bias learns twice as fast and does not decay.
    public static Node Add(string name, Node x, int classes, double rate, LayerDeclaration source, NetworkBuilder network)
    {
        var weight = network.Weight(name, new(classes, x.Map.Channels, 1), Fill.Zero, rate, 1);
        var bias = network.Bias(name, classes, 2 * rate, 0);
        var score = network.Graph.Add(name, new Conv(classes, 1) { HasBias = true }, x, weight, bias);
        return network.List(LayerKind.Score, source, score);
    }
}

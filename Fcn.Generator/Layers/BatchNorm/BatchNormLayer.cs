using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Layers;

/// [BatchNorm("bn1")]: BatchNorm, then ReLU. The last of them has the layer's name; before a ReLU stands bn1.linear.
internal sealed class BatchNormLayer() : Layer("BatchNorm", Name, Eps, Momentum, Relu, WeightRate, BiasRate, WeightDecay, BiasDecay, From)
{
    public static readonly NewName Name = new("Name") { Leading = true };
    public static readonly Real Eps = new("Eps", 1e-5, 1e-12);
    public static readonly Real Momentum = new("Momentum", 0.1, 0) { Below = 1 };
    public static readonly Flag Relu = new("Relu", true);
    public static readonly Real WeightRate = new("WeightRate", 1, 0);
    public static readonly Real BiasRate = new("BiasRate", 1, 0);
    public static readonly Real WeightDecay = new("WeightDecay", 0, 0);
    public static readonly Real BiasDecay = new("BiasDecay", 0, 0);

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        string name = layer.Get(Name);
        if ((network.ExpectFeatures(layer) ?? network.Claim(name, layer, Name.Name)) is { } problem) return problem;

        var (graph, x) = (network.Graph, network.Head);
        int channels = x.Map.Channels;
        List<Node> nodes = [];
        // Statistics read maps in vectors of channels, as the image does not come.
        if (x.Op is Input) nodes.Add(x = graph.Add($"{name}.input", new Scale(1), x));
        Node[] inputs =
        [
            x, network.Vector(name, "weight", channels, Fill.One, layer.Get(WeightRate), layer.Get(WeightDecay)),
            network.Vector(name, "bias", channels, Fill.Zero, layer.Get(BiasRate), layer.Get(BiasDecay)),
            network.State(name, "running_mean", channels, Fill.Zero), network.State(name, "running_var", channels, Fill.One),
        ];
        bool relu = layer.Get(Relu);
        nodes.Add(graph.Add(relu ? $"{name}.linear" : name, new BatchNorm(layer.Get(Eps), layer.Get(Momentum)), inputs));
        if (relu) nodes.Add(graph.Add(name, new Relu(), nodes[^1]));
        network.Continue(network.List(LayerKind.BatchNorm, layer, [.. nodes]), Stage.Features);
        return null;
    }
}

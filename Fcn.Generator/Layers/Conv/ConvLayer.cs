using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// [Conv("fc6", 4096, Kernel = 7, Pad = 0, Dropout = 0.5)]: Conv, then ReLU, then Dropout. The last of them has the layer's name, so that
/// taps and generated buffers are called what the user called them; those before are fc6.linear and fc6.relu.
internal sealed class ConvLayer() : Layer(
    "Conv", Name, Channels, Kernel, Stride, Pad, Dilation, Groups, Bias, Relu, Dropout, WeightRate, BiasRate, WeightDecay, BiasDecay, From)
{
    public static readonly NewName Name = new("Name") { Leading = true };
    public static readonly Whole Channels = new("Channels", 0, 1, 65536) { Leading = true };
    public static readonly Whole Kernel = new("Kernel", 3, 1, 255);
    public static readonly Whole Stride = new("Stride", 1, 1, 255);
    public static readonly Whole Pad = new("Pad", 1, 0, 4095);
    public static readonly Whole Dilation = new("Dilation", 1, 1, 255);
    public static readonly Whole Groups = new("Groups", 1, 1, 65536);
    public static readonly Flag Bias = new("Bias", true);
    public static readonly Flag Relu = new("Relu", true);
    public static readonly Real Dropout = new("Dropout", 0, 0) { Below = 1 };
    public static readonly Real WeightRate = new("WeightRate", 1, 0);
    public static readonly Real BiasRate = new("BiasRate", 2, 0);
    public static readonly Real WeightDecay = new("WeightDecay", 1, 0);
    public static readonly Real BiasDecay = new("BiasDecay", 0, 0);

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        string name = layer.Get(Name);
        var (graph, x) = (network.Graph, network.Head);
        var problem = network.ExpectFeatures(layer) ?? network.Claim(name, layer, Name.Name) ?? Divide(layer, x) ?? Limit(layer, x);
        if (problem is not null) return problem;

        var (stride, pad, dilation) = (layer.Get(Stride), layer.Get(Pad), layer.Get(Dilation));
        var op = new Conv(layer.Get(Channels), layer.Get(Kernel), stride, pad, dilation, layer.Get(Groups)) { HasBias = layer.Get(Bias) };
        bool relu = layer.Get(Relu), dropout = layer.Get(Dropout) > 0;

        var shape = new WeightShape(op.Channels, x.Map.Channels / op.Groups, op.Kernel);
        List<Node> inputs = [x, network.Weight(name, shape, Fill.He, layer.Get(WeightRate), layer.Get(WeightDecay))];
        if (op.HasBias) inputs.Add(network.Bias(name, op.Channels, layer.Get(BiasRate), layer.Get(BiasDecay)));
        List<Node> nodes = [graph.Add(relu || dropout ? $"{name}.linear" : name, op, [.. inputs])];
        if (relu) nodes.Add(graph.Add(dropout ? $"{name}.relu" : name, new Relu(), nodes[^1]));
        if (dropout) nodes.Add(graph.Add(name, new Dropout(layer.Get(Dropout), network.Dropouts++), nodes[^1]));

        network.Continue(network.List(LayerKind.Conv, layer, [.. nodes]), Stage.Features);
        return null;
    }

    private static Problem? Divide(LayerDeclaration layer, Node x)
    {
        int groups = layer.Get(Groups), from = x.Map.Channels, to = layer.Get(Channels);
        return from % groups == 0 && to % groups == 0
            ? null
            : Problem.At(
                layer, Groups.Name, ProblemId.GroupsDoNotDivide, layer.Get(Name), Literal.Of(groups), Literal.Of(from), Literal.Of(to));
    }

    private static Problem? Limit(LayerDeclaration layer, Node x) =>
        Strides.LimitWeight(layer, Channels.Name, layer.Get(Channels), x.Map.Channels / layer.Get(Groups), layer.Get(Kernel))
        ?? Strides.Limit(layer, (layer.Get(Kernel) - 1) * layer.Get(Dilation) + 1, Stride, x);
}

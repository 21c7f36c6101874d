using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

// The planner of CPUs. Here an op's kernel is chosen: register tiles for dense contractions (the place for other algorithms of the same op, such as
// Winograd), plain loops for the rest.
internal sealed class CpuPlanner(NetworkGraph graph, ParameterPlan parameters, Machine machine, Preparation preparation, ContractionTiles tiles)
    : Planner(graph, preparation)
{
    private static readonly Value N = Value.Field("N", KernelType.Int);

    private readonly Dictionary<Node, MapBuffer> _maps = [];
    private readonly Dictionary<Node, WeightBuffer> _weights = [];

    protected override IEnumerable<string> EngineFields => GeneratedName.CpuFields;

    // Every map gets the border that its readers need; scores that leave the network are plain NCHW.
    protected override void Place(Node node)
    {
        string name = GeneratedName.Of(node.Name);
        if (node.Op is Parameter)
        {
            _weights[node] = parameters.Weights[node.Name];
            return;
        }
        if (node.Shape is WeightShape shape)
        {
            if (Graph.OutputOf(node) is Output.Gradient gradient)
            {
                _weights[node] = parameters.Gradient(gradient.Parameter);
                return;
            }
            if (Graph.OutputOf(node) is Output.State state)
            {
                _weights[node] = parameters.Weights[state.Parameter];
                return;
            }
            if (node.Op is FlipWeight)
            {
                _weights[node] = Flipped(node, name);
                return;
            }
            var weight = new WeightBuffer(name, Value.Field(name, KernelType.To(Element.Float)), shape.Out, shape.In, shape.Kernel, WeightOrder.InBlock(node, Graph));
            Buffer(name, Element.Float, (Value)(weight.Length * 4));
            _weights[node] = weight;
        }
        if (node.Shape is not MapShape shapeOf) return;
        int halo = Graph.UsersOf(node).SelectMany(u => u.Inputs.Select((input, i) => input == node ? u.Op.Reach(i) : 0)).DefaultIfEmpty(0).Max();
        var map = _maps[node] = node.Op is Input
            ? new(name, shapeOf.Channels, shapeOf.Size, shapeOf.Channels, halo) { Memory = halo == 0 ? EngineField.Image(node) : null }
            : Graph.OutputOf(node) is Output.Scores scores ? new("Scores", shapeOf.Channels, shapeOf.Size, 1, 0) { Memory = EngineField.Scores(scores.Head) }
            : new(name, shapeOf.Channels, shapeOf.Size, Machine.Block, halo);
        Sized(map.Height, map.Width, map.Size);
        if (map.Memory is null) Buffer(map.Name, Element.Float, Bytes(map));
    }

    protected override IReadOnlyList<Launch> Lower(Node node)
    {
        string name = GeneratedName.Of(node.Name);
        var maps = node.Inputs.Select(i => _maps.TryGetValue(i, out var m) ? m : null).ToList();
        var weights = node.Inputs.Select(i => _weights.TryGetValue(i, out var w) ? w : null).ToList();
        switch (node.Op)
        {
            case Parameter or FlipWeight:
                return [];
            case Input:
                return Padded(node, _maps[node]);
            case Conv or Fused { Core: Conv } when machine.HasTiles && TileConv.Fits(node, _maps[node]):
                var conv = new TileConv(node, _maps[node], maps, weights);
                return [Launch.Of(conv.Lower(tiles), conv.Items, conv.Bindings)];
            case WeightGradient gradient:
                return WeightGradient(new(gradient.Conv, machine, maps[0]!, maps[1]!, _weights[node]), gradient.Conv, _weights[node], name);
            case BiasGradient:
                return [Launch.Of(BiasAndFlipKernels.Bias(machine), _weights[node].OutBlocks, BiasAndFlipKernels.BindBias(maps[0]!, _weights[node]))];
            case ChannelOp op:
                var channels = new ChannelKernels(machine, op, maps, weights);
                bool adds = Graph.OutputOf(node) is Output.Gradient;
                return [Launch.Of(channels.Lower(adds), _weights[node].OutBlocks, channels.Bind(_weights[node]))];
            case UpsampleArgMax labels:
                var scores = new MapRole("x", maps[0]!.Channels, maps[0]!.Block);
                return
                [
                    Launch.Of(
                        UpsampleArgMaxKernel.Lower(labels, machine, scores), UpsampleArgMaxKernel.Items,
                        UpsampleArgMaxKernel.Bind(labels, scores, maps[0]!), [Labels(node)]),
                ];
            case UpsampleLoss loss:
                return Loss(new(loss, machine, maps[0]!), name, node);
            default:
                var operands = new CpuOperands(_maps[node], maps, weights, Weighted(node));
                return [Launch.Of(new LowerNest(machine, node, operands).Lower(), LowerNest.Items(_maps[node]), operands.Bindings)];
        }
    }

    protected override Launch? Border(string memory) => _maps.Values.FirstOrDefault(m => m.Name == memory) is { Halo: > 0 } map && !IsImage(map)
        ? Launch.OfRuntime(
            "clear_border", $"{map.Name}_border", N * map.Blocks,
            ("map", map.Pointer), ("height", map.Height), ("width", map.Width), ("halo", map.Halo), ("block", map.Block))
        : null;

    // A weight as the gradient of its convolution's input reads it: written when parameters change, by PrepareTraining.
    private WeightBuffer Flipped(Node node, string name)
    {
        var (shape, from) = ((WeightShape)node.Shape, _weights[node.Inputs[0]]);
        var place = new WeightBuffer(name, Value.Field(name, KernelType.To(Element.Float)), shape.Out, shape.In, shape.Kernel, WeightOrder.InBlock(node, Graph));
        Packed(name, Element.Float, place.Length * 4, backward: true, _ =>
            Launch.Of(BiasAndFlipKernels.Flip(), place.OutBlocks * place.InBlocks, BiasAndFlipKernels.BindFlip(from, place)));
        return place;
    }

    private bool IsImage(MapBuffer map) => _maps.Any(m => m.Key.Op is Input && m.Value == map);

    // The engine's image gets its border; one that needs none is read where it lies.
    private static IReadOnlyList<Launch> Padded(Node input, MapBuffer map) => map.Halo == 0 ? [] :
    [
        Launch.OfRuntime(
            "pad_image", map.Name, N * (map.Height + 2 * map.Halo),
            ("image", EngineField.Image(input)), ("padded", map.Pointer), ("height", map.Height), ("width", map.Width),
            ("channels", map.Channels), ("halo", map.Halo)),
    ];

    private IReadOnlyList<Launch> WeightGradient(WeightGradientKernels kernels, Conv conv, WeightBuffer weight, string name)
    {
        if (!machine.HasTiles || conv.Groups > 1) return [Launch.Of(kernels.Plain(), weight.Out, kernels.Bind(weight.Pointer))];
        if (kernels.Splits == 1) return [Launch.Of(kernels.Tiled(tiles), kernels.Items, kernels.Bind(weight.Pointer))];
        Value copies = Buffer(GeneratedName.Of(name, "copies"), Element.Float, (Value)(weight.Length * 4 * kernels.Splits));
        return
        [
            Launch.Of(kernels.Tiled(tiles), kernels.Items, kernels.Bind(copies)),
            Launch.Of(kernels.Combine(), kernels.CombineItems, kernels.Bind(copies)),
        ];
    }

    private IReadOnlyList<Launch> Loss(UpsampleLossKernels kernels, string name, Node node)
    {
        var gradient = _maps[node];
        Value bands = Buffer(GeneratedName.Of(name, "bands"), Element.Float, kernels.Floats * 4);
        Value losses = Buffer(GeneratedName.Of(name, "losses"), Element.Double, kernels.Items.To(Element.Index) * 8);
        return
        [
            Launch.Of(kernels.Band(), kernels.Items, kernels.Bind(bands, gradient), [new("Losses", losses), Labels(node)]),
            Launch.Of(kernels.Sum(), LowerNest.Items(gradient), kernels.Bind(bands, gradient)),
            Launch.OfRuntime("total", name, 1, ("partial", losses), ("count", kernels.Items), ("sum", LossCell(node))),
        ];
    }

    private static Value Bytes(MapBuffer map) =>
        N.To(Element.Index) * (map.Blocks * map.Block * 4) * (map.Height + 2 * map.Halo) * (map.Width + 2 * map.Halo);
}

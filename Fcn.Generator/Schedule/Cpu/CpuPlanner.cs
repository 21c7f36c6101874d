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
        string summary = $"{node.Name}: {Describe(node)}";
        switch (node.Op)
        {
            case Parameter:
                return [];
            case Input:
                return Padded(node, _maps[node]);
            case Conv or Fused { Core: Conv } when machine.HasTiles && TileConv.Fits(node.Op as Conv ?? (Conv)((Fused)node.Op).Core, _maps[node]):
                var conv = new TileConv(machine, node, _maps[node], maps, weights);
                return [Of(conv.Lower(name, summary, tiles), conv.Items)];
            case WeightGradient gradient:
                return WeightGradient(new(gradient.Conv, machine, maps[0]!, maps[1]!, _weights[node]), gradient.Conv, _weights[node], name, summary);
            case BiasGradient:
                return [Launch.Of(BiasAndFlipKernels.Bias(machine, name, summary, maps[0]!, _weights[node]), _weights[node].OutBlocks)];
            case FlipWeight:
                return [Launch.Of(BiasAndFlipKernels.Flip(name, summary, weights[0]!, _weights[node]), _weights[node].OutBlocks * _weights[node].InBlocks)];
            case ChannelOp op:
                var channels = new ChannelKernels(machine, op, maps, weights, _weights[node]);
                return [Launch.Of(channels.Lower(name, summary, adds: Graph.OutputOf(node) is Output.Gradient), _weights[node].OutBlocks)];
            case UpsampleArgMax labels:
                return [Of(UpsampleArgMaxKernel.Lower(labels, machine, name, summary, maps[0]!), UpsampleArgMaxKernel.Items, Labels(node))];
            case UpsampleLoss loss:
                return Loss(new(loss, machine, maps[0]!), name, summary, node);
            default:
                var plain = new LowerNest(machine, node, _maps[node], maps, weights);
                return [Of(plain.Lower(name, summary), LowerNest.Items(_maps[node]))];
        }
    }

    protected override Launch? Border(string memory) => _maps.Values.FirstOrDefault(m => m.Name == memory) is { Halo: > 0 } map && !IsImage(map)
        ? Launch.OfRuntime(
            "clear_border", $"{map.Name}_border", N * map.Blocks,
            ("map", map.Pointer), ("height", map.Height), ("width", map.Width), ("halo", map.Halo), ("block", map.Block))
        : null;

    public static string Describe(Node node)
    {
        string from = string.Join(", ", node.Inputs.Where(static i => i.Shape is MapShape).Select(static i => $"{i.Name} ({i.Map.Channels}, {i.Map.Size.Format("H")})"));
        string to = node.Shape switch
        {
            MapShape map => $"({map.Channels}, {map.Size.Format("H")})",
            WeightShape weight => weight.ToString(),
            _ => "labels",
        };
        return $"{node.Op.Word}, {from} -> {to}";
    }

    // Kernels know a map that the engine holds by its name here.
    private Launch Of(Kernel kernel, Value items, params KeyValuePair<string, Value>[] bindings) =>
        Launch.Of(kernel, items, [.. _maps.Values.SelectMany(static m => m.Memory is { } memory ? Launch.Bind(m.Name, memory) : []), .. bindings]);

    private bool IsImage(MapBuffer map) => _maps.Any(m => m.Key.Op is Input && m.Value == map);

    // The engine's image gets its border; one that needs none is read where it lies.
    private static IReadOnlyList<Launch> Padded(Node input, MapBuffer map) => map.Halo == 0 ? [] :
    [
        Launch.OfRuntime(
            "pad_image", map.Name, N * (map.Height + 2 * map.Halo),
            ("image", EngineField.Image(input)), ("padded", map.Pointer), ("height", map.Height), ("width", map.Width),
            ("channels", map.Channels), ("halo", map.Halo)),
    ];

    private IReadOnlyList<Launch> WeightGradient(WeightGradientKernels kernels, Conv conv, WeightBuffer weight, string name, string summary)
    {
        if (!machine.HasTiles || conv.Groups > 1) return [Of(kernels.Plain(name, summary), weight.Out)];
        if (kernels.Splits == 1) return [Of(kernels.Tiled(name, summary, weight.Pointer, tiles), kernels.Items)];
        Value copies = Buffer(GeneratedName.Of(name, "copies"), Element.Float, (Value)(weight.Length * 4 * kernels.Splits));
        return
        [
            Of(kernels.Tiled(name, summary, copies, tiles), kernels.Items),
            Launch.Of(kernels.Combine($"{name}_sum", $"{name}: the copies added.", copies), kernels.CombineItems),
        ];
    }

    private IReadOnlyList<Launch> Loss(UpsampleLossKernels kernels, string name, string summary, Node node)
    {
        var gradient = _maps[node];
        Value bands = Buffer(GeneratedName.Of(name, "bands"), Element.Float, kernels.Floats * 4);
        Value losses = Buffer(GeneratedName.Of(name, "losses"), Element.Double, kernels.Items.To(Element.Index) * 8);
        return
        [
            Of(kernels.Band($"{name}_bands", summary, bands), kernels.Items, new("Losses", losses), Labels(node)),
            Launch.Of(kernels.Sum(name, $"{name}: the bands added, the gradient of the coarse scores.", bands, gradient), LowerNest.Items(gradient)),
            Launch.OfRuntime("total", name, 1, ("partial", losses), ("count", kernels.Items), ("sum", LossCell(node))),
        ];
    }

    private static Value Bytes(MapBuffer map) =>
        N.To(Element.Index) * (map.Blocks * map.Block * 4) * (map.Height + 2 * map.Halo) * (map.Width + 2 * map.Halo);
}

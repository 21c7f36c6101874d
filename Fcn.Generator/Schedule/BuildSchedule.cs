namespace Fcn.Generator.Schedule;

// Fused graph → launches, buffers, lifetimes. Here an op's kernel is chosen: register tiles for dense contractions (the place for
// other algorithms of the same op, such as Winograd), plain loops for the rest.
internal sealed class BuildSchedule
{
    private readonly NetworkGraph _graph;
    private readonly ParameterPlan _parameters;
    private readonly Machine _machine;
    private readonly ContractionTiles _tiles;
    private readonly Dictionary<Node, MapBuffer> _maps = [];
    private readonly Dictionary<Node, WeightBuffer> _weights = [];
    private readonly Dictionary<string, (Value Bytes, int First, int Last)> _lives = [];
    private readonly List<string> _order = [];
    private readonly List<Launch> _launches = [];
    private Value _losses = 0;

    private BuildSchedule(NetworkGraph graph, ParameterPlan parameters, Machine machine) =>
        (_graph, _parameters, _machine, _tiles) = (graph, parameters, machine, new());

    public static NetworkSchedule Run(NetworkGraph graph, ParameterPlan parameters, Machine machine) => new BuildSchedule(graph, parameters, machine).Build();

    private NetworkSchedule Build()
    {
        foreach (var node in _graph.Nodes) Place(node);
        foreach (var node in _graph.Nodes) Launch(node);
        if (_lives.ContainsKey("Losses")) Extend("Losses"); // the host reads them after the last launch
        var buffers = _order.Select(f => new PlannedBuffer(f, f, _lives[f].Bytes, _lives[f].First, _lives[f].Last)).ToList();
        return new(_maps.Values.ToList(), buffers, _launches, _tiles.Families, _losses);
    }

    // Every map gets the border that its readers need; scores that leave the network are plain NCHW.
    private void Place(Node node)
    {
        string name = GeneratedName.Of(node.Name);
        if (node.Op is Parameter)
        {
            _weights[node] = _parameters.Weights[node.Name];
            return;
        }
        if (node.Shape is WeightShape shape)
        {
            string? parameter = node.Name.EndsWith(".gradient", StringComparison.Ordinal) && _graph.Outputs.Contains(node) ? node.Name[..^".gradient".Length] : null;
            _weights[node] = parameter is not null
                ? _parameters.Gradient(parameter)
                : new(name, Value.Field(name, KernelType.To(Element.Float)), shape.Out, shape.In, shape.Kernel, WeightOrder.InBlock(node, _graph));
        }
        if (node.Shape is not MapShape map) return;
        int halo = _graph.UsersOf(node).SelectMany(u => u.Inputs.Select((input, i) => input == node ? u.Op.Reach(i) : 0)).DefaultIfEmpty(0).Max();
        bool leaves = _graph.Outputs.Contains(node) && node.Op is not UpsampleLoss;
        _maps[node] = node.Op is Input ? new("Image", map.Channels, map.Size, map.Channels, halo)
            : leaves ? new("Scores", map.Channels, map.Size, 1, 0)
            : new(name, map.Channels, map.Size, Machine.Block, halo);
    }

    private void Launch(Node node)
    {
        if (node.Op is Input)
        {
            Touch("Image", Bytes(_maps[node]));
            return;
        }
        if (node.Op is Parameter) return;
        if (_maps.TryGetValue(node, out var target) && target.Name != "Scores")
        {
            Touch(target.Name, Bytes(target));
            if (target.Halo > 0) _launches.Add(new($"{target.Name} border", null, Value.Field("N", KernelType.Int) * target.Blocks, LaunchKind.ClearHalo, [], target));
        }
        else if (node.Shape is WeightShape && _weights[node].IsPlanned) Touch(_weights[node].Name, (Value)(_weights[node].Length * 4));
        foreach (var launch in KernelsOf(node))
        {
            _launches.Add(launch);
            foreach (var input in node.Inputs) Read(input);
            if (target is not null && target.Name != "Scores") Extend(target.Name);
            else if (node.Shape is WeightShape && _weights[node].IsPlanned) Extend(_weights[node].Name);
        }
    }

    private IEnumerable<Launch> KernelsOf(Node node)
    {
        string name = GeneratedName.Of(node.Name);
        var maps = node.Inputs.Select(i => _maps.TryGetValue(i, out var m) ? m : null).ToList();
        var weights = node.Inputs.Select(i => _weights.TryGetValue(i, out var w) ? w : null).ToList();
        switch (node.Op)
        {
            case Conv or Fused { Core: Conv } when _machine.HasTiles && TileConv.Fits(node, _maps[node]):
                var conv = new TileConv(node, _maps[node], maps, weights);
                return [Step(name, conv.Lower(_tiles), conv.Items, conv.Bindings)];
            case WeightGradient gradient:
                return WeightGradientSteps(new WeightGradientKernels(gradient.Conv, _machine, maps[0]!, maps[1]!, _weights[node]), gradient.Conv, _weights[node], name);
            case BiasGradient:
                return [Step(name, BiasAndFlipKernels.Bias(_machine), _weights[node].OutBlocks, BiasAndFlipKernels.BindBias(maps[0]!, _weights[node]))];
            case FlipWeight:
                return [Step(name, BiasAndFlipKernels.Flip(), _weights[node].OutBlocks * _weights[node].InBlocks, BiasAndFlipKernels.BindFlip(weights[0]!, _weights[node]))];
            case UpsampleArgMax labels:
                var scores = new MapRole("x", maps[0]!.Channels, maps[0]!.Block);
                return [Step(name, UpsampleArgMaxKernel.Lower(labels, _machine, scores), UpsampleArgMaxKernel.Items, UpsampleArgMaxKernel.Bind(labels, scores, maps[0]!))];
            case UpsampleLoss loss:
                return LossSteps(new UpsampleLossKernels(loss, _machine, maps[0]!), name, _maps[node]);
            default:
                var operands = new CpuOperands(_maps[node], maps, weights);
                return [Step(name, new LowerNest(_machine, node, operands).Lower(), LowerNest.Items(_maps[node]), operands.Bindings)];
        }
    }

    private IEnumerable<Launch> WeightGradientSteps(WeightGradientKernels kernels, Conv conv, WeightBuffer weight, string name)
    {
        if (!_machine.HasTiles || conv.Groups > 1)
        {
            yield return Step(name, kernels.Plain(), weight.Out, kernels.Bind(weight.Pointer));
            yield break;
        }
        if (kernels.Splits == 1)
        {
            yield return Step(name, kernels.Tiled(_tiles), kernels.Items, kernels.Bind(weight.Pointer));
            yield break;
        }
        string field = GeneratedName.Of(name, "copies");
        Value copies = Value.Field(field, KernelType.To(Element.Float));
        Touch(field, (Value)(weight.Length * 4 * kernels.Splits));
        yield return Step(name, kernels.Tiled(_tiles), kernels.Items, kernels.Bind(copies));
        yield return Step(GeneratedName.Of(name, "sum"), kernels.Combine(), kernels.CombineItems, kernels.Bind(copies));
        Extend(field);
    }

    private IEnumerable<Launch> LossSteps(UpsampleLossKernels kernels, string name, MapBuffer gradient)
    {
        string field = GeneratedName.Of(name, "bands");
        Value bands = Value.Field(field, KernelType.To(Element.Float));
        Touch(field, kernels.Floats * 4);
        Touch("Losses", kernels.Items.To(Element.Index) * 8);
        _losses = kernels.Items;
        yield return Step(GeneratedName.Of(name, "bands"), kernels.Band(), kernels.Items, kernels.Bind(bands, gradient));
        yield return Step(name, kernels.Sum(), LowerNest.Items(gradient), kernels.Bind(bands, gradient));
        Extend(field);
    }

    private static Launch Step(string name, Kernel kernel, Value items, IEnumerable<KeyValuePair<string, Value>> bindings) =>
        Schedule.Launch.Of(name, kernel, items, bindings);

    private static Value Bytes(MapBuffer map) =>
        Value.Field("N", KernelType.Int).To(Element.Index) * (map.Blocks * map.Block * 4) * (map.Height + 2 * map.Halo) * (map.Width + 2 * map.Halo);

    // A buffer lives from the launch that comes next to the last that was added when it was extended.
    private void Touch(string field, Value bytes)
    {
        _lives.Add(field, (bytes, _launches.Count, _launches.Count));
        _order.Add(field);
    }

    private void Extend(string field) => _lives[field] = _lives[field] with { Last = _launches.Count - 1 };

    private void Read(Node input)
    {
        if (_maps.TryGetValue(input, out var map)) Extend(map.Name);
        else if (_weights[input].IsPlanned) Extend(_weights[input].Name);
    }

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
}

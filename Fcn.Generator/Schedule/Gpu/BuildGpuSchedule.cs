using Fcn.Generator.Schedule.Gpu.Contraction;
using Fcn.Generator.Schedule.Gpu.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

// Fused graph → launches, buffers, lifetimes for one GPU machine. Here an op's kernels are chosen: contractions on matrix units, kernels of their own
// for what ends a network, plain nests for the rest. Weights are read from master memory or packed; a flipped weight is the same memory read otherwise.
internal sealed class BuildGpuSchedule : IGpuPlanner
{
    private const string ScoresField = "Scores";

    private readonly NetworkGraph _graph;
    private readonly GpuParameterPlan _parameters;
    private readonly GpuPacking _packing;
    private readonly Dictionary<Node, GpuMap> _maps = [];
    private readonly Dictionary<Node, GpuWeight> _weights = [];
    private readonly Dictionary<string, (Value Pointer, Value Bytes, int First, int Last)> _lives = [];
    private readonly List<string> _order = [], _own = [];
    private readonly List<GpuMap> _leaving = [];
    private readonly List<GpuSize> _sizes = [];
    private readonly List<GpuLaunch> _launches = [];

    private BuildGpuSchedule(NetworkGraph graph, GpuParameterPlan parameters, GpuMachine machine, GpuPacking packing) =>
        (_graph, _parameters, Machine, _packing) = (graph, parameters, machine, packing);

    public GpuMachine Machine { get; }

    public static GpuSchedule Run(NetworkGraph graph, GpuParameterPlan parameters, GpuMachine machine, GpuPacking packing) =>
        new BuildGpuSchedule(
            machine.Unit == MatrixUnit.None ? graph : Passes.FusePool.Run(graph, GpuContraction.Fits), parameters, machine, packing).Build();

    public Value Buffer(string name, Element element, Value bytes)
    {
        _own.Add(name);
        return Touch(name, element, bytes);
    }

    public Value Shared(string name, Element element, Value bytes, Func<Value, GpuLaunch> write)
    {
        _own.Add(name);
        if (_lives.TryGetValue(name, out var known)) return known.Pointer;
        Value pointer = Touch(name, element, bytes);
        _launches.Add(write(pointer));
        return pointer;
    }

    public Value Size(string field, Value value)
    {
        if (_sizes.All(s => s.Field != field)) _sizes.Add(new(field, Counting.Wide(value)));
        return Value.Field(field, KernelType.Int);
    }

    public Kernel Kernel(object key, string name, string summary, Func<Kernel> lower) => _packing.Kernel(key, name, summary, lower);

    public Value Packed(string name, Element element, long bytes, bool backward, Func<Value, GpuLaunch> pack) =>
        _packing.Add(name, element, bytes, backward, pack);

    private GpuSchedule Build()
    {
        var elements = MapElements.Of(_graph, Machine);
        foreach (var node in _graph.Nodes)
        {
            if (node.Shape is MapShape) _maps[node] = Place(node, elements[node]);
            else if (node.Shape is WeightShape) _weights[node] = Weight(node);
        }
        foreach (var node in _graph.Nodes) Launch(node);
        var buffers = _order.Select(f => new PlannedBuffer(f, f, _lives[f].Bytes, _lives[f].First, _lives[f].Last)).ToList();
        return new([.. _maps.Values, .. _leaving], _sizes, buffers, _launches);
    }

    // Scores that leave the network are plain NCHW where a plain nest writes them; from other kernels they are copied.
    private GpuMap Place(Node node, Element element)
    {
        int channels = node.Map.Channels;
        bool leaves = _graph.Outputs.Contains(node) && node.Op is not UpsampleLoss;
        if (leaves && IsNest(node)) return Planar(node);
        int pitch = node.Op is Input ? GpuImageKernel.PitchOf(channels, element) : GpuMap.PitchOf(channels);
        return new(GeneratedName.Of(node.Name), channels, pitch, node.Map.Size, element);
    }

    private static GpuMap Planar(Node node) => new(ScoresField, node.Map.Channels, node.Map.Channels, node.Map.Size, Element.Float) { IsPlanar = true };

    private static bool IsNest(Node node) => node.Op is not (Conv or Fused { Core: Conv } or Input) && node.Op.Loops(node) is not null;

    private GpuWeight Weight(Node node) => node.Op switch
    {
        Parameter => _parameters.Weights[node.Name],
        FlipWeight => _weights[node.Inputs[0]].Flip(),
        _ when _graph.Outputs.Contains(node) => _parameters.Gradient(node.Name[..^".gradient".Length]),
        _ => throw new InvalidOperationException($"'{node.Name}' ({node.Op.Word}) has no place in parameter memory."),
    };

    private void Launch(Node node)
    {
        _own.Clear();
        int before = _launches.Count;
        if (_maps.TryGetValue(node, out var target) && !target.IsPlanar)
        {
            Touch(target.Name, target.Element, Bytes(target));
            _own.Add(target.Name);
        }
        _launches.AddRange(KernelsOf(node).Select(launch => launch with { Layer = node.Name }));
        if (target is { IsPlanar: false } && _graph.Outputs.Contains(node) && node.Op is not UpsampleLoss) _launches.Add(Leave(node, target, Planar(node)) with { Layer = node.Name });
        if (_launches.Count == before) return;
        foreach (string field in _own.Concat(node.Inputs.Where(_maps.ContainsKey).Select(i => _maps[i].Name)))
            _lives[field] = _lives[field] with { Last = _launches.Count - 1 };
    }

    private IReadOnlyList<GpuLaunch> KernelsOf(Node node)
    {
        string name = GeneratedName.Of(node.Name);
        var maps = node.Inputs.Select(i => _maps.TryGetValue(i, out var m) ? m : null).ToList();
        var weights = node.Inputs.Select(i => _weights.TryGetValue(i, out var w) ? w : null).ToList();
        switch (node.Op)
        {
            case Parameter or FlipWeight:
                return [];
            case Input:
                return [GpuImageKernel.Lower(_maps[node])];
            case Conv or Fused { Core: Conv } when GpuContraction.Fits(node.Op as Conv ?? (Conv)((Fused)node.Op).Core):
                return new GpuContraction(this, name).Conv(node, maps, weights, _maps[node]);
            case WeightGradient gradient when GpuContraction.Fits(gradient.Conv):
                return new GpuContraction(this, name).WeightGradient(gradient.Conv, maps[0]!, maps[1]!, _weights[node]);
            case WeightGradient gradient:
                return new GpuWeightGradient(name, gradient.Conv, maps[0]!, maps[1]!, _weights[node]).Launches(this);
            case BiasGradient:
                return new GpuBiasGradientKernels(name, maps[0]!, _weights[node]).Launches(this);
            case Softmax:
                return [GpuSoftmaxKernels.Forward(name, node.Op.Word, maps[0]!, _maps[node])];
            case SoftmaxGradient:
                return [GpuSoftmaxKernels.Gradient(name, node.Op.Word, maps[0]!, maps[1]!, _maps[node])];
            case UpsampleArgMax labels:
                return [GpuUpsampleArgMaxKernel.Lower(labels, maps[0]!)];
            case UpsampleLoss loss:
                return new GpuUpsampleLossKernels(loss, maps[0]!, _maps[node], name).Launches(this);
            default:
                return [new GpuNest(node, new(_maps[node], maps, weights)).Lower(_maps[node])];
        }
    }

    private GpuLaunch Leave(Node node, GpuMap map, GpuMap scores)
    {
        _leaving.Add(scores);
        var copy = new Node("scores", new Crop(0, node.Map.Size), [node], node.Shape);
        return new GpuNest(copy, new(scores, [map], [null])).Lower(scores);
    }

    private static Value Bytes(GpuMap map) => Grid.Pixels(map) * (map.Pitch * GpuMap.BytesOf(map.Element));

    // A buffer lives from the launch that comes next.
    private Value Touch(string name, Element element, Value bytes)
    {
        Value pointer = Value.Field(name, KernelType.To(element));
        _lives.Add(name, (pointer, bytes, _launches.Count, _launches.Count));
        _order.Add(name);
        return pointer;
    }
}

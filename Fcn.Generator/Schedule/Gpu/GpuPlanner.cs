using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Schedule.Gpu.Contraction;
using Fcn.Generator.Schedule.Gpu.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

// The planner of GPUs. Here an op's kernels are chosen: contractions on matrix units, kernels of their own for what ends a network, plain nests for the
// rest. Weights are read from master memory or packed; a flipped weight is the same memory read otherwise.
internal sealed class GpuPlanner(NetworkGraph graph, GpuParameterPlan parameters, GpuMachine machine, Preparation preparation)
    : Planner(Fitted(graph, machine), preparation), IGpuPlanner
{
    private readonly Dictionary<Node, GpuMap> _maps = [];
    private readonly Dictionary<Node, GpuWeight> _weights = [];
    private IReadOnlyDictionary<Node, Element>? _elements;

    public GpuMachine Machine => machine;

    protected override IEnumerable<string> EngineFields => GeneratedName.GpuFields;

    // Scores that leave the network are plain NCHW where a plain nest writes them; from other kernels they are copied.
    protected override void Place(Node node)
    {
        if (node.Shape is WeightShape) _weights[node] = Weight(node);
        if (node.Shape is not MapShape shape) return;
        _elements ??= MapElements.Of(Graph, machine);
        int pitch = node.Op is Input ? GpuImageKernel.PitchOf(shape.Channels, _elements[node]) : GpuMap.PitchOf(shape.Channels);
        var map = _maps[node] = Leaving(node) is { } leaving && IsNest(node) ? Planar(node, leaving)
            : new(GeneratedName.Of(node.Name), shape.Channels, pitch, shape.Size, _elements[node]);
        Sized(map.Height, map.Width, map.Size);
        if (!map.IsPlanar) Buffer(map.Name, map.Element, Grid.Pixels(map) * (map.Pitch * GpuMap.BytesOf(map.Element)));
    }

    protected override IReadOnlyList<Launch> Lower(Node node)
    {
        var launches = Compute(node);
        if (Leaving(node) is not { } leaving || _maps[node].IsPlanar) return launches;
        var scores = Planar(node, leaving);
        Sized(scores.Height, scores.Width, scores.Size);
        var copy = new Node("scores", new Crop(0, node.Map.Size), [node], node.Shape);
        var nest = new GpuNest(copy, new(scores, [_maps[node]], [null], Weighted(copy)));
        return [.. launches, nest.Lower(scores)];
    }

    private IReadOnlyList<Launch> Compute(Node node)
    {
        string name = GeneratedName.Of(node.Name);
        var maps = node.Inputs.Select(i => _maps.TryGetValue(i, out var m) ? m : null).ToList();
        var weights = node.Inputs.Select(i => _weights.TryGetValue(i, out var w) ? w : null).ToList();
        switch (node.Op)
        {
            case Parameter or FlipWeight:
                return [];
            case Input:
                return [GpuImageKernel.Lower(_maps[node], EngineField.Image(node))];
            case Conv or Fused { Core: Conv } when GpuContraction.Fits(node.Op as Conv ?? (Conv)((Fused)node.Op).Core):
                return new GpuContraction(this, name).Conv(node, maps, weights, _maps[node]);
            case WeightGradient gradient when GpuContraction.Fits(gradient.Conv):
                return new GpuContraction(this, name).WeightGradient(gradient.Conv, maps[0]!, maps[1]!, _weights[node]);
            case WeightGradient gradient:
                return new GpuWeightGradient(name, gradient.Conv, maps[0]!, maps[1]!, _weights[node]).Launches(this);
            case BiasGradient gradient:
                return new GpuChannelSumKernels(name, gradient.Sum, maps, weights, _weights[node], adds: true).Launches(this);
            case ChannelSum sum:
                return new GpuChannelSumKernels(name, sum, maps, weights, _weights[node], adds: false).Launches(this);
            case ChannelMap map:
                return [GpuChannelMapKernel.Lower(map, maps, weights, _weights[node], adds: Graph.OutputOf(node) is Output.Gradient)];
            case UpsampleArgMax labels:
                return [GpuUpsampleArgMaxKernel.Lower(labels, maps[0]!, Labels(node))];
            case UpsampleLoss loss:
                return new GpuUpsampleLossKernels(loss, maps[0]!, _maps[node], name).Launches(this, Labels(node), new("Loss", LossCell(node)));
            default:
                return [new GpuNest(node, new(_maps[node], maps, weights, Weighted(node))).Lower(_maps[node])];
        }
    }

    // Onto convolutions goes what their kernels can finish.
    private static NetworkGraph Fitted(NetworkGraph graph, GpuMachine machine)
    {
        var elements = MapElements.Of(graph, machine).ToDictionary(static e => e.Key.Name, static e => e.Value);
        graph = Passes.PartTails.Run(graph, (node, fused) => !GpuContraction.Fits((Conv)fused.Core) || ConvEnding.Takes(fused, machine, elements[node.Name]));
        return machine.Unit == MatrixUnit.None ? graph : Passes.FusePool.Run(graph, GpuContraction.Fits);
    }

    private Output.Scores? Leaving(Node node) => Graph.OutputOf(node) as Output.Scores;

    private static GpuMap Planar(Node node, Output.Scores scores) =>
        new("Scores", node.Map.Channels, node.Map.Channels, node.Map.Size, Element.Float)
        {
            IsPlanar = true, Memory = EngineField.Scores(scores.Head),
        };

    private static bool IsNest(Node node) => node.Op is not (Conv or Fused { Core: Conv } or Input) && node.Op.Loops(node) is not null;

    private GpuWeight Weight(Node node) => node.Op switch
    {
        Parameter => parameters.Weights[node.Name],
        FlipWeight => _weights[node.Inputs[0]].Flip(),
        _ when Graph.OutputOf(node) is Output.Gradient gradient => parameters.Gradient(gradient.Parameter),
        _ when Graph.OutputOf(node) is Output.State state => parameters.Weights[state.Parameter],
        ChannelOp when node.Shape is WeightShape { Out: var channels } =>
            new(node.Name, Buffer(GeneratedName.Of(node.Name), Element.Float, (Value)(GpuMap.PitchOf(channels) * 4L)), channels, 1, 1),
        _ => throw new InvalidOperationException($"'{node.Name}' ({node.Op.Word}) has no place in parameter memory."),
    };
}

/// The planner as the kernels of GPUs know it.
internal interface IGpuPlanner : IPlanner
{
    GpuMachine Machine { get; }
}

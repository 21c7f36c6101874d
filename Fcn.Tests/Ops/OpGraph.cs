using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;

namespace Fcn.Tests.Ops;

// A network around one op (or a few): its inputs are plain maps and parameters with given values, its output y, and with dy the gradients
// of <y, dy>. First the parameters, then the maps, then the op. Every graph ends in one plain map, behind a crop by nothing that keeps y
// itself in channel blocks.
internal sealed class OpGraph
{
    private readonly GraphBuilder _graph = new();
    private readonly Dictionary<Node, double[]> _values = [];
    private readonly Dictionary<Node, double[]> _pixels = [];
    private ParameterPlan? _plan;
    private GpuParameterPlan? _gpuPlan;
    private long _reserved;

    /// Channels, pixels: of an image for ops on the image itself, (N, Channels, H, W).
    public OpGraph(string name, int images, int height, int width, int channels = 1, double[]? pixels = null)
        : this(name, images, height, width)
    {
        Inputs = [Image = _graph.Add("data", new Input(channels))];
        if (pixels is not null) _pixels[Image] = pixels;
    }

    private OpGraph(string name, int images, int height, int width) => (Name, Images, Height, Width) = (name, images, height, width);

    /// A network of one input and one head.
    public static OpGraph Of(
        string name, NetworkGraph aligned, Func<string, double[]> weights, int images, int height, int width, double[] pixels, byte[] labels) =>
        Of(name, aligned, weights, images, height, width, _ => pixels, labels);

    /// A whole network, aligned, with its weights and its inputs' pixels by name, and all heads' labels, one after the other: "y" the first
    /// head's scores, "labels", "y.parts" and "labels.parts" another head's, and "training".
    public static OpGraph Of(
        string name, NetworkGraph aligned, Func<string, double[]> weights, int images, int height, int width, Func<string, double[]> pixels, byte[] labels)
    {
        var inputs = aligned.Nodes.Where(n => n.Op is Input).ToList();
        var scores = aligned.Outputs.Cast<Output.Scores>().ToList();
        var op = new OpGraph(name, images, height, width) { Image = inputs[0], Inputs = inputs, Heads = [.. scores.Select(s => s.Head)], Labels = labels };
        foreach (var input in inputs) op._pixels[input] = pixels(((Input)input.Op).Name);
        foreach (var parameter in aligned.Nodes.Where(n => n.Op is Parameter)) op.Keep(parameter, weights(parameter.Name));
        (op._plan, op._gpuPlan) = (ParameterPlan.Of(aligned), GpuParameterPlan.Of(aligned));
        var inference = UseRunningStatistics.Run(DropDropout.Run(aligned));
        foreach (var head in scores)
        {
            string of = head == scores[0] ? "" : $".{head.Head.Name}";
            op.Graphs[$"y{of}"] = Fuse.Run(DropDead.Run(new(inference.Nodes, inference.Outputs.Where(o => ((Output.Scores)o).Head == head.Head).ToList())));
            op.Graphs[$"labels{of}"] = Fuse.Run(DropDead.Run(AddArgMax.Run(inference, inference.Outputs.Cast<Output.Scores>().Single(o => o.Head == head.Head))));
        }
        op.Graphs["training"] = Fuse.Run(DropDead.Run(BuildBackward.Run(UseBatchStatistics.Run(aligned))));
        return op;
    }

    public string Name { get; }

    public int Images { get; }

    public int Height { get; }

    public int Width { get; }

    /// The first input.
    public Node Image { get; private init; } = null!;

    public IReadOnlyList<Node> Inputs { get; private init; } = [];

    /// Of a graph that is no network: what leaves it is of this head.
    public static Head Only { get; } = new("score_fr", 1, 1);

    public IReadOnlyList<Head> Heads { get; private init; } = [Only];

    public Node Y { get; private set; } = null!;

    /// Of all heads, one after the other.
    public byte[]? Labels { get; init; }

    public byte[]? LabelsOf(Head head)
    {
        int each = Images * Height * Width, at = Heads.ToList().IndexOf(head) * each;
        return Labels?[at..(at + each)];
    }

    public double LossScale { get; init; } = 1;

    public int Seed { get; init; }

    /// Scheduled like the modes of a network: name → graph whose outputs are one map and any number of parameter gradients.
    public Dictionary<string, NetworkGraph> Graphs { get; } = [];

    public ParameterPlan Plan => _plan ??= ParameterPlan.Of(Graphs["y"]);

    public GpuParameterPlan GpuPlan => _gpuPlan ??= GpuParameterPlan.Of(Graphs["y"]);

    /// The map that leaves a graph as scores; null where labels do, or a loss.
    public Node? Leaving(string graph) => Graphs[graph].Outputs.OfType<Output.Scores>().FirstOrDefault()?.Node;

    /// The engine's field for the scores or labels that a graph yields, or, in training, for the labels that it reads.
    public (string Scores, string Labels) Fields(string graph)
    {
        var head = Graphs[graph].Outputs.Select(static o => o switch
        {
            Output.Scores scores => scores.Head,
            Output.Labels labels => labels.Head,
            _ => null,
        }).FirstOrDefault(static h => h is not null) ?? Heads[0];
        return (EngineField.Scores(head).Name, EngineField.Labels(head).Name);
    }

    /// Numbers of a map.
    public int Count(Node map) => Images * map.Map.Channels * map.Map.Size.At(Height) * map.Map.Size.At(Width);

    public Node Parameter(string name, double[] values, int o, int i, int kernel, bool bias = false)
    {
        var node = _graph.Add(name, new Parameter(new(o, i, kernel), Fcn.Generator.Ops.Fill.Zero, 1, 1) { Bias = bias });
        Keep(node, values);
        return node;
    }

    public Node Bias(string name, double[] values) => Parameter(name, values, values.Length, 1, 1, bias: true);

    /// A map of the input's size, unless said otherwise.
    public Node Map(string name, double[] values, int channels, Extent? size = null)
    {
        var (at, extent) = (_reserved, size ?? Extent.Input);
        var node = _graph.Add(name, new PlainMap(channels, extent, at, extent.At(Height), extent.At(Width)), Image);
        if (values.Length != Images * channels * extent.At(Height) * extent.At(Width))
            throw new ArgumentException($"{Name}.{name} has {values.Length} values.");
        _reserved += values.Length;
        _values[node] = values;
        return node;
    }

    public Node Add(string name, Op op, params Node[] inputs) => _graph.Add(name, op, inputs);

    /// The forward graph, "y".
    public OpGraph Ends(Node y)
    {
        Y = y;
        Graphs["y"] = Leave(_graph.Nodes, y, []);
        return this;
    }

    /// The backward graphs: "d" + name for every map that <y, dy> depends on, or "gradients" if it depends on none; each with the
    /// gradients of all parameters.
    public OpGraph EndsWithGradient(Node y, double[] dy)
    {
        Ends(y);
        var given = Map("dy", dy, y.Map.Channels, y.Map.Size);
        var builder = new GraphBuilder();
        foreach (var node in _graph.Nodes) builder.Keep(node);
        var backward = new Backward(builder, n => n != Image && n != given, BuildBackward.Sum);
        backward.Accumulate(y, given);
        foreach (var node in _graph.Nodes.Reverse())
            if (node.Op is not Fcn.Generator.Ops.Parameter && backward.Of(node) is { } gradient) node.Op.Pull(node, gradient, backward);
        var learned = _graph.Nodes.Where(n => n.Op is Parameter).Select(p => new Output.Gradient(backward.Of(p)!, p.Name)).ToList();
        foreach (var map in _graph.Nodes.Where(n => n.Op is PlainMap && n != given && backward.Of(n) is not null))
            Graphs[$"d{map.Name}"] = Leave(builder.Nodes, backward.Of(map)!, learned);
        if (Graphs.Count == 1) Graphs["gradients"] = Leave(builder.Nodes, y, learned);
        return this;
    }

    /// The memory that kernels read as parameters: parameters in the plan's order, then the plain maps.
    public double[] Memory()
    {
        var memory = new double[_reserved];
        foreach (var (node, values) in _values)
        {
            if (node.Op is PlainMap map) values.CopyTo(memory, map.Offset);
            else foreach (var (plain, packed) in Places(node.Name)) memory[packed] = values[plain];
        }
        return memory;
    }

    /// Places of a parameter's elements: in OIHW order and in memory.
    public IEnumerable<(int Plain, long Packed)> Places(string parameter)
    {
        var w = Plan.Weights[parameter];
        int plain = 0;
        for (int o = 0; o < w.Out; o++)
            for (int i = 0; i < w.In; i++)
                for (int tap = 0; tap < w.Kernel * w.Kernel; tap++, plain++)
                {
                    long panel = o / 16 * (long)w.InBlocks + i / w.InBlock;
                    long row = (panel * w.Kernel * w.Kernel + tap) * w.InBlock + i % w.InBlock;
                    yield return (plain, Plan.Offsets[parameter] + row * 16 + o % 16);
                }
    }

    /// Memory as a GPU has it.
    public double[] GpuMemory()
    {
        var memory = new double[Math.Max(_reserved, GpuPlan.Floats)];
        foreach (var (node, values) in _values)
        {
            if (node.Op is PlainMap map) values.CopyTo(memory, map.Offset);
            else
            {
                foreach (var (place, plain) in GpuPlaces(node.Name).Select(static (place, plain) => (place, plain)))
                    memory[GpuPlan.Offsets[node.Name] + place] = values[plain];
            }
        }
        return memory;
    }

    /// Places of a parameter's elements in OIHW order, from the parameter's first float on: [o][a][b][i].
    public IEnumerable<int> GpuPlaces(string parameter)
    {
        var w = GpuPlan.Weights[parameter];
        for (int o = 0; o < w.Out; o++)
            for (int i = 0; i < w.In; i++)
                for (int tap = 0; tap < w.Kernel * w.Kernel; tap++) yield return (o * w.Kernel * w.Kernel + tap) * w.In + i;
    }

    public IEnumerable<string> Parameters => _values.Keys.Where(n => n.Op is Parameter).Select(n => n.Name);

    public double[] Values(string name) => _values.Single(v => v.Key.Name == name).Value;

    public OpGraph With(string name, double[] values)
    {
        _values[_values.Keys.Single(n => n.Name == name)] = values;
        return this;
    }

    /// An input with channels innermost, as the engine gets it; zeros if the op does not look at it.
    public double[] Pixels(Node input)
    {
        int channels = input.Map.Channels, plane = Height * Width;
        var interleaved = new double[Images * channels * plane];
        if (!_pixels.TryGetValue(input, out double[]? pixels)) return interleaved;
        for (int i = 0; i < interleaved.Length; i++)
            interleaved[(i / (channels * plane) * plane + i % plane) * channels + i / plane % channels] = pixels[i];
        return interleaved;
    }

    /// The loss cells of the heads that a graph trains.
    public IEnumerable<(Head Head, string Cell)> Losses(string graph) =>
        Graphs[graph].Outputs.OfType<Output.Loss>().Select(static o => (o.Head, EngineField.Loss(o.Head).Name));


    // At most: in channel blocks of 16, or up to the next unit of a GPU.
    private void Keep(Node parameter, double[] values)
    {
        var shape = (WeightShape)parameter.Shape;
        _reserved += Math.Max(
            (shape.Out + 15L) / 16 * 16 * ((shape.In + 15) / 16 * 16) * shape.Kernel * shape.Kernel,
            (values.Length + GpuParameterPlan.Unit - 1L) / GpuParameterPlan.Unit * GpuParameterPlan.Unit);
        _values[parameter] = values;
    }

    private static NetworkGraph Leave(IEnumerable<Node> nodes, Node map, IEnumerable<Output.Gradient> learned)
    {
        var builder = new GraphBuilder();
        foreach (var node in nodes) builder.Keep(node);
        var leaves = builder.Add("leaves", new Crop(0, map.Map.Size), map);
        // A loss writes its number wherever it stands.
        var losses = builder.Nodes.Where(static n => n.Op is UpsampleLoss).Select(static n => new Output.Loss(n, Only));
        return Fuse.Run(DropDead.Run(builder.Build([new Output.Scores(leaves, Only), .. losses, .. learned])));
    }
}

/// What a run left: the map that leaves, (N, C, H, W), gradients of parameters in OIHW order, and the loss.
internal sealed record Outcome(double[] Map, IReadOnlyDictionary<string, double[]> Gradients, double Loss)
{
    /// Of every head, before it is weighted, in order.
    public IReadOnlyList<double> Losses { get; init; } = [];
}

using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

/// What a node's launches ask of the schedule under construction. Things of one name are one thing.
internal interface IPlanner
{
    /// Memory of the arena. The name begins with the node's; bytes are the host's arithmetic (Index). How long it lives follows from the launches that touch it.
    Value Buffer(string name, Element element, Value bytes);

    /// Memory that several nodes read and that the launch before the first of them writes (a table of pixels): all that ask under one key. The first names it.
    Value Shared(object key, string name, Element element, Value bytes, Func<Value, Launch> write);

    /// A whole number that the host computes from N, H, W, sizes of maps, Processors and earlier Sizes, before buffers are placed.
    Value Size(string field, Value value);

    /// Memory that persists between runs, written in the mode Prepare (PrepareTraining, for the gradients of inputs) and read by all others.
    /// The name is unique to the weight and the order of packing.
    Value Packed(string name, Element element, long bytes, bool backward, Func<Value, Launch> pack);

    /// A kernel of this name and summary with the body of the first that was asked for under an equal key: it says all that a body depends on.
    Kernel Kernel(object key, string name, string summary, Func<Kernel> lower);
}

// Fused graph → launches, memory and lifetimes of one mode on one machine. Machines say where maps lie and which kernels compute a node; everything
// else is here, once. Lifetimes are read off the finished list of launches: a buffer lives from the first that touches it to the last.
internal abstract class Planner(NetworkGraph graph, Preparation preparation) : IPlanner
{
    private readonly List<Launch> _launches = [];
    private readonly List<(string Name, Value Bytes)> _memory = [];
    private readonly Dictionary<object, Value> _shared = [];
    private readonly Dictionary<string, MapSizes> _sizes = [];
    private readonly List<Count> _counts = [];

    protected NetworkGraph Graph { get; } = graph;

    public ModeSchedule Plan(string mode)
    {
        foreach (var node in Graph.Nodes) Place(node);
        foreach (var node in Graph.Nodes)
            foreach (var launch in Lower(node)) _launches.Add(launch with { Label = node.Name });
        var launches = _memory.Aggregate(_launches, (all, memory) => Bordered(all, memory.Name));
        var schedule = new ModeSchedule(mode, Smallest(), [.. _sizes.Values], _counts, Lives(launches), launches);
        Verify(schedule);
        return schedule;
    }

    public Value Buffer(string name, Element element, Value bytes)
    {
        if (_memory.Any(m => m.Name == name)) throw new InvalidOperationException($"There are two buffers '{name}'.");
        _memory.Add((name, bytes));
        return Value.Field(name, KernelType.To(element));
    }

    public Value Shared(object key, string name, Element element, Value bytes, Func<Value, Launch> write)
    {
        if (_shared.TryGetValue(key, out var known)) return known;
        Value pointer = _shared[key] = Buffer(name, element, bytes);
        _launches.Add(write(pointer) with { Label = name });
        return pointer;
    }

    public Value Size(string field, Value value)
    {
        if (_counts.All(s => s.Name != field)) _counts.Add(new(field, Counting.Wide(value)));
        return Value.Field(field, KernelType.Int);
    }

    public Kernel Kernel(object key, string name, string summary, Func<Kernel> lower) => preparation.Kernel(key, name, summary, lower);

    public Value Packed(string name, Element element, long bytes, bool backward, Func<Value, Launch> pack) =>
        preparation.Add(name, element, bytes, backward, pack);

    /// How many inputs stand in front of those that hold a number per channel for an elementwise op: those of its core, weight and bias among them.
    public static int Weighted(Node node) => ((node.Op as Fused)?.Core ?? node.Op) switch
    {
        Elementwise or NormalizeGradient => 1,
        _ => (node.Op as Fused)?.CoreInputs ?? node.Inputs.Count,
    };

    /// What the engine gives frames, by name; for inputs and heads there is more (EngineField).
    protected abstract IEnumerable<string> EngineFields { get; }

    /// Decides where a node's value lies.
    protected abstract void Place(Node node);

    /// What computes a node, in order.
    protected abstract IReadOnlyList<Launch> Lower(Node node);

    /// What must run before anything touches this memory; null for nothing.
    protected virtual Launch? Border(string memory) => null;

    /// The labels that a node writes or compares scores with.
    protected KeyValuePair<string, Value> Labels(Node node) => new("Labels", EngineField.Labels(Graph.OutputOf(node) switch
    {
        Output.Labels labels => labels.Head,
        Output.Loss loss => loss.Head,
        _ => throw new InvalidOperationException($"'{node.Name}' is no output that has labels."),
    }));

    /// Where the number of a loss goes.
    protected Value LossCell(Node node) => Graph.OutputOf(node) is Output.Loss loss ? EngineField.Loss(loss.Head)
        : throw new InvalidOperationException($"'{node.Name}' is no output that is a loss.");

    /// Names the height and the width of a map for the host.
    protected void Sized(Value height, Value width, Extent size)
    {
        if (size != Extent.Input || height.Name != "H") _sizes[height.Name] = new(height.Name, width.Name, size);
    }

    private List<Launch> Bordered(List<Launch> launches, string memory)
    {
        if (Border(memory) is not { } border) return launches;
        int first = launches.FindIndex(l => l.Touched.Contains(memory));
        return [.. launches.Take(first), border, .. launches.Skip(first)];
    }

    private List<PlannedBuffer> Lives(List<Launch> launches)
    {
        var touched = launches.Select(static l => new HashSet<string>(l.Touched)).ToList();
        return [.. _memory.Select(m => new PlannedBuffer(
            m.Name, m.Bytes, touched.FindIndex(t => t.Contains(m.Name)), touched.FindLastIndex(t => t.Contains(m.Name))))];
    }

    // Every name that the host reads is one that it knows.
    private void Verify(ModeSchedule schedule)
    {
        var known = new HashSet<string>(EngineFields.Concat(EngineField.Names(Graph)).Concat(preparation.Names).Concat(_memory.Select(static m => m.Name))
            .Concat(_sizes.Values.SelectMany(static s => new[] { s.Height, s.Width })).Concat(_counts.Select(static c => c.Name)));
        foreach (var launch in schedule.Launches)
            foreach (string name in launch.Roles.Values.Append(launch.Blocks).SelectMany(Names))
                if (!known.Contains(name)) throw new InvalidOperationException($"{launch.Label}: nobody gives '{name}' to {launch.Name}.");

        static IEnumerable<string> Names(Value value) => value.Op == KernelOp.Field ? [value.Name] : value.Sources.SelectMany(Names);
    }

    // Sizes never fall as the input grows, so the first size at which every map has a pixel is the smallest that works.
    private int Smallest()
    {
        var sizes = Graph.Nodes.Select(static n => n.Shape).OfType<MapShape>().Select(static m => m.Size).Distinct().ToList();
        int n = 1;
        while (sizes.Any(s => s.At(n) < 1)) n++;
        return n;
    }
}

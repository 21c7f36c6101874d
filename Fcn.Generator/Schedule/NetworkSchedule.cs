namespace Fcn.Generator.Schedule;

// What a run of a network does, in order, and the memory it needs. It is the same for every CPU.
internal sealed record NetworkSchedule(
    IReadOnlyList<MapBuffer> Maps, IReadOnlyList<PlannedBuffer> Buffers, IReadOnlyList<Launch> Launches,
    IReadOnlyDictionary<string, TileFamily> Tiles, Value LossCount)
{
    /// Numbers of items that depend on the batch, and the rows of the image with its border, which the engine copies.
    public IEnumerable<Value> Counts => Launches.Select(static l => l.Items)
        .Concat(Maps.Where(static m => m.Name == "Image").Select(static m => Value.Field("N", KernelType.Int) * (m.Height + 2 * m.Halo)))
        .Where(static items => items.Op != KernelOp.Constant).Select(Counting.Wide);

    /// What is launched, in order.
    public IEnumerable<Kernel> Kernels => Launches.Where(static l => l.Kernel is not null).Select(static l => l.Kernel!);
}

/// A buffer of the arena: a field of the frame, its bytes, and the launches during which it is needed.
internal sealed record PlannedBuffer(string Field, string Name, Value Bytes, int First, int Last);

/// One step: a kernel over its items, or the runtime's clearing of a border. A kernel names its parameters by their roles (fields x, x_H, weight);
/// Arguments says what each is for this launch, as the host computes it from the frame, in the order in which the kernel takes them.
internal sealed record Launch(string Name, Kernel? Kernel, Value Items, LaunchKind Kind, IReadOnlyList<KeyValuePair<string, Value>> Arguments, MapBuffer? Map = null)
{
    /// The launch of a kernel whose fields are roles of these bindings or, under the same name, what the engine gives every frame (N, Labels).
    /// Bindings that the kernel does not read are left out.
    public static Launch Of(string name, Kernel kernel, Value items, IEnumerable<KeyValuePair<string, Value>> bindings)
    {
        var bound = bindings.ToDictionary(static b => b.Key, static b => b.Value);
        var arguments = new List<KeyValuePair<string, Value>>();
        foreach (var field in Gpu.KernelFields.Of(kernel))
        {
            Value argument = bound.TryGetValue(field.Name, out var given) ? given : GeneratedName.CpuFields.Contains(field.Name) ? field
                : throw new InvalidOperationException($"{kernel.Name} of {name}: the field '{field.Name}' is not bound.");
            if (argument.Type != field.Type)
                throw new InvalidOperationException($"{kernel.Name} of {name}: '{field.Name}' is {field.Type}, it is bound to {argument.Type}.");
            arguments.Add(new(field.Name, argument));
        }
        return new(name, kernel, items, LaunchKind.Kernel, arguments);
    }
}

internal enum LaunchKind
{
    Kernel,
    ClearHalo,
}

/// Parameters' places in flat memory, shared by all schedules of a network.
internal sealed record ParameterPlan(IReadOnlyDictionary<string, WeightBuffer> Weights, IReadOnlyDictionary<string, long> Offsets)
{
    public static ParameterPlan Of(NetworkGraph graph)
    {
        var weights = new Dictionary<string, WeightBuffer>();
        var offsets = new Dictionary<string, long>();
        long at = 0;
        foreach (var node in graph.Nodes.Where(static n => n.Op is Parameter))
        {
            var (shape, name) = ((WeightShape)node.Shape, node.Name);
            var pointer = Value.Field("Parameters", KernelType.To(Element.Float)) + (Value)at;
            weights[name] = new(name, pointer, shape.Out, shape.In, shape.Kernel, WeightOrder.InBlock(node, graph));
            offsets[name] = at;
            at += weights[name].Length;
        }
        return new(weights, offsets);
    }

    public WeightBuffer Gradient(string parameter) =>
        Weights[parameter] with { Pointer = Value.Field("Gradients", KernelType.To(Element.Float)) + (Value)Offsets[parameter] };
}

using Fcn.Generator.Simplify;

namespace Fcn.Generator.Schedule.Gpu;

// What a run of a network does on a GPU, in order, and the memory it needs.
internal sealed record GpuSchedule(IReadOnlyList<GpuMap> Maps, IReadOnlyList<GpuSize> Sizes, IReadOnlyList<PlannedBuffer> Buffers, IReadOnlyList<GpuLaunch> Launches);

/// One launch: a grid of blocks along x. A kernel names its parameters by their roles (fields x, x_H, weight); Arguments says what each is for this
/// launch, as the host computes it from the frame. Kernels of equal text are emitted once, under the first one's name.
internal sealed record GpuLaunch(Kernel Kernel, Value Blocks, IReadOnlyDictionary<string, Value> Arguments)
{
    public string Name => Kernel.Name;

    /// The node of the graph that it is for, or whatever else its user knows it by.
    public string Layer { get; init; } = Kernel.Name;

    /// The launch of a kernel whose fields are roles of these bindings or, under the same name, what the engine gives every frame (N, Step, Labels).
    /// Bindings that the kernel does not read are left out, so that equal kernels have equal parameters.
    public static GpuLaunch Of(Kernel kernel, Value blocks, params IEnumerable<KeyValuePair<string, Value>>[] bindings)
    {
        kernel = DivideByFields.Run(StepFields.Run(kernel));
        var bound = bindings.SelectMany(static b => b).ToDictionary(static b => b.Key, static b => b.Value);
        var arguments = new Dictionary<string, Value>();
        foreach (var field in KernelFields.Of(kernel))
        {
            Value argument = Given(field) ?? DivideByFields.Argument(field, Given)
                ?? throw new InvalidOperationException($"{kernel.Name}: the field '{field.Name}' is not bound.");
            if (argument.Type != field.Type)
                throw new InvalidOperationException($"{kernel.Name}: '{field.Name}' is {field.Type}, it is bound to {argument.Type}.");
            arguments[field.Name] = argument;
        }
        return new(kernel, Counting.Wide(blocks), arguments);

        Value? Given(Value field) => bound.TryGetValue(field.Name, out var given) ? given : GeneratedName.GpuFields.Contains(field.Name) ? field : null;
    }

    /// Binds a map's pointer, size and strides to its role.
    public static IEnumerable<KeyValuePair<string, Value>> Bind(GpuMap role, GpuMap map) =>
    [
        new(role.Name, map.Pointer),
        new(GeneratedName.Of(role.Name, "H"), map.Height),
        new(GeneratedName.Of(role.Name, "W"), map.Width),
        new(role.PitchField.Name, Value.Int(map.Pitch)),
        new(role.PitchBytes.Name, Value.Int(map.Pitch * GpuMap.BytesOf(map.Element))),
        new(role.ChannelsField.Name, Value.Int(map.Channels)),
    ];

    public static IEnumerable<KeyValuePair<string, Value>> Bind(GpuWeight weight) =>
        [new(weight.Name, weight.Memory), new(weight.Innermost.Name, Value.Int(weight.Flipped ? weight.Out : weight.In))];

    public static IEnumerable<KeyValuePair<string, Value>> Bind(string role, Value value) => [new(role, value)];
}

/// A whole number of the frame that the host counts before buffers are planned, in this order: splits of a sum, pixels of a map.
internal sealed record GpuSize(string Field, Value Value);

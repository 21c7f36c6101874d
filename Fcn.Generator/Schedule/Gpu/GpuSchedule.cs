namespace Fcn.Generator.Schedule.Gpu;

// What a run of a network does on a GPU, in order, and the memory it needs.
internal sealed record GpuSchedule(IReadOnlyList<GpuMap> Maps, IReadOnlyList<GpuSize> Sizes, IReadOnlyList<PlannedBuffer> Buffers, IReadOnlyList<GpuLaunch> Launches);

/// One launch: a grid of blocks along x. A kernel names its parameters by their roles (fields x, x_H, weight); Arguments says what each is for this
/// launch, as the host computes it from the frame. Kernels of equal text are emitted once, under the first one's name.
internal sealed record GpuLaunch(Kernel Kernel, Value Blocks, IReadOnlyDictionary<string, Value> Arguments)
{
    public string Name => Kernel.Name;

    /// Binds a map's pointer and size to its role.
    public static IEnumerable<KeyValuePair<string, Value>> Bind(GpuMap role, GpuMap map) =>
    [
        new(role.Name, map.Pointer),
        new($"{role.Name}_H", map.Height),
        new($"{role.Name}_W", map.Width),
    ];
}

/// A whole number of the frame that the host computes before buffers are planned, in this order: splits of a sum, pixels of a map.
internal sealed record GpuSize(string Field, Value Value);

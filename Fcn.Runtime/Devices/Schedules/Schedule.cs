namespace Fcn.Devices.Schedules;

// One mode of a network as data: sizes to compute, buffers to place, kernels to launch, in order. Frames hold the numbers of one shape.
internal sealed class Schedule
{
    private readonly Dictionary<string, int> _slots = [];

    public Schedule(string mode, int smallest)
    {
        (Mode, Smallest) = (mode, smallest);
        foreach (string given in (string[])["N", "H", "W"]) Slot(given);
    }

    public string Mode { get; }

    /// Smallest height and width at which every layer has a pixel.
    public int Smallest { get; }

    /// Names of all numbers of a frame: what the engine gives, sizes, places of buffers.
    public IReadOnlyList<string> Slots { get; private set; } = [];

    public List<Size> Sizes { get; } = [];

    public List<Buffer> Buffers { get; } = [];

    public List<Launch> Launches { get; } = [];

    /// Arguments of all launches.
    public int ArgumentCount { get; private set; }

    /// Number of a name's slot; null where the schedule does not read it.
    public int? Find(string name) => _slots.TryGetValue(name, out int slot) ? slot : null;

    /// The same, and makes one.
    public int Slot(string name)
    {
        if (!_slots.TryGetValue(name, out int slot)) _slots.Add(name, slot = _slots.Count);
        return slot;
    }

    /// Ends the parsing.
    public Schedule Complete()
    {
        Slots = [.. _slots.OrderBy(static s => s.Value).Select(static s => s.Key)];
        ArgumentCount = Launches.Sum(static l => l.Arguments.Length);
        return this;
    }

    /// A number computed from those before it, which kernels count in 32 bits.
    public readonly record struct Size(int Slot, HostExpression Value);

    /// Memory of the arena that belongs to it from its first launch to its last.
    public readonly record struct Buffer(string Name, int Slot, HostExpression Bytes, int First, int Last);

    /// Kernel: its row in the table. Items: work items on a CPU, blocks of threads on a GPU.
    public sealed record Launch(string Label, int Kernel, HostExpression Items, HostExpression[] Arguments);
}

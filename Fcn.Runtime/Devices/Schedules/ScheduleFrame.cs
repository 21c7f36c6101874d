using System.Runtime.InteropServices;

namespace Fcn.Devices.Schedules;

// The numbers of one schedule for one shape: what the engine gives (N, H, W, addresses), sizes, places of buffers, and from all of them the
// argument memory of every launch. Sizes are computed once; where an address changes, the arguments that depend on it follow.
internal sealed unsafe class ScheduleFrame : IDisposable
{
    private readonly long[] _slots;
    private readonly bool[] _given;
    private readonly long[] _items;
    private readonly int[] _first;
    private readonly List<(int Launch, int Argument)>[] _users;
    private readonly List<(int Slot, int Buffer)> _placed = [];
    private readonly NativeBlock _arguments;
    private bool _isBound;

    public ScheduleFrame(Schedule schedule, ArenaPlan arena)
    {
        (Schedule, Arena) = (schedule, arena);
        _slots = new long[schedule.Slots.Count];
        _given = new bool[schedule.Slots.Count];
        _items = new long[schedule.Launches.Count];
        _first = new int[schedule.Launches.Count];
        _users = [.. schedule.Slots.Select(static _ => new List<(int, int)>())];
        int count = 0;
        for (int l = 0; l < schedule.Launches.Count; l++)
        {
            _first[l] = count;
            var arguments = schedule.Launches[l].Arguments;
            count += arguments.Length;
            for (int a = 0; a < arguments.Length; a++)
                foreach (int slot in arguments[a].Slots.Distinct()) _users[slot].Add((l, a));
        }
        _arguments = new NativeBlock(Math.Max(1, count) * sizeof(long), "The arguments of a schedule need", "Close other programs.");
    }

    public Schedule Schedule { get; }

    public ArenaPlan Arena { get; }

    /// A number of the frame; 0 where the schedule has no such slot.
    public long this[string name] => Schedule.Find(name) is { } slot ? _slots[slot] : 0;

    /// Whether an argument has changed since this was last asked.
    public bool HasChanged { get; set; }

    /// What the engine gives: an address, or a size before <see cref="Measure"/>. Nothing where the schedule does not read it.
    public void Set(string name, long value)
    {
        if (Schedule.Find(name) is { } slot) Set(slot, value);
    }

    /// Computes sizes and items from what was given, and asks the arena for every buffer.
    /// <exception cref="FcnException">The input is too small for the network, or so large that kernels cannot count it.</exception>
    public void Measure(string network, int height, int width)
    {
        Extents.Require(network, height, width, Schedule.Smallest);
        try
        {
            foreach (var size in Schedule.Sizes) Set(size.Slot, Extents.Count(size.Value.Value(_slots)));
            foreach (var buffer in Schedule.Buffers)
                _placed.Add((buffer.Slot, Arena.Add(buffer.Name, buffer.Bytes.Value(_slots), buffer.First, buffer.Last)));
            for (int i = 0; i < _items.Length; i++) _items[i] = Schedule.Launches[i].Items.Value(_slots);
        }
        catch (OverflowException)
        {
            throw new FcnException($"{network} cannot count the pixels of {height}x{width} images in such a batch. Use smaller images.");
        }
    }

    /// Asks for memory of the engine's own, alive from before the first launch until after the last. Nothing where the schedule does not
    /// read it.
    public void Own(string name, long bytes)
    {
        if (Schedule.Find(name) is { } slot) _placed.Add((slot, Arena.Add(name, bytes, 0, int.MaxValue)));
    }

    /// Puts every buffer of the arena where it belongs.
    public void Place(Func<int, long> address)
    {
        foreach (var (slot, buffer) in _placed) Set(slot, address(buffer));
    }

    public long Items(int launch) => _items[launch];

    /// The arguments of a launch, 64 bits each.
    public long* Arguments(int launch)
    {
        if (!_isBound) Bind();
        return (long*)_arguments.Address + _first[launch];
    }

    public void Dispose() => _arguments.Dispose();

    private void Set(int slot, long value)
    {
        _given[slot] = true;
        if (_slots[slot] == value) return;
        _slots[slot] = value;
        HasChanged = true;
        if (!_isBound) return;
        foreach (var (launch, argument) in _users[slot]) Bind(launch, argument);
    }

    // What nobody has given is a fault of generator or engine, and would be run as zero.
    private void Bind()
    {
        int absent = Enumerable.Range(0, _users.Length).FirstOrDefault(slot => _users[slot].Count > 0 && !_given[slot], -1);
        if (absent >= 0) throw new InvalidOperationException($"A launch of {Schedule.Mode} reads '{Schedule.Slots[absent]}', which the engine did not give.");
        for (int l = 0; l < _first.Length; l++)
            for (int a = 0; a < Schedule.Launches[l].Arguments.Length; a++) Bind(l, a);
        _isBound = true;
    }

    private void Bind(int launch, int argument) =>
        ((long*)_arguments.Address)[_first[launch] + argument] = Schedule.Launches[launch].Arguments[argument].Value(_slots);
}

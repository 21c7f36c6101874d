using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// What the modes of one machine share: prepared parameters, each once, which the modes Prepare and PrepareTraining write and whose buffers
// persist; and bodies of kernels, so that a layer is lowered once for all modes and all layers of its form.
internal sealed class Preparation
{
    private readonly Dictionary<string, Value> _pointers = [];
    private readonly (List<PlannedBuffer> Buffers, List<Launch> Launches) _forward = ([], []), _backward = ([], []);
    private readonly Dictionary<object, Kernel> _kernels = [];

    public Kernel Kernel(object key, string name, string summary, Func<Kernel> lower)
    {
        if (!_kernels.TryGetValue(key, out var known)) _kernels.Add(key, known = lower());
        return known with { Name = name, Summary = summary };
    }

    public Value Add(string name, Element element, long bytes, bool backward, Func<Value, Launch> pack)
    {
        if (_pointers.TryGetValue(name, out var known)) return known;
        Value pointer = _pointers[name] = Value.Field(name, KernelType.To(element));
        var (buffers, launches) = backward ? _backward : _forward;
        launches.Add(pack(pointer) with { Label = name });
        buffers.Add(new(name, (Value)bytes, 0, 0));
        return pointer;
    }

    /// Names of all that was asked for.
    public IEnumerable<string> Names => _pointers.Keys;

    /// The modes that write what was asked for so far.
    public IReadOnlyList<ModeSchedule> Schedules => [Schedule(Modes.Prepare, _forward), Schedule(Modes.PrepareTraining, _backward)];

    // All of it is alive together.
    private static ModeSchedule Schedule(string mode, (List<PlannedBuffer> Buffers, List<Launch> Launches) of) =>
        new(mode, 1, [], [], [.. of.Buffers.Select(b => b with { Last = of.Launches.Count - 1 })], of.Launches);
}

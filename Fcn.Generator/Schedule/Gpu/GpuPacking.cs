namespace Fcn.Generator.Schedule.Gpu;

// What the schedules of one variant share: packed weights, each once, which become the schedules Pack and PackBackward, whose buffers persist; and
// bodies of kernels, so that a layer is lowered once for all modes and all layers of its form.
internal sealed class GpuPacking
{
    private readonly Dictionary<string, Value> _pointers = [];
    private readonly (List<PlannedBuffer> Buffers, List<GpuLaunch> Launches) _forward = ([], []), _backward = ([], []);

    private readonly Dictionary<object, Kernel> _kernels = [];

    public Kernel Kernel(object key, string name, string summary, Func<Kernel> lower)
    {
        if (!_kernels.TryGetValue(key, out var known)) _kernels.Add(key, known = lower());
        return known with { Name = name, Summary = summary };
    }

    public Value Add(string name, Element element, long bytes, bool backward, Func<Value, GpuLaunch> pack)
    {
        if (_pointers.TryGetValue(name, out var known)) return known;
        Value pointer = _pointers[name] = Value.Field(name, KernelType.To(element));
        var (buffers, launches) = backward ? _backward : _forward;
        launches.Add(pack(pointer));
        buffers.Add(new(name, name, (Value)bytes, 0, 0));
        return pointer;
    }

    public GpuSchedule Schedule(bool backward)
    {
        var (buffers, launches) = backward ? _backward : _forward;
        return new([], [], [.. buffers.Select(b => b with { Last = launches.Count - 1 })], launches);
    }
}

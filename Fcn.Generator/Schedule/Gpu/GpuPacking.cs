namespace Fcn.Generator.Schedule.Gpu;

// Packed weights of one variant: what its schedules asked for, each once. They become the schedules Pack and PackBackward, whose buffers persist.
internal sealed class GpuPacking
{
    private readonly Dictionary<string, Value> _pointers = [];
    private readonly (List<PlannedBuffer> Buffers, List<GpuLaunch> Launches) _forward = ([], []), _backward = ([], []);

    public Value Add(string name, Element element, long bytes, bool backward, Func<Value, GpuLaunch> pack)
    {
        if (_pointers.TryGetValue(name, out var known)) return known;
        string field = BuildSchedule.Identifier(name);
        Value pointer = _pointers[name] = Value.Field(field, KernelType.To(element));
        var (buffers, launches) = backward ? _backward : _forward;
        launches.Add(pack(pointer));
        buffers.Add(new(field, name, (Value)bytes, 0, 0));
        return pointer;
    }

    public GpuSchedule Schedule(bool backward)
    {
        var (buffers, launches) = backward ? _backward : _forward;
        return new([], [], [.. buffers.Select(b => b with { Last = launches.Count - 1 })], launches);
    }
}

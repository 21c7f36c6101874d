using System.Runtime.InteropServices;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Ptx;

namespace Fcn.Tests.Ops;

// A frame and the memory of an emulated GPU, on which schedules run as a target's code. A planned buffer is there from its first launch to its last,
// new and never written; an access outside, of what nobody wrote, or a race ends the run.
internal sealed class EmulatedDevice(IKernelTarget target) : IDisposable
{
    private readonly DeviceMemory _memory = new();
    private readonly Dictionary<string, long> _fields = [];
    private readonly Dictionary<string, (ulong Address, int Bytes)> _buffers = [];

    /// Sets a whole number of the frame.
    public void Set(string field, int number) => _fields[field] = number;

    /// New memory of the engine's, never written.
    public void Allocate(string field, int bytes)
    {
        if (_buffers.TryGetValue(field, out var before)) _memory.Free(before.Address);
        ulong address = _memory.Allocate(bytes, field);
        (_fields[field], _buffers[field]) = ((long)address, (address, bytes));
    }

    public void Write<T>(string field, ReadOnlySpan<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        if (!_buffers.ContainsKey(field)) Allocate(field, bytes.Length);
        _memory.Write(_buffers[field].Address, bytes);
    }

    /// Floats from one place on.
    public void Write(string field, long first, float[] values) =>
        _memory.Write(_buffers[field].Address + (ulong)first * 4, MemoryMarshal.AsBytes(values.AsSpan()));

    public T[] Read<T>(string field) where T : unmanaged
    {
        var values = new T[_buffers[field].Bytes / Marshal.SizeOf<T>()];
        _memory.Read(_buffers[field].Address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// Floats from one place on; null if they were never written.
    public float[]? Read(string field, long first, int count)
    {
        ulong address = _buffers[field].Address + (ulong)first * 4;
        if (!_memory.IsWritten(address, 4)) return null;
        var values = new float[count];
        _memory.Read(address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public bool Has(string field) => _fields.ContainsKey(field);

    public bool IsWritten(string field) => _memory.IsWritten(_buffers[field].Address, _buffers[field].Bytes);

    /// Runs a schedule for the frame's N, H and W; keep: its buffers are there afterwards.
    public void Run(GpuSchedule schedule, GpuMachine machine, bool keep = false)
    {
        foreach (var map in schedule.Maps)
        {
            Set($"{map.Name}_H", map.Size.At((int)Field("H")));
            Set($"{map.Name}_W", map.Size.At((int)Field("W")));
        }
        foreach (var size in schedule.Sizes) Set(size.Field, (int)HostValue.Of(size.Value, Field));
        for (int i = 0; i < schedule.Launches.Count; i++)
        {
            foreach (var buffer in schedule.Buffers.Where(b => b.First == i))
                if (!keep || !_fields.ContainsKey(buffer.Field))
                    _fields[buffer.Field] = (long)_memory.Allocate(HostValue.Of(buffer.Bytes, Field), buffer.Name);
            Launch(schedule.Launches[i], machine);
            foreach (var buffer in keep ? [] : schedule.Buffers.Where(b => b.Last == i))
            {
                _memory.Free((ulong)Field(buffer.Field));
                _fields.Remove(buffer.Field);
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Launch(GpuLaunch launch, GpuMachine machine)
    {
        long blocks = HostValue.Of(launch.Blocks, Field);
        if (blocks == 0) return;
        try
        {
            target.Launch(launch.Kernel, machine, checked((int)blocks), name => HostValue.Of(launch.Arguments[name], Field), _memory);
        }
        catch (PtxFault fault)
        {
            throw new InvalidOperationException($"{machine.Name}, {launch.Name}: {fault.Message}", fault);
        }
    }

    private long Field(string name) =>
        _fields.TryGetValue(name, out long value) ? value : throw new InvalidOperationException($"The frame has no '{name}' now.");
}

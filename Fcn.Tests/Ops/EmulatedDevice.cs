using System.Runtime.InteropServices;
using Fcn.Generator.Schedule;
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

    /// Runs a mode for the frame's N, H and W; keep: its buffers are there afterwards.
    public void Run(ModeSchedule mode, GpuMachine machine, bool keep = false)
    {
        HostValue.Measure(mode, _fields);
        for (int i = 0; i < mode.Launches.Count; i++)
        {
            foreach (var buffer in mode.Buffers.Where(b => b.First == i))
                if (!keep || !_fields.ContainsKey(buffer.Name))
                    _fields[buffer.Name] = (long)_memory.Allocate(HostValue.Of(buffer.Bytes, _fields), buffer.Name);
            Launch(mode.Launches[i], machine);
            foreach (var buffer in keep ? [] : mode.Buffers.Where(b => b.Last == i))
            {
                _memory.Free((ulong)_fields[buffer.Name]);
                _fields.Remove(buffer.Name);
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Launch(Launch launch, GpuMachine machine)
    {
        long blocks = HostValue.Of(launch.Blocks, _fields);
        if (blocks == 0) return;
        try
        {
            target.Launch(launch.Kernel, machine, checked((int)blocks), role => HostValue.Of(launch.Argument(role), _fields), _memory);
        }
        catch (PtxFault fault)
        {
            throw new InvalidOperationException($"{machine.Name}, {launch.Name}: {fault.Message}", fault);
        }
    }
}

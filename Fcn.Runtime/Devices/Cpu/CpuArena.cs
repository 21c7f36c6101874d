namespace Fcn.Devices.Cpu;

// The memory behind all plans of an engine.
internal sealed unsafe class CpuArena(string network) : IDisposable
{
    private NativeBlock? _block;
    private ArenaGrowth _growth;

    public long Bytes => _block?.Bytes ?? 0;

    /// Memory of at least so many bytes; what it held before may be gone.
    public byte* Fit(long bytes, RunShape shape)
    {
        long? wanted = _growth.Next(Bytes, bytes);
        if (_block is not null && wanted is null) return _block.Address;
        // The old block goes first: never are two held at once.
        _block?.Dispose();
        _block = null;
        _block = new NativeBlock(wanted ?? bytes, $"{shape.Mode} of {network} on {shape} needs", "Use smaller images or fewer at a time.");
        return _block.Address;
    }

    public void Dispose()
    {
        _block?.Dispose();
        _block = null;
    }
}

namespace Fcn.Devices.Cpu;

// The memory behind all plans of an engine. It grows to the largest plan that ran, and is given back when a long row of runs needed far
// less of it: a network that met one huge photograph should not hold its memory for good, and one that alternates between sizes should not
// allocate at every step.
internal sealed unsafe class CpuArena(string network) : IDisposable
{
    private const int Patience = 16;
    private NativeBlock? _block;
    private int _smallRuns;
    private long _largestSmall;

    public long Bytes => _block?.Bytes ?? 0;

    /// Memory of at least so many bytes; what it held before may be gone.
    public byte* Fit(long bytes, RunMode mode, InputBatch input)
    {
        (_smallRuns, _largestSmall) = bytes < Bytes / 4 ? (_smallRuns + 1, Math.Max(_largestSmall, bytes)) : (0, 0);
        bool tooLarge = _smallRuns == Patience;
        if (_block is not null && bytes <= Bytes && !tooLarge) return _block.Address;
        long wanted = tooLarge ? _largestSmall : bytes;
        // The old block goes first: never are two held at once.
        _block?.Dispose();
        _block = null;
        (_smallRuns, _largestSmall) = (0, 0);
        string run = $"{mode} of {network} on {input.Images}x{input.Height}x{input.Width} needs";
        _block = new NativeBlock(wanted, run, "Use smaller images or fewer at a time.");
        return _block.Address;
    }

    public void Dispose()
    {
        _block?.Dispose();
        _block = null;
    }
}

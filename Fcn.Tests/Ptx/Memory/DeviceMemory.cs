using System.Runtime.CompilerServices;

namespace Fcn.Tests.Ptx;

/// <summary>
/// The global memory of the emulated device: buffers with 64-bit addresses so far apart that no offset leads from one into another.
/// Bytes that nobody wrote cannot be read. Not for several threads at once.
/// </summary>
internal sealed unsafe class DeviceMemory : IDisposable
{
    private const int IndexShift = 36;

    // Index 0 stays empty: small numbers are no addresses.
    private readonly List<GlobalBuffer?> _list = [null];
    private GlobalBuffer?[] _buffers = [null];

    internal uint CurrentLaunch { get; private set; }
    internal uint CurrentBlock { get; private set; }
    private uint _nextLaunch = 1;

    /// <summary>A new buffer, aligned to 256 bytes and never written; a length of 0 is allowed.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="name">What faults call it; its number if not given.</param>
    public ulong Allocate(long bytes, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        int index = _list.Count;
        ulong address = ((ulong)index << IndexShift) + 0x10_0000 + 256 * (ulong)(index * 5 % 8);
        _list.Add(new(address, bytes, name ?? FormattableString.Invariant($"#{index}")));
        _buffers = [.. _list];
        return address;
    }

    /// <summary>Gives a buffer back; every later access to it is a fault.</summary>
    public void Free(ulong address) => Buffer(address, 0, "free", out long offset).Dispose();

    /// <summary>Copies bytes from the host.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        GlobalBuffer buffer = Buffer(address, bytes.Length, "host write", out long offset);
        bytes.CopyTo(new Span<byte>(buffer.Data + offset, bytes.Length));
        buffer.MarkWritten(offset, (long)bytes.Length);
    }

    /// <summary>Copies bytes to the host; all of them must have been written.</summary>
    public void Read(ulong address, Span<byte> bytes)
    {
        GlobalBuffer buffer = Buffer(address, bytes.Length, "host read", out long offset);
        if (!buffer.IsWritten(offset, bytes.Length, out long first))
            throw new PtxFault(FormattableString.Invariant($"host read of {bytes.Length} bytes: nobody wrote {buffer.Where(first)}"));
        new ReadOnlySpan<byte>(buffer.Data + offset, bytes.Length).CopyTo(bytes);
    }

    /// <summary>True where all these bytes have been written.</summary>
    public bool IsWritten(ulong address, long bytes) => Buffer(address, bytes, "look", out long offset).IsWritten(offset, bytes, out _);

    /// <summary>Bytes from an address to the end of its buffer; 0 where no buffer is.</summary>
    public long BytesFrom(ulong address) =>
        address >> IndexShift is var index && index < (ulong)_buffers.Length && _buffers[index] is { IsFreed: false } buffer
            && address >= buffer.Base ? Math.Max(buffer.Length - (long)(address - buffer.Base), 0) : 0;

    /// <summary>Where an address lies, for messages.</summary>
    public string Where(ulong address) =>
        address >> IndexShift is var index && index < (ulong)_buffers.Length && _buffers[index] is { } buffer
            ? buffer.Where((long)(address - buffer.Base)) : FormattableString.Invariant($"0x{address:x}, where no buffer is near");

    /// <summary>Sets bytes, like a memset of the driver.</summary>
    public void Fill(ulong address, byte value, long bytes)
    {
        GlobalBuffer buffer = Buffer(address, bytes, "fill", out long offset);
        System.Runtime.InteropServices.NativeMemory.Fill(buffer.Data + offset, (nuint)bytes, value);
        buffer.MarkWritten(offset, bytes);
    }

    /// <summary>Copies bytes within the device; what was never written may not be copied.</summary>
    public void Copy(ulong to, ulong from, long bytes)
    {
        byte[] through = new byte[bytes];
        Read(from, through);
        Write(to, through);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GlobalBuffer? buffer in _list) buffer?.Dispose();
        _list.Clear();
        _buffers = [];
    }

    /// Traces of this launch are told from those before it by block numbers that never come again.
    internal void BeginLaunch(int blocks, int granuleShift)
    {
        CurrentLaunch = _nextLaunch;
        _nextLaunch = checked(_nextLaunch + (uint)blocks + 1);
        foreach (GlobalBuffer? buffer in _buffers) if (buffer is { IsFreed: false }) buffer.Prepare(granuleShift);
    }

    internal void BeginBlock(int index) => CurrentBlock = CurrentLaunch + 1 + (uint)index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Read(Warp w, Instruction at, int lane, ulong address, int size, bool constant) =>
        Find(w, at, lane, address, size, "read", out long offset).Read(w, at, lane, offset, size, constant);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Write(Warp w, Instruction at, int lane, ulong address, int size) =>
        Find(w, at, lane, address, size, "write", out long offset).Write(w, at, lane, offset, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GlobalBuffer Find(Warp w, Instruction at, int lane, ulong address, int size, string what, out long offset)
    {
        ulong index = address >> IndexShift;
        GlobalBuffer?[] buffers = _buffers;
        if (index < (ulong)buffers.Length && buffers[index] is { } buffer)
        {
            offset = (long)(address - buffer.Base);
            if (offset >= 0 && offset + size <= buffer.Length && (address & (ulong)(size - 1)) == 0 && !buffer.IsFreed) return buffer;
        }
        throw Illegal(w, at, lane, address, size, what);
    }

    private PtxFault Illegal(Warp w, Instruction at, int lane, ulong address, int size, string what)
    {
        ulong index = address >> IndexShift;
        if (index >= (ulong)_buffers.Length || _buffers[index] is not { } buffer)
            return w.Fault(at, lane,
                FormattableString.Invariant($"out-of-bounds {what} of {size} bytes at 0x{address:x}, where no buffer is near"));
        long offset = (long)(address - buffer.Base);
        string problem = buffer.IsFreed ? "use after free:" : offset < 0 || offset + size > buffer.Length ? "out-of-bounds" : "misaligned";
        return w.Fault(at, lane, $"{problem} {what} of {size} bytes at {buffer.Where(offset)}");
    }

    private GlobalBuffer Buffer(ulong address, long bytes, string what, out long offset)
    {
        ulong index = address >> IndexShift;
        if (index >= (ulong)_buffers.Length || _buffers[index] is not { } buffer)
            throw new PtxFault(FormattableString.Invariant($"{what}: no buffer at 0x{address:x}"));
        offset = (long)(address - buffer.Base);
        if (buffer.IsFreed) throw new PtxFault($"{what}: buffer '{buffer.Name}' is freed");
        return offset >= 0 && offset + bytes <= buffer.Length ? buffer
            : throw new PtxFault(FormattableString.Invariant($"{what}: {bytes} bytes at {buffer.Where(offset)} are out of bounds"));
    }
}

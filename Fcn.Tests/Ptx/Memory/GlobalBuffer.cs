using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fcn.Tests.Ptx;

// One buffer of device memory: its bytes, a bit for each byte that was ever written, and for each granule who touched it in this launch.
internal sealed unsafe class GlobalBuffer(ulong @base, long length, string name) : IDisposable
{
    // Blocks are numbered over all launches, so that traces of earlier launches need no clearing.
    private struct Trace
    {
        public uint WriterBlock, Writer, ReaderBlock, Reader;
    }

    private const uint Many = 1024;

    private readonly byte* _written = (byte*)NativeMemory.AllocZeroed((nuint)length / 8 + 16);
    private Trace* _traces;
    private int _shift;
    private int _finest = int.MaxValue;

    public ulong Base { get; } = @base;
    public long Length { get; } = length;
    public string Name { get; } = name;
    public byte* Data { get; private set; } = (byte*)NativeMemory.AllocZeroed((nuint)length + 64);
    public bool IsFreed => Data == null;

    /// Granules of a launch; a narrower one than before needs a finer table.
    public void Prepare(int shift)
    {
        _shift = shift;
        if (shift >= _finest) return;
        NativeMemory.Free(_traces);
        _traces = (Trace*)NativeMemory.AllocZeroed((nuint)(Length >> shift) + 16, (nuint)sizeof(Trace));
        _finest = shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Read(Warp w, Instruction at, int lane, long offset, int size, bool constant)
    {
        if (!IsWritten(offset, size)) throw Unwritten(w, at, lane, offset, size);
        uint me = w.Stamp + (uint)lane, block = w.Block.Global.CurrentBlock, launch = w.Block.Global.CurrentLaunch;
        for (long g = offset >> _shift; g <= offset + size - 1 >> _shift; g++)
        {
            ref Trace t = ref _traces[g];
            if (t.WriterBlock > launch)
            {
                if (constant) throw NotConstant(w, at, lane, offset);
                if (t.WriterBlock != block) throw BlockRace(w, at, lane, offset, "read", t.WriterBlock, "wrote");
                if (t.Writer != me && (t.Writer ^ me) < 2048) throw Race(w, at, lane, offset, "read", t.Writer, "wrote");
            }
            if (t.ReaderBlock == block)
            {
                if (t.Reader != me) t.Reader = (t.Reader ^ me) < 2048 ? (me & ~2047u) | Many : me;
            }
            else
            {
                t.ReaderBlock = t.ReaderBlock >= launch ? launch : block;
                t.Reader = me;
            }
        }
        return Data + offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Write(Warp w, Instruction at, int lane, long offset, int size)
    {
        uint me = w.Stamp + (uint)lane, block = w.Block.Global.CurrentBlock, launch = w.Block.Global.CurrentLaunch;
        for (long g = offset >> _shift; g <= offset + size - 1 >> _shift; g++)
        {
            ref Trace t = ref _traces[g];
            if (t.WriterBlock > launch)
            {
                if (t.WriterBlock != block) throw BlockRace(w, at, lane, offset, "write", t.WriterBlock, "wrote");
                if (t.Writer != me && (t.Writer ^ me) < 2048) throw Race(w, at, lane, offset, "write", t.Writer, "wrote");
            }
            if (t.ReaderBlock >= launch)
            {
                if (t.ReaderBlock != block) throw BlockRace(w, at, lane, offset, "write", t.ReaderBlock, "read");
                if (t.Reader != me && (t.Reader ^ me) < 2048) throw Race(w, at, lane, offset, "write", t.Reader, "read");
            }
            t.WriterBlock = block;
            t.Writer = me;
        }
        MarkWritten(offset, size);
        return Data + offset;
    }

    public bool IsWritten(long offset, long bytes, out long first)
    {
        for (first = offset; first < offset + bytes; first++) if ((_written[first >> 3] >> (int)(first & 7) & 1) == 0) return false;
        return true;
    }

    public void MarkWritten(long offset, long bytes)
    {
        long end = offset + bytes;
        while (offset < end)
        {
            int step = (offset & 7) == 0 && end - offset >= 8 ? 8 : 1;
            _written[offset >> 3] |= (byte)((1 << step) - 1 << (int)(offset & 7));
            offset += step;
        }
    }

    public string Where(long offset)
    {
        string place = offset < 0 ? $"{-offset} bytes before" : offset >= Length ? $"{offset - Length} bytes behind the end of"
            : $"byte {offset} of";
        return FormattableString.Invariant($"{place} buffer '{Name}' ({Length} bytes)");
    }

    public void Dispose()
    {
        if (IsFreed) return;
        NativeMemory.Free(_written);
        NativeMemory.Free(_traces);
        NativeMemory.Free(Data);
        _traces = null;
        Data = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsWritten(long offset, int size)
    {
        uint bits = (1u << size) - 1;
        return (*(ushort*)(_written + (offset >> 3)) >> (int)(offset & 7) & bits) == bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MarkWritten(long offset, int size) =>
        *(ushort*)(_written + (offset >> 3)) |= (ushort)((1u << size) - 1 << (int)(offset & 7));

    // Messages are made apart: what they need would slow every access down.
    private PtxFault Unwritten(Warp w, Instruction at, int lane, long offset, int size) =>
        w.Fault(at, lane, $"read of {size} bytes never written, at {Where(offset)}");

    private PtxFault NotConstant(Warp w, Instruction at, int lane, long offset) =>
        w.Fault(at, lane, $".nc read at {Where(offset)}, which this launch has written");

    private PtxFault Race(Warp w, Instruction at, int lane, long offset, string what, uint other, string did)
    {
        uint thread = other & 2047;
        string who = thread == Many ? "other threads of the block" : FormattableString.Invariant($"thread {thread}");
        return w.Fault(at, lane, $"race: {what} at {Where(offset)}, which {who} {did} with no barrier between");
    }

    private PtxFault BlockRace(Warp w, Instruction at, int lane, long offset, string what, uint other, string did)
    {
        uint launch = w.Block.Global.CurrentLaunch;
        string who = other == launch ? "several blocks" : FormattableString.Invariant($"block {other - launch - 1}");
        return w.Fault(at, lane, $"race between blocks: {what} at {Where(offset)}, which {who} {did} in the same launch");
    }
}

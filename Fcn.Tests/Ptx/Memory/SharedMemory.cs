using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fcn.Tests.Ptx;

// A block's shared memory with what is known of every granule: which thread wrote it last and which read it, when and in which line.
// A stamp is interval * 2048 + thread; thread 1024 stands for several. A granule is the narrowest access of the kernel, at most 4 bytes:
// accesses are aligned, so each covers whole granules. A granule that a cp.async will fill has the stamp InFlight until its wait.
internal sealed unsafe class SharedMemory : IDisposable
{
    private struct Trace
    {
        public uint Writer, Reader;
        public int WriterLine, ReaderLine;
    }

    public const uint Base = 0x400;
    private const uint InFlight = uint.MaxValue;
    private const uint Many = 1024;
    private const uint LastEpoch = (1u << 21) - 2;

    private readonly byte* _data;
    private readonly byte* _written;
    private readonly Trace* _traces;
    private readonly int _shift;
    private uint _epoch = 1;

    public SharedMemory(PtxEntry entry, int dynamicBytes, int granuleShift)
    {
        int dynamicAt = (entry.StaticSharedBytes + 1023) / 1024 * 1024;
        DynamicBase = Base + (uint)dynamicAt;
        Length = dynamicBytes > 0 ? dynamicAt + dynamicBytes : entry.StaticSharedBytes;
        _shift = granuleShift;
        _data = (byte*)NativeMemory.AlignedAlloc((nuint)Length + 64, 64);
        _written = (byte*)NativeMemory.AllocZeroed((nuint)Length / 8 + 16);
        _traces = (Trace*)NativeMemory.AllocZeroed((nuint)Granules, (nuint)sizeof(Trace));
    }

    public int Length { get; }
    public uint DynamicBase { get; }

    private int Granules => (Length >> _shift) + 16;

    public uint BeginBlock()
    {
        if (_epoch > LastEpoch / 2)
        {
            NativeMemory.Clear(_traces, (nuint)Granules * (nuint)sizeof(Trace));
            _epoch = 1;
        }
        NativeMemory.Clear(_written, (nuint)Length / 8 + 16);
        // Copies that the last block left in flight are no business of this one.
        for (int i = 0; i < Granules; i++) if (_traces[i].Writer == InFlight) _traces[i].Writer = 0;
        return ++_epoch;
    }

    public uint NextEpoch() => _epoch < LastEpoch ? ++_epoch : throw new InvalidOperationException("a block with two million barriers");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Read(Warp w, Instruction at, int lane, ulong address, int size)
    {
        long offset = Place(w, at, lane, address, size, "read");
        uint me = w.Stamp + (uint)lane;
        for (long g = offset >> _shift; g <= offset + size - 1 >> _shift; g++)
        {
            ref Trace t = ref _traces[g];
            if (t.Writer != me && ((t.Writer ^ me) < 2048 || t.Writer == InFlight)) throw Race(w, at, lane, address, "read", t, t.Writer);
            if (t.Reader == me) continue;
            t.Reader = (t.Reader ^ me) < 2048 ? (me & ~2047u) | Many : me;
            t.ReaderLine = at.Line;
        }
        if (!IsWritten(offset, size)) throw Unwritten(w, at, lane, address, size);
        return _data + offset;
    }

    /// A row of ldmatrix: 16 bytes that go to several lanes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* ReadRow(Warp w, Instruction at, int lane, ulong address)
    {
        long offset = Place(w, at, lane, address, 16, "read");
        uint several = (w.Stamp & ~2047u) | Many;
        for (long g = offset >> _shift; g <= offset + 15 >> _shift; g++)
        {
            ref Trace t = ref _traces[g];
            if ((t.Writer ^ several) < 2048 || t.Writer == InFlight) throw Race(w, at, lane, address, "read by the warp", t, t.Writer);
            t.Reader = several;
            t.ReaderLine = at.Line;
        }
        if (!IsWritten(offset, 16)) throw Unwritten(w, at, lane, address, 16);
        return _data + offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Write(Warp w, Instruction at, int lane, ulong address, int size)
    {
        long offset = Claim(w, at, lane, address, size, w.Stamp + (uint)lane);
        MarkWritten(offset, size);
        return _data + offset;
    }

    /// From here to the wait nobody may touch these bytes.
    public void BeginCopy(Warp w, Instruction at, int lane, ulong address, int size) => Claim(w, at, lane, address, size, InFlight);

    /// The copy's bytes land: a write by this thread in the interval of its wait.
    public byte* Land(Warp w, int lane, ulong address, int size)
    {
        long offset = (long)(address - Base);
        for (long g = offset >> _shift; g <= offset + size - 1 >> _shift; g++) _traces[g].Writer = w.Stamp + (uint)lane;
        MarkWritten(offset, size);
        return _data + offset;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        NativeMemory.Free(_written);
        NativeMemory.Free(_traces);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Claim(Warp w, Instruction at, int lane, ulong address, int size, uint stamp)
    {
        long offset = Place(w, at, lane, address, size, "write");
        uint me = w.Stamp + (uint)lane;
        for (long g = offset >> _shift; g <= offset + size - 1 >> _shift; g++)
        {
            ref Trace t = ref _traces[g];
            if (t.Writer != me && ((t.Writer ^ me) < 2048 || t.Writer == InFlight)) throw Race(w, at, lane, address, "write", t, t.Writer);
            if (t.Reader != me && (t.Reader ^ me) < 2048) throw Race(w, at, lane, address, "write", t, t.Reader);
            t.Writer = stamp;
            t.WriterLine = at.Line;
        }
        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Place(Warp w, Instruction at, int lane, ulong address, int size, string what)
    {
        ulong offset = address - Base;
        if (offset >= (ulong)Length || offset + (ulong)size > (ulong)Length || (address & (ulong)(size - 1)) != 0)
            throw Misplaced(w, at, lane, address, size, what);
        return (long)offset;
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
    private PtxFault Misplaced(Warp w, Instruction at, int lane, ulong address, int size, string what)
    {
        long offset = (long)(address - Base);
        string problem = offset < 0 || offset + size > Length ? "out-of-bounds" : "misaligned";
        return w.Fault(at, lane, $"{problem} {what} of {size} bytes at {Where(address)}");
    }

    private PtxFault Unwritten(Warp w, Instruction at, int lane, ulong address, int size) =>
        w.Fault(at, lane, $"read of {size} bytes of shared memory never written, at {Where(address)}");

    private PtxFault Race(Warp w, Instruction at, int lane, ulong address, string what, in Trace trace, uint other)
    {
        bool wrote = other == trace.Writer;
        int line = wrote ? trace.WriterLine : trace.ReaderLine;
        if (other == InFlight) return w.Fault(at, lane, FormattableString.Invariant(
            $"{what} at {Where(address)} while the cp.async of line {line} to it is in flight: its wait is missing or too weak"));
        uint thread = other & 2047;
        string who = thread == Many ? "several threads" : FormattableString.Invariant($"thread {thread}");
        return w.Fault(at, lane, FormattableString.Invariant(
            $"race: {what} at {Where(address)}, which {who} {(wrote ? "wrote" : "read")} in line {line} with no barrier between"));
    }

    public string Where(ulong address) => FormattableString.Invariant(
        $"byte {(long)(address - Base)} of {Length} bytes of shared memory");
}

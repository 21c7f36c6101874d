namespace Fcn.Tests.Ptx;

// The cp.async of one warp. A copy reads its source and writes its destination when its thread waits for its group, not before:
// as late as the hardware may. Groups are counted for each lane.
internal sealed unsafe class AsyncCopies(Warp warp)
{
    private readonly record struct Copy(Instruction At, uint To, ulong From, int Lane, int Group, byte Size, byte SourceSize);

    private readonly int[] _committed = new int[32];
    private Copy[] _copies = new Copy[64];
    private int _count;

    public void Clear()
    {
        _count = 0;
        Array.Clear(_committed);
    }

    /// sourceSize bytes are read, the rest is zero; 0 reads nothing, and the source may lie anywhere.
    public void Begin(Instruction at, int lane, ulong to, ulong from, int size, int sourceSize)
    {
        warp.Block.Shared.BeginCopy(warp, at, lane, to, size);
        if ((from & (ulong)(size - 1)) != 0 && sourceSize > 0)
            throw warp.Fault(at, lane, FormattableString.Invariant($"misaligned source 0x{from:x} of a copy of {size} bytes"));
        ReadSource(at, lane, from, sourceSize, default);
        if (_count == _copies.Length) Array.Resize(ref _copies, _count * 2);
        _copies[_count++] = new(at, (uint)to, from, lane, _committed[lane], (byte)size, (byte)sourceSize);
    }

    public void Commit(uint mask)
    {
        for (int lane = 0; lane < 32; lane++) if ((mask >> lane & 1) != 0) _committed[lane]++;
    }

    /// All groups but the newest so many land.
    public void Wait(uint mask, int pending)
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            ref readonly Copy copy = ref _copies[i];
            if ((mask >> copy.Lane & 1) != 0 && copy.Group < _committed[copy.Lane] - pending) Land(copy);
            else _copies[kept++] = copy;
        }
        _count = kept;
    }

    private void Land(in Copy copy)
    {
        byte* to = warp.Block.Shared.Land(warp, copy.Lane, copy.To, copy.Size);
        var bytes = new Span<byte>(to, copy.Size);
        bytes[copy.SourceSize..].Clear();
        ReadSource(copy.At, copy.Lane, copy.From, copy.SourceSize, bytes);
    }

    // Reads powers of two, because a source size may be anything up to the copy's size.
    private void ReadSource(Instruction at, int lane, ulong from, int bytes, Span<byte> to)
    {
        for (int done = 0; done < bytes;)
        {
            int size = bytes - done;
            while ((size & (size - 1)) != 0) size &= size - 1;
            byte* source = warp.Block.Global.Read(warp, at, lane, from + (ulong)done, size, constant: false);
            if (!to.IsEmpty) new ReadOnlySpan<byte>(source, size).CopyTo(to[done..]);
            done += size;
        }
    }
}

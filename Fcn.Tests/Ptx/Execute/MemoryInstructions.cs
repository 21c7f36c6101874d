using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fcn.Tests.Ptx;

// Where an access goes: a slot with 32- or 64-bit addresses, plus a number. Shared arrays are literals in such a slot.
internal readonly unsafe record struct Address(int Slot, bool Wide, long Offset)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(Warp w, int lane) =>
        (Wide ? ((ulong*)w.Lanes(Slot))[lane] : ((uint*)w.Lanes(Slot))[lane]) + (ulong)Offset;
}

// The registers on the other side of an access: so many elements of so many bytes, in registers that may be wider.
internal sealed unsafe class Elements(int[] slots, PtxType type, PtxType[] registers)
{
    private readonly int _size = type.Size();
    private readonly bool _plain32 = type.Size() == 4 && registers.All(r => r.Size() == 4);

    public int Bytes => _size * slots.Length;

    public void Need(Warp w, uint mask, Instruction at)
    {
        foreach (int slot in slots) w.Need(slot, mask, at);
    }

    public void Give(Warp w, uint mask)
    {
        foreach (int slot in slots) w.Give(slot, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Load(Warp w, int lane, byte* from)
    {
        if (_plain32)
        {
            foreach (int slot in slots)
            {
                ((uint*)w.Lanes(slot))[lane] = *(uint*)from;
                from += 4;
            }
            return;
        }
        for (int k = 0; k < slots.Length; k++, from += _size)
        {
            long value = _size switch
            {
                1 => type.IsSigned() ? *(sbyte*)from : *from,
                2 => type.IsSigned() ? *(short*)from : *(ushort*)from,
                4 => type.IsSigned() ? *(int*)from : *(uint*)from,
                _ => *(long*)from,
            };
            if (registers[k].Size() == 8) ((long*)w.Lanes(slots[k]))[lane] = value;
            else ((uint*)w.Lanes(slots[k]))[lane] = registers[k].Size() == 2 ? (ushort)value : (uint)value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Store(Warp w, int lane, byte* to)
    {
        for (int k = 0; k < slots.Length; k++, to += _size)
        {
            byte* from = w.Lanes(slots[k]) + lane * (registers[k].Size() == 8 ? 8 : 4);
            switch (_size)
            {
                case 1: *to = *from; break;
                case 2: *(ushort*)to = *(ushort*)from; break;
                case 4: *(uint*)to = *(uint*)from; break;
                default: *(ulong*)to = *(ulong*)from; break;
            }
        }
    }
}

internal sealed unsafe class Load(Address address, Elements elements, bool shared, bool constant) : Instruction
{
    public override (int Shared, int Global) Width => shared ? (elements.Bytes, 0) : (0, elements.Bytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.Need(address.Slot, mask, this);
        int bytes = elements.Bytes;
        if (shared) w.Block.Report.Banks(w, this, SharedAccess.Load, mask, address, bytes);
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong a = address.Of(w, lane);
            byte* from = shared ? w.Block.Shared.Read(w, this, lane, a, bytes) : w.Block.Global.Read(w, this, lane, a, bytes, constant);
            elements.Load(w, lane, from);
        }
        elements.Give(w, mask);
    }
}

internal sealed unsafe class Store(Address address, Elements elements, bool shared) : Instruction
{
    public override (int Shared, int Global) Width => shared ? (elements.Bytes, 0) : (0, elements.Bytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.Need(address.Slot, mask, this);
        elements.Need(w, mask, this);
        int bytes = elements.Bytes;
        if (shared) w.Block.Report.Banks(w, this, SharedAccess.Store, mask, address, bytes);
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong a = address.Of(w, lane);
            elements.Store(w, lane, shared ? w.Block.Shared.Write(w, this, lane, a, bytes) : w.Block.Global.Write(w, this, lane, a, bytes));
        }
    }
}

internal sealed unsafe class LoadParameter(int slot, int index, int bytes) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        ulong value = w.Block.Arguments[index];
        for (int lane = 0; lane < 32; lane++)
        {
            if ((mask >> lane & 1) == 0) continue;
            if (bytes == 8) ((ulong*)w.Lanes(slot))[lane] = value;
            else ((uint*)w.Lanes(slot))[lane] = (uint)value;
        }
        w.Give(slot, mask);
    }
}

/// cp.async; the source size is a slot, or the copy's size for lanes that a predicate does not tell to ignore the source.
internal sealed unsafe class CopyAsync(Address to, Address from, int size, int? sourceSize, int? ignore, bool ignoreNegated) : Instruction
{
    public override (int Shared, int Global) Width => (size, sourceSize == null ? size : Math.Min(size, 4));

    public override void Execute(Warp w, uint mask)
    {
        w.Need(to.Slot, mask, this);
        w.Need(from.Slot, mask, this);
        if (sourceSize is { } s) w.Need(s, mask, this);
        uint skip = ignore is { } p ? w.Predicate(p, mask, this) ^ (ignoreNegated ? uint.MaxValue : 0) : 0;
        w.Block.Report.Banks(w, this, SharedAccess.Copy, mask, to, size);
        for (uint m = mask; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            uint bytes = sourceSize is { } slot ? ((uint*)w.Lanes(slot))[lane] : (uint)size;
            if (bytes > size) throw w.Fault(this, lane, FormattableString.Invariant($"source size {bytes} of a copy of {size} bytes"));
            if ((skip >> lane & 1) != 0) bytes = 0;
            w.Copies.Begin(this, lane, to.Of(w, lane), from.Of(w, lane), size, (int)bytes);
        }
    }
}

internal sealed class CommitGroup : Instruction
{
    public override void Execute(Warp w, uint mask) => w.Copies.Commit(mask);
}

internal sealed class WaitGroup(int pending, bool all) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        if (all) w.Copies.Commit(mask);
        w.Copies.Wait(mask, pending);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fcn.Tests.Ptx;

// 32 lanes: registers, the bits that say which lanes have written them, predicates, and the program counters of lanes that went apart.
internal sealed unsafe class Warp : IDisposable
{
    private readonly byte* _registers;
    private readonly uint* _set;
    private readonly uint* _predicates;
    private readonly uint* _predicatesSet;
    private readonly int[] _literals;
    private readonly List<(int Pc, uint Mask)> _apart = [];
    private int _pc;
    private uint _active;

    public Warp(Block block, int index)
    {
        Block = block;
        Index = index;
        int threads = Math.Min(32, block.Threads - index * 32);
        Existing = threads == 32 ? uint.MaxValue : (1u << threads) - 1;
        RegisterFile file = block.Entry.Registers;
        _registers = (byte*)NativeMemory.AlignedAlloc((nuint)(file.Slots + 1) * 128, 64);
        NativeMemory.Clear(_registers, (nuint)(file.Slots + 1) * 128);
        _set = (uint*)NativeMemory.AllocZeroed((nuint)file.Slots + 1, 4);
        _predicates = (uint*)NativeMemory.AllocZeroed((nuint)file.Predicates + 1, 4);
        _predicatesSet = (uint*)NativeMemory.AllocZeroed((nuint)file.Predicates + 1, 4);
        Copies = new(this);
        _literals = [.. file.Literals.Select(l => l.Slot)];
        // No instruction writes a literal's slot: once is enough.
        foreach (var (bits, wide, slot) in file.Literals)
        {
            if (wide) new Span<ulong>(Lanes(slot), 32).Fill(bits);
            else new Span<uint>(Lanes(slot), 32).Fill((uint)bits);
        }
    }

    public Block Block { get; }
    public int Index { get; }
    public uint Existing { get; }
    public AsyncCopies Copies { get; }
    public int FirstThread => Index * 32;

    /// The instruction before the one that comes next: the barrier, for a warp that waits.
    public Instruction LastInstruction => Block.Entry.Code[_pc - 1];

    /// Block-wide number of the barrier interval and thread of lane 0; lane i is this plus i. See SharedMemory.
    public uint Stamp => Block.Epoch << 11 | (uint)FirstThread;

    /// Registers as before the first instruction: literals and special registers filled, all others never written.
    public void Reset()
    {
        RegisterFile file = Block.Entry.Registers;
        new Span<uint>(_set, file.Slots).Clear();
        new Span<uint>(_predicatesSet, file.Predicates).Clear();
        foreach (int slot in _literals) _set[slot] = uint.MaxValue;
        foreach (var (special, slot) in file.Specials)
        {
            for (int lane = 0; lane < 32; lane++) ((uint*)Lanes(slot))[lane] = Special(special, lane);
            _set[slot] = uint.MaxValue;
        }
        _apart.Clear();
        Copies.Clear();
        _pc = 0;
        _active = Existing;
    }

    /// Runs to the next barrier (true) or to the end (false). Lanes that went apart meet again at the lowest address.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Run(LaunchReport report)
    {
        Instruction[] code = Block.Entry.Code;
        long[] counts = report.Executions;
        int next = NextPc();
        while (true)
        {
            if (_active == 0 || _pc >= next)
            {
                if (!Regroup()) return false;
                next = NextPc();
            }
            Instruction at = code[_pc];
            uint mask = _active;
            if (at.Guard >= 0) mask &= Predicate(at.Guard, mask, at) ^ (at.GuardNegated ? uint.MaxValue : 0);
            if (mask == 0)
            {
                _pc++;
                continue;
            }
            counts[_pc]++;
            report.ThreadInstructions += BitOperations.PopCount(mask);
            switch (at.Flow)
            {
                case Flow.Next:
                    at.Execute(this, mask);
                    _pc++;
                    break;
                case Flow.Branch:
                    Follow((Branch)at, mask);
                    next = NextPc();
                    break;
                case Flow.Exit:
                    _active &= ~mask;
                    _pc++;
                    break;
                case Flow.Barrier:
                    if (mask != Existing)
                        throw Fault(at, FirstOf(Existing & ~mask), $"divergent barrier: {Missing(mask)} not there");
                    _pc++;
                    return true;
            }
        }
    }

    /// Runs some instructions that follow each other: no branch, no barrier.
    public void RunStraight(int first, int end, uint mask, LaunchReport report)
    {
        for (int pc = first; pc < end; pc++)
        {
            Instruction at = Block.Entry.Code[pc];
            uint lanes = mask;
            if (at.Guard >= 0) lanes &= Predicate(at.Guard, mask, at) ^ (at.GuardNegated ? uint.MaxValue : 0);
            if (lanes == 0) continue;
            report.Executions[pc]++;
            report.ThreadInstructions += BitOperations.PopCount(lanes);
            at.Execute(this, lanes);
        }
    }

    private void Follow(Branch at, uint mask)
    {
        int target = at.Target;
        if (target <= _pc) Block.CountBackwardBranch(this, at, FirstOf(mask));
        if (mask == _active)
        {
            _pc = target;
            return;
        }
        _apart.Add((target, mask));
        _active &= ~mask;
        _pc++;
    }

    private int NextPc()
    {
        int next = int.MaxValue;
        foreach (var (pc, _) in _apart) next = Math.Min(next, pc);
        return next;
    }

    // Continues with all lanes at the lowest address; false when no lane is left.
    private bool Regroup()
    {
        if (_active != 0) _apart.Add((_pc, _active));
        if (_apart.Count == 0) return false;
        int lowest = NextPc();
        _pc = lowest;
        _active = 0;
        foreach (var (pc, mask) in _apart) if (pc == lowest) _active |= mask;
        _apart.RemoveAll(g => g.Pc == lowest);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Lanes(int slot) => _registers + (long)slot * 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Need(int slot, uint mask, Instruction at)
    {
        if ((_set[slot] & mask) != mask) throw Unset(at, _set[slot], mask, Block.Entry.Registers.NameOf(slot));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Give(int slot, uint mask) => _set[slot] |= mask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Predicate(int index, uint mask, Instruction at)
    {
        if ((_predicatesSet[index] & mask) != mask)
            throw Unset(at, _predicatesSet[index], mask, Block.Entry.Registers.PredicateName(index));
        return _predicates[index];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetPredicate(int index, uint mask, uint value)
    {
        _predicates[index] = (_predicates[index] & ~mask) | (value & mask);
        _predicatesSet[index] |= mask;
    }

    /// For instructions that need the whole warp.
    public void NeedAll(uint mask, Instruction at)
    {
        if (mask != uint.MaxValue) throw Fault(at, FirstOf(~mask), $"divergent {at.Opcode.Split('.')[0]}: {Missing(mask)} not there");
    }

    public PtxFault Fault(Instruction at, int lane, string problem) => new(FormattableString.Invariant(
        $"kernel '{Block.Entry.Name}', line {at.Line} `{Block.Entry.Text(at)}`, ")
        + FormattableString.Invariant($"block {Block.Index}, thread {FirstThread + lane}: {problem}"));

    public void Dispose()
    {
        NativeMemory.AlignedFree(_registers);
        NativeMemory.Free(_set);
        NativeMemory.Free(_predicates);
        NativeMemory.Free(_predicatesSet);
    }

    private uint Special(Special special, int lane) => special switch
    {
        Ptx.Special.TidX => (uint)(FirstThread + lane),
        Ptx.Special.NtidX => (uint)Block.Threads,
        Ptx.Special.CtaidX => (uint)Block.Index,
        Ptx.Special.NctaidX => (uint)Block.Blocks,
        Ptx.Special.LaneId => (uint)lane,
        Ptx.Special.WarpId => (uint)Index,
        Ptx.Special.Zero => 0,
        Ptx.Special.One => 1,
        Ptx.Special.DynamicShared => Block.Shared.DynamicBase,
    };

    private PtxFault Unset(Instruction at, uint set, uint mask, string name) =>
        Fault(at, FirstOf(mask & ~set), $"register {name} is read before it is written");

    private static string Missing(uint mask) => FormattableString.Invariant($"{32 - BitOperations.PopCount(mask)} lanes of the warp are");

    private static int FirstOf(uint mask) => BitOperations.TrailingZeroCount(mask);
}

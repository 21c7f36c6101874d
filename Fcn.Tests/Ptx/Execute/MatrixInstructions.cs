using System.Runtime.CompilerServices;

namespace Fcn.Tests.Ptx;

/// ldmatrix: 8x8 matrices of 16-bit elements; lanes 8j..8j+7 give the rows of matrix j. g = lane / 4, t = lane % 4.
internal sealed unsafe class LoadMatrix(Address address, int[] targets, bool transposed) : Instruction
{
    public override (int Shared, int Global) Width => (16, 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.NeedAll(mask, this);
        uint givers = targets.Length == 4 ? uint.MaxValue : (1u << targets.Length * 8) - 1;
        w.Need(address.Slot, givers, this);
        ushort* elements = stackalloc ushort[4 * 64];
        uint* words = stackalloc uint[8];
        for (int j = 0; j < targets.Length; j++)
        {
            for (int row = 0; row < 8; row++)
            {
                ulong a = address.Of(w, 8 * j + row);
                byte* from = w.Block.Shared.ReadRow(w, this, 8 * j + row, a);
                Unsafe.CopyBlockUnaligned(elements + j * 64 + row * 8, from, 16);
                words[row] = (uint)a / 16;
            }
            w.Block.Report.Phase(this, SharedAccess.Matrix, words, 8, 8);
        }
        // All rows are read before a register is written: the address may be one of the targets.
        for (int j = 0; j < targets.Length; j++)
        {
            ushort* m = elements + j * 64;
            uint* to = (uint*)w.Lanes(targets[j]);
            for (int lane = 0; lane < 32; lane++)
            {
                int g = lane >> 2, t = lane & 3;
                to[lane] = transposed ? m[2 * t * 8 + g] | (uint)m[(2 * t + 1) * 8 + g] << 16 : ((uint*)(m + g * 8))[t];
            }
            w.Give(targets[j], mask);
        }
    }
}

internal enum ShuffleMode { Up, Down, Bfly, Idx }

/// shfl.sync: the clamp and the segment mask are the two halves of the third operand.
internal sealed unsafe class Shuffle(ShuffleMode mode, int d, int? inRange, int a, int b, int c, int members) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        w.Need(a, mask, this);
        w.Need(b, mask, this);
        w.Need(c, mask, this);
        WarpVote.Members(w, this, mask, members);
        uint* values = stackalloc uint[32];
        new ReadOnlySpan<uint>(w.Lanes(a), 32).CopyTo(new Span<uint>(values, 32));
        uint valid = 0;
        for (int lane = 0; lane < 32; lane++)
        {
            if ((mask >> lane & 1) == 0) continue;
            int by = (int)((uint*)w.Lanes(b))[lane] & 31;
            uint control = ((uint*)w.Lanes(c))[lane];
            int clamp = (int)control & 31, segment = (int)(control >> 8) & 31;
            int max = (lane & segment) | (clamp & ~segment), min = lane & segment;
            int source = mode switch
            {
                ShuffleMode.Up => lane - by,
                ShuffleMode.Down => lane + by,
                ShuffleMode.Bfly => lane ^ by,
                ShuffleMode.Idx => min | (by & ~segment),
            };
            bool inside = mode == ShuffleMode.Up ? source >= max : source <= max;
            if (!inside) source = lane;
            else valid |= 1u << lane;
            if ((mask >> source & 1) == 0)
                throw w.Fault(this, lane, FormattableString.Invariant($"reads lane {source}, which is not there"));
            ((uint*)w.Lanes(d))[lane] = values[source];
        }
        w.Give(d, mask);
        if (inRange is { } p) w.SetPredicate(p, mask, valid);
    }
}

/// vote.sync.all, .any and .ballot.
internal sealed unsafe class WarpVote(string mode, int d, int a, bool negated, int members) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        Members(w, this, mask, members);
        uint votes = (w.Predicate(a, mask, this) ^ (negated ? uint.MaxValue : 0)) & mask;
        if (mode == "ballot")
        {
            for (int lane = 0; lane < 32; lane++) if ((mask >> lane & 1) != 0) ((uint*)w.Lanes(d))[lane] = votes;
            w.Give(d, mask);
        }
        else w.SetPredicate(d, mask, (mode == "all" ? votes == mask : votes != 0) ? uint.MaxValue : 0);
    }

    /// The lanes that are there must be those that the member mask names.
    public static void Members(Warp w, Instruction at, uint mask, int slot)
    {
        w.Need(slot, mask, at);
        for (int lane = 0; lane < 32; lane++)
        {
            if ((mask >> lane & 1) == 0) continue;
            uint members = ((uint*)w.Lanes(slot))[lane] & w.Existing;
            if (members != mask) throw w.Fault(at, lane,
                FormattableString.Invariant($"divergent {at.Opcode}: lanes {mask:x8} are there, {members:x8} are named"));
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
            w.Block.Report.Note(this, "ldmatrix", LaunchReport.Multiplicity(words, 8, 8));
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

internal enum MatrixType { F16, BF16, TF32 }

/// mma.m16n8kK: D (16x8) = A (16xK) B (Kx8) + C. Products are exact; they and C are summed in double and rounded once.
internal sealed unsafe class MatrixMultiply(MatrixType type, int k, int[] d, int[] a, int[] b, int[] c) : Instruction
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(Warp w, uint mask)
    {
        w.NeedAll(mask, this);
        foreach (int slot in a) w.Need(slot, mask, this);
        foreach (int slot in b) w.Need(slot, mask, this);
        foreach (int slot in c) w.Need(slot, mask, this);
        double* left = stackalloc double[16 * 16];
        double* right = stackalloc double[16 * 8];
        double* sum = stackalloc double[16 * 8];
        Gather(w, left, right);
        for (int i = 0; i < 4; i++)
        {
            float* from = (float*)w.Lanes(c[i]);
            for (int lane = 0; lane < 32; lane++) sum[((lane >> 2) + 8 * (i >> 1)) * 8 + 2 * (lane & 3) + (i & 1)] = from[lane];
        }
        for (int row = 0; row < 16; row++)
        {
            Vector256<double> low = Vector256.Load(sum + row * 8), high = Vector256.Load(sum + row * 8 + 4);
            for (int q = 0; q < k; q++)
            {
                Vector256<double> x = Vector256.Create(left[row * k + q]);
                low = Vector256.FusedMultiplyAdd(x, Vector256.Load(right + q * 8), low);
                high = Vector256.FusedMultiplyAdd(x, Vector256.Load(right + q * 8 + 4), high);
            }
            low.Store(sum + row * 8);
            high.Store(sum + row * 8 + 4);
        }
        for (int i = 0; i < 4; i++)
        {
            float* to = (float*)w.Lanes(d[i]);
            for (int lane = 0; lane < 32; lane++) to[lane] = (float)sum[((lane >> 2) + 8 * (i >> 1)) * 8 + 2 * (lane & 3) + (i & 1)];
            w.Give(d[i], mask);
        }
    }

    // The fragments' lane maps: g = lane / 4, t = lane % 4.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(Warp w, double* left, double* right)
    {
        if (type == MatrixType.TF32)
        {
            for (int i = 0; i < 4; i++)
            {
                uint* from = (uint*)w.Lanes(a[i]);
                for (int lane = 0; lane < 32; lane++) left[((lane >> 2) + 8 * (i & 1)) * 8 + (lane & 3) + 4 * (i >> 1)] = Tf32(from[lane]);
            }
            for (int i = 0; i < 2; i++)
            {
                uint* from = (uint*)w.Lanes(b[i]);
                for (int lane = 0; lane < 32; lane++) right[((lane & 3) + 4 * i) * 8 + (lane >> 2)] = Tf32(from[lane]);
            }
            return;
        }
        // Register r of A: rows +8 for odd r, columns +8 for r >= 2; low half first.
        for (int r = 0; r < a.Length; r++)
        {
            uint* from = (uint*)w.Lanes(a[r]);
            for (int lane = 0; lane < 32; lane++)
            {
                double* at = left + ((lane >> 2) + 8 * (r & 1)) * k + 2 * (lane & 3) + 8 * (r >> 1);
                at[0] = Half(from[lane] & 0xFFFF);
                at[1] = Half(from[lane] >> 16);
            }
        }
        for (int r = 0; r < b.Length; r++)
        {
            uint* from = (uint*)w.Lanes(b[r]);
            for (int lane = 0; lane < 32; lane++)
            {
                double* at = right + (2 * (lane & 3) + 8 * r) * 8 + (lane >> 2);
                at[0] = Half(from[lane] & 0xFFFF);
                at[8] = Half(from[lane] >> 16);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Half(uint bits) => type == MatrixType.BF16
        ? BitConverter.UInt32BitsToSingle(bits << 16) : (double)BitConverter.UInt16BitsToHalf((ushort)bits);

    // The lower 13 bits of an operand are not read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Tf32(uint bits) => BitConverter.UInt32BitsToSingle(bits & 0xFFFFE000);
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

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fcn.Tests.Ptx;

internal enum MatrixType { F16, BF16, TF32 }

// mma.m16n8kK: D (16x8) = A (16xK) B (Kx8) + C. Products are exact; they and C are summed in double and rounded once.
// Lane maps, with g = lane / 4 and t = lane % 4: a register of A with 16-bit elements holds row g, columns 2t (low half) and 2t + 1, so its
// 32 lanes are an 8x8 tile row by row; odd registers are 8 rows further down, registers 2 and 3 eight columns further right. A register of
// B is likewise a tile of the transposed B. With tf32 a register is 8 rows of 4 columns. C and D: rows g and g + 8, columns 2t and 2t + 1.
internal sealed unsafe class MatrixMultiply(MatrixType type, int k, int[] d, int[] a, int[] b, int[] c) : Instruction
{
    private static readonly float[] Halves = [.. Enumerable.Range(0, 65536).Select(h => (float)BitConverter.UInt16BitsToHalf((ushort)h))];

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
        if (type == MatrixType.TF32) GatherSingles(w, left, right);
        else GatherHalves(w, left, right);
        for (int half = 0; half < 2; half++)
        {
            float* even = (float*)w.Lanes(c[2 * half]), odd = (float*)w.Lanes(c[2 * half + 1]);
            double* to = sum + half * 64;
            for (int lane = 0; lane < 32; lane++) (to[2 * lane], to[2 * lane + 1]) = (even[lane], odd[lane]);
        }
        for (int row = 0; row < 16; row += 2) Rows(left + row * k, right, sum + row * 8);
        for (int half = 0; half < 2; half++)
        {
            float* even = (float*)w.Lanes(d[2 * half]), odd = (float*)w.Lanes(d[2 * half + 1]);
            double* from = sum + half * 64;
            for (int lane = 0; lane < 32; lane++) (even[lane], odd[lane]) = ((float)from[2 * lane], (float)from[2 * lane + 1]);
        }
        foreach (int slot in d) w.Give(slot, mask);
    }

    // Two rows of the result.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Rows(double* left, double* right, double* sum)
    {
        Vector256<double> s0 = Vector256.Load(sum), s1 = Vector256.Load(sum + 4);
        Vector256<double> s2 = Vector256.Load(sum + 8), s3 = Vector256.Load(sum + 12);
        for (int q = 0; q < k; q++)
        {
            Vector256<double> low = Vector256.Load(right + q * 8), high = Vector256.Load(right + q * 8 + 4);
            Vector256<double> upper = Vector256.Create(left[q]), lower = Vector256.Create(left[k + q]);
            s0 = Vector256.FusedMultiplyAdd(upper, low, s0);
            s1 = Vector256.FusedMultiplyAdd(upper, high, s1);
            s2 = Vector256.FusedMultiplyAdd(lower, low, s2);
            s3 = Vector256.FusedMultiplyAdd(lower, high, s3);
        }
        s0.Store(sum);
        s1.Store(sum + 4);
        s2.Store(sum + 8);
        s3.Store(sum + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GatherHalves(Warp w, double* left, double* right)
    {
        double* line = stackalloc double[8];
        for (int r = 0; r < a.Length; r++)
        {
            ushort* tile = (ushort*)w.Lanes(a[r]);
            double* to = left + 8 * (r & 1) * k + 8 * (r >> 1);
            for (int row = 0; row < 8; row++) Widen(tile + row * 8, to + row * k);
        }
        for (int r = 0; r < b.Length; r++)
        {
            ushort* tile = (ushort*)w.Lanes(b[r]);
            double* to = right + 8 * r * 8;
            for (int column = 0; column < 8; column++)
            {
                Widen(tile + column * 8, line);
                for (int q = 0; q < 8; q++) to[q * 8 + column] = line[q];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Widen(ushort* from, double* to)
    {
        if (type == MatrixType.F16)
        {
            for (int q = 0; q < 8; q++) to[q] = Halves[from[q]];
            return;
        }
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(Vector128.Load(from));
        Widen(low << 16, to);
        Widen(high << 16, to + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector128<uint> singles, double* to)
    {
        (Vector128<double> low, Vector128<double> high) = Vector128.Widen(singles.AsSingle());
        low.Store(to);
        high.Store(to + 2);
    }

    // Of tf32 operands the lower 13 bits are not read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GatherSingles(Warp w, double* left, double* right)
    {
        double* line = stackalloc double[4];
        Vector128<uint> read = Vector128.Create(0xFFFFE000);
        for (int r = 0; r < 4; r++)
        {
            uint* tile = (uint*)w.Lanes(a[r]);
            double* to = left + 8 * (r & 1) * 8 + 4 * (r >> 1);
            for (int row = 0; row < 8; row++) Widen(Vector128.Load(tile + row * 4) & read, to + row * 8);
        }
        for (int r = 0; r < 2; r++)
        {
            uint* tile = (uint*)w.Lanes(b[r]);
            double* to = right + 4 * r * 8;
            for (int column = 0; column < 8; column++)
            {
                Widen(Vector128.Load(tile + column * 4) & read, line);
                for (int q = 0; q < 4; q++) to[q * 8 + column] = line[q];
            }
        }
    }
}

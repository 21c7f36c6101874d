using System.Numerics;

namespace Fcn.Tests.Ptx;

// What one lane computes with bits. See ArithmeticOps for 16-bit values.

internal struct And<T> : IBinary<T, T, T> where T : IBitwiseOperators<T, T, T> { public static T Of(T a, T b) => a & b; }
internal struct Or<T> : IBinary<T, T, T> where T : IBitwiseOperators<T, T, T> { public static T Of(T a, T b) => a | b; }
internal struct Xor<T> : IBinary<T, T, T> where T : IBitwiseOperators<T, T, T> { public static T Of(T a, T b) => a ^ b; }
internal struct Not<T> : IUnary<T, T> where T : IBitwiseOperators<T, T, T> { public static T Of(T a) => ~a; }
internal struct Not16 : IUnary<uint, uint> { public static uint Of(uint a) => (ushort)~a; }

// Amounts beyond the width give 0, or copies of the sign.
internal struct ShiftLeft32 : IBinary<uint, uint, uint> { public static uint Of(uint a, uint n) => n > 31 ? 0 : a << (int)n; }
internal struct ShiftLeft64 : IBinary<ulong, uint, ulong> { public static ulong Of(ulong a, uint n) => n > 63 ? 0 : a << (int)n; }
internal struct ShiftRight32 : IBinary<uint, uint, uint> { public static uint Of(uint a, uint n) => n > 31 ? 0 : a >> (int)n; }
internal struct ShiftRight64 : IBinary<ulong, uint, ulong> { public static ulong Of(ulong a, uint n) => n > 63 ? 0 : a >> (int)n; }
internal struct ShiftSigned32 : IBinary<int, uint, int> { public static int Of(int a, uint n) => a >> (int)Math.Min(n, 31); }
internal struct ShiftSigned64 : IBinary<long, uint, long> { public static long Of(long a, uint n) => a >> (int)Math.Min(n, 63); }
internal struct ShiftSigned16 : IBinary<uint, uint, uint>
{
    public static uint Of(uint a, uint n) => (ushort)((short)a >> (int)Math.Min(n, 31));
}

// Funnel shifts: the upper (left) or lower (right) half of {b, a} shifted; .wrap takes the amount modulo 32, .clamp at most 32.
internal struct FunnelLeftWrap : ITernary<uint, uint, uint, uint>
{
    public static uint Of(uint a, uint b, uint n) => (uint)((((ulong)b << 32 | a) << (int)(n & 31)) >> 32);
}
internal struct FunnelRightWrap : ITernary<uint, uint, uint, uint>
{
    public static uint Of(uint a, uint b, uint n) => (uint)(((ulong)b << 32 | a) >> (int)(n & 31));
}
internal struct FunnelLeftClamp : ITernary<uint, uint, uint, uint>
{
    public static uint Of(uint a, uint b, uint n) => (uint)((((ulong)b << 32 | a) << (int)Math.Min(n, 32)) >> 32);
}
internal struct FunnelRightClamp : ITernary<uint, uint, uint, uint>
{
    public static uint Of(uint a, uint b, uint n) => (uint)(((ulong)b << 32 | a) >> (int)Math.Min(n, 32));
}

internal struct PopCount<T> : IUnary<T, uint> where T : IBinaryInteger<T>
{
    public static uint Of(T a) => uint.CreateTruncating(T.PopCount(a));
}
internal struct LeadingZeros<T> : IUnary<T, uint> where T : IBinaryInteger<T>
{
    public static uint Of(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
}

internal struct Reverse32 : IUnary<uint, uint>
{
    public static uint Of(uint a)
    {
        uint r = 0;
        for (int i = 0; i < 32; i++) r |= (a >> i & 1) << 31 - i;
        return r;
    }
}

// Fields of bits: position and length are the low bytes of their operands; a signed field beyond the width repeats the sign.
internal struct ExtractField : ITernary<uint, uint, uint, uint>
{
    public static uint Of(uint a, uint position, uint length)
    {
        int p = (int)(position & 255), n = (int)(length & 255);
        return p > 31 || n == 0 ? 0 : (a >> p) & (n > 31 ? uint.MaxValue : (1u << n) - 1);
    }
}

internal struct ExtractSignedField : ITernary<uint, uint, uint, uint>
{
    public static uint Of(uint a, uint position, uint length)
    {
        int p = (int)(position & 255), n = (int)(length & 255);
        uint sign = n == 0 ? 0 : a >> Math.Min(p + n - 1, 31) & 1;
        uint result = 0;
        for (int i = 0; i < 32; i++) result |= (i < n && p + i < 32 ? a >> (p + i) & 1 : sign) << i;
        return result;
    }
}

// prmt: each of the four low nibbles of c picks a byte of {b, a}; its top bit repeats the byte's sign.
internal struct Permute : ITernary<uint, uint, uint, uint>
{
    public static uint Of(uint a, uint b, uint c)
    {
        ulong bytes = (ulong)b << 32 | a;
        uint result = 0;
        for (int i = 0; i < 4; i++)
        {
            uint pick = c >> 4 * i & 15;
            uint value = (uint)(bytes >> (int)(pick & 7) * 8) & 255;
            if (pick > 7) value = (value & 128) != 0 ? 255u : 0;
            result |= value << 8 * i;
        }
        return result;
    }
}

internal sealed unsafe class InsertField(int d, int a, int b, int position, int length) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        foreach (int slot in (ReadOnlySpan<int>)[a, b, position, length]) w.Need(slot, mask, this);
        for (int lane = 0; lane < 32; lane++)
        {
            if ((mask >> lane & 1) == 0) continue;
            uint result = ((uint*)w.Lanes(b))[lane], field = ((uint*)w.Lanes(a))[lane];
            int p = (int)((uint*)w.Lanes(position))[lane] & 255, n = (int)((uint*)w.Lanes(length))[lane] & 255;
            for (int i = 0; i < n && p + i < 32; i++) result = (result & ~(1u << p + i)) | (field >> i & 1) << p + i;
            ((uint*)w.Lanes(d))[lane] = result;
        }
        w.Give(d, mask);
    }
}

/// lop3: bit by bit, the three inputs are an index into the table.
internal sealed unsafe class Lookup3(int d, int a, int b, int c, uint table) : Instruction
{
    public override void Execute(Warp w, uint mask)
    {
        foreach (int slot in (ReadOnlySpan<int>)[a, b, c]) w.Need(slot, mask, this);
        for (int lane = 0; lane < 32; lane++)
        {
            if ((mask >> lane & 1) == 0) continue;
            uint x = ((uint*)w.Lanes(a))[lane], y = ((uint*)w.Lanes(b))[lane], z = ((uint*)w.Lanes(c))[lane], result = 0;
            for (int i = 0; i < 8; i++)
            {
                if ((table >> i & 1) == 0) continue;
                result |= ((i & 4) != 0 ? x : ~x) & ((i & 2) != 0 ? y : ~y) & ((i & 1) != 0 ? z : ~z);
            }
            ((uint*)w.Lanes(d))[lane] = result;
        }
        w.Give(d, mask);
    }
}

internal struct Equal<T> : IBinary<T, T, bool> where T : IEqualityOperators<T, T, bool> { public static bool Of(T a, T b) => a == b; }
internal struct NotEqual<T> : IBinary<T, T, bool> where T : IEqualityOperators<T, T, bool> { public static bool Of(T a, T b) => a != b; }
internal struct Less<T> : IBinary<T, T, bool> where T : IComparisonOperators<T, T, bool> { public static bool Of(T a, T b) => a < b; }
internal struct LessEqual<T> : IBinary<T, T, bool> where T : IComparisonOperators<T, T, bool> { public static bool Of(T a, T b) => a <= b; }
internal struct Greater<T> : IBinary<T, T, bool> where T : IComparisonOperators<T, T, bool> { public static bool Of(T a, T b) => a > b; }
internal struct GreaterEqual<T> : IBinary<T, T, bool> where T : IComparisonOperators<T, T, bool>
{
    public static bool Of(T a, T b) => a >= b;
}

// Comparisons of floats: ordered ones are false with a NaN, unordered ones (Or) true. C#'s != is unordered.
internal struct OrderedNotEqual<T> : IBinary<T, T, bool> where T : IFloatingPoint<T> { public static bool Of(T a, T b) => a < b || a > b; }
internal struct Unordered<T> : IBinary<T, T, bool> where T : IFloatingPoint<T>
{
    public static bool Of(T a, T b) => T.IsNaN(a) || T.IsNaN(b);
}
internal struct Opposite<T, TOp> : IBinary<T, T, bool> where TOp : struct, IBinary<T, T, bool>
{
    public static bool Of(T a, T b) => !TOp.Of(a, b);
}

using System.Numerics;

namespace Fcn.Tests.Ptx;

// What one lane computes. 16-bit values lie zero-extended in 32-bit lanes: Low16 and Signed16 adapt 32-bit operations to them.

internal struct Add<T> : IBinary<T, T, T> where T : IAdditionOperators<T, T, T> { public static T Of(T a, T b) => a + b; }
internal struct Subtract<T> : IBinary<T, T, T> where T : ISubtractionOperators<T, T, T> { public static T Of(T a, T b) => a - b; }
internal struct Multiply<T> : IBinary<T, T, T> where T : IMultiplyOperators<T, T, T> { public static T Of(T a, T b) => a * b; }
internal struct DivideFloat<T> : IBinary<T, T, T> where T : IFloatingPoint<T> { public static T Of(T a, T b) => a / b; }

// Division of integers by zero is unspecified in PTX; the hardware gives all ones, and the dividend as the remainder.
internal struct Divide<T> : IBinary<T, T, T> where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    public static T Of(T a, T b) => b == T.Zero ? ~T.Zero : b == ~T.Zero && T.MinValue < T.Zero ? T.Zero - a : a / b;
}

internal struct Remainder<T> : IBinary<T, T, T> where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    public static T Of(T a, T b) => b == T.Zero ? a : b == ~T.Zero && T.MinValue < T.Zero ? T.Zero : a % b;
}

internal struct Min<T> : IBinary<T, T, T> where T : IBinaryInteger<T> { public static T Of(T a, T b) => a < b ? a : b; }
internal struct Max<T> : IBinary<T, T, T> where T : IBinaryInteger<T> { public static T Of(T a, T b) => a > b ? a : b; }

// min and max of floats: a NaN gives way to a number, -0 is below +0; with .NaN a NaN wins.
internal struct MinNumber<T> : IBinary<T, T, T> where T : IFloatingPointIeee754<T> { public static T Of(T a, T b) => T.MinNumber(a, b); }
internal struct MaxNumber<T> : IBinary<T, T, T> where T : IFloatingPointIeee754<T> { public static T Of(T a, T b) => T.MaxNumber(a, b); }
internal struct MinNaN : IBinary<float, float, float> { public static float Of(float a, float b) => float.Min(a, b); }
internal struct MaxNaN : IBinary<float, float, float> { public static float Of(float a, float b) => float.Max(a, b); }

internal struct MultiplyHigh32 : IBinary<uint, uint, uint> { public static uint Of(uint a, uint b) => (uint)((ulong)a * b >> 32); }
internal struct MultiplyHighSigned32 : IBinary<int, int, int> { public static int Of(int a, int b) => (int)((long)a * b >> 32); }
internal struct MultiplyHigh64 : IBinary<ulong, ulong, ulong> { public static ulong Of(ulong a, ulong b) => Math.BigMul(a, b, out _); }
internal struct MultiplyHighSigned64 : IBinary<long, long, long> { public static long Of(long a, long b) => Math.BigMul(a, b, out _); }
internal struct MultiplyWide32 : IBinary<uint, uint, ulong> { public static ulong Of(uint a, uint b) => (ulong)a * b; }
internal struct MultiplyWideSigned32 : IBinary<int, int, long> { public static long Of(int a, int b) => (long)a * b; }
internal struct MultiplyWide16 : IBinary<uint, uint, uint> { public static uint Of(uint a, uint b) => (uint)(ushort)a * (ushort)b; }
internal struct MultiplyWideSigned16 : IBinary<uint, uint, uint> { public static uint Of(uint a, uint b) => (uint)((short)a * (short)b); }

internal struct ThenAdd<A, R, TOp> : ITernary<A, A, R, R> where TOp : struct, IBinary<A, A, R> where R : IAdditionOperators<R, R, R>
{
    public static R Of(A a, A b, R c) => TOp.Of(a, b) + c;
}

internal struct FusedSingle : ITernary<float, float, float, float>
{
    public static float Of(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);
}
internal struct FusedDouble : ITernary<double, double, double, double>
{
    public static double Of(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);
}

internal struct Low16<TOp> : IBinary<uint, uint, uint> where TOp : struct, IBinary<uint, uint, uint>
{
    public static uint Of(uint a, uint b) => (ushort)TOp.Of(a, b);
}

internal struct Signed16<TOp> : IBinary<uint, uint, uint> where TOp : struct, IBinary<int, int, int>
{
    public static uint Of(uint a, uint b) => (ushort)TOp.Of((short)a, (short)b);
}

internal struct UnarySigned16<TOp> : IUnary<uint, uint> where TOp : struct, IUnary<int, int>
{
    public static uint Of(uint a) => (ushort)TOp.Of((short)a);
}

// .ftz: numbers below the normal range are zero of their sign, going in and coming out.
internal static class Subnormal
{
    public static float Flush(float a) => float.IsSubnormal(a) ? MathF.CopySign(0, a) : a;
}

internal struct Flush1<TOp> : IUnary<float, float> where TOp : struct, IUnary<float, float>
{
    public static float Of(float a) => Subnormal.Flush(TOp.Of(Subnormal.Flush(a)));
}

internal struct Flush2<TOp> : IBinary<float, float, float> where TOp : struct, IBinary<float, float, float>
{
    public static float Of(float a, float b) => Subnormal.Flush(TOp.Of(Subnormal.Flush(a), Subnormal.Flush(b)));
}

internal struct Flush3<TOp> : ITernary<float, float, float, float> where TOp : struct, ITernary<float, float, float, float>
{
    public static float Of(float a, float b, float c) =>
        Subnormal.Flush(TOp.Of(Subnormal.Flush(a), Subnormal.Flush(b), Subnormal.Flush(c)));
}

internal struct Saturate2<TOp> : IBinary<float, float, float> where TOp : struct, IBinary<float, float, float>
{
    public static float Of(float a, float b) => Saturated(TOp.Of(a, b));
    public static float Saturated(float r) => float.IsNaN(r) ? 0 : Math.Clamp(r, 0, 1);
}

internal struct Absolute<T> : IUnary<T, T> where T : IBinaryInteger<T> { public static T Of(T a) => a < T.Zero ? T.Zero - a : a; }
internal struct AbsoluteFloat<T> : IUnary<T, T> where T : IFloatingPoint<T> { public static T Of(T a) => T.Abs(a); }
internal struct Negate<T> : IUnary<T, T> where T : IUnaryNegationOperators<T, T> { public static T Of(T a) => -a; }
internal struct Reciprocal<T> : IUnary<T, T> where T : IFloatingPoint<T> { public static T Of(T a) => T.One / a; }
internal struct SquareRoot<T> : IUnary<T, T> where T : IRootFunctions<T> { public static T Of(T a) => T.Sqrt(a); }
internal struct ReciprocalRoot : IUnary<float, float> { public static float Of(float a) => (float)(1 / Math.Sqrt(a)); }

// The approximations of the hardware are off by some units in the last place; here they are rounded once.
internal struct Exp2 : IUnary<float, float> { public static float Of(float a) => (float)Math.Pow(2, a); }
internal struct Log2 : IUnary<float, float> { public static float Of(float a) => (float)Math.Log2(a); }
internal struct Tanh : IUnary<float, float> { public static float Of(float a) => (float)Math.Tanh(a); }
internal struct Sine : IUnary<float, float> { public static float Of(float a) => (float)Math.Sin(a); }
internal struct Cosine : IUnary<float, float> { public static float Of(float a) => (float)Math.Cos(a); }

// copysign: the sign of the first, the size of the second.
internal struct CopySign : IBinary<float, float, float> { public static float Of(float a, float b) => MathF.CopySign(b, a); }

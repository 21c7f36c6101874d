using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fcn.Devices.Cpu;

// Exponential and logarithm lane by lane, one text for all vector widths. The platform's Vector512.Exp computes in double precision, seventeen
// times slower and no more exact.
public static partial class Lanes
{
    // exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2; ln 2 in two parts of which the first times n is exact (Cody and Waite);
    // the polynomial is the minimax one of degree 6 for exp on that interval.
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693145752f;
    private const float Ln2Low = 1.42860677e-6f;
    private const float E6 = 1.37805939e-3f;
    private const float E5 = 8.37312452e-3f;
    private const float E4 = 4.16695364e-2f;
    private const float E3 = 1.66664720e-1f;
    private const float E2 = 4.99999851e-1f;

    // log(x) = e ln 2 + log(1 + f), 1 + f in [sqrt(1/2), sqrt(2)): constants and form of FreeBSD's e_logf.c.
    private const int SqrtHalf = 0x3F3504F3;
    private const float L1 = 0.66666662693f;
    private const float L2 = 0.40000972152f;
    private const float L3 = 0.28498786688f;
    private const float L4 = 0.24279078841f;
    private const float LogHigh = 6.9313812256e-1f;
    private const float LogLow = 9.0580006145e-6f;
    private const float Smallest = 1.17549435e-38f;

    /// <summary>eˣ within 1.5 units in the last place; exact at 0, 0 below -104, ∞ above 89, NaN of NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x) where V : struct, IBlock<V>
    {
        // A NaN survives: the native operations give the second operand where one is no number, or the NaN itself.
        x = V.MinNative(V.Create(90f), V.MaxNative(V.Create(-105f), x));
        var n = V.Round(x * V.Create(Log2E));
        var r = V.FusedMultiplyAdd(n, V.Create(-Ln2High), x);
        r = V.FusedMultiplyAdd(n, V.Create(-Ln2Low), r);
        var p = V.FusedMultiplyAdd(r, V.Create(E6), V.Create(E5));
        p = V.FusedMultiplyAdd(p, r, V.Create(E4));
        p = V.FusedMultiplyAdd(p, r, V.Create(E3));
        p = V.FusedMultiplyAdd(p, r, V.Create(E2));
        p = V.FusedMultiplyAdd(p, r, V.Create(1f));
        p = V.FusedMultiplyAdd(p, r, V.Create(1f));
        // 2^n in two factors, so that results below the normal range and at infinity come out right.
        var half = V.Floor(n * V.Create(0.5f));
        return p * V.PowerOfTwo(half) * V.PowerOfTwo(n - half);
    }

    /// <summary>ln x within 1.5 units in the last place; -∞ of 0, ∞ of ∞, NaN below 0 and of NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V>(V x) where V : struct, IBlock<V>
    {
        var tiny = V.LessThan(x, V.Create(Smallest));
        var (mantissa, exponent) = V.Split(V.ConditionalSelect(tiny, x * V.Create(1 << 25), x));
        var f = mantissa - V.Create(1f);
        var e = exponent - (tiny & V.Create(25f));
        var s = f / (f + V.Create(2f));
        var z = s * s;
        var w = z * z;
        var series = z * (w * V.Create(L3) + V.Create(L1)) + w * (w * V.Create(L4) + V.Create(L2));
        var square = f * f * V.Create(0.5f);
        var log = s * (square + series) + e * V.Create(LogLow) - square + f + e * V.Create(LogHigh);
        log = V.ConditionalSelect(V.Equals(x, V.Create(float.PositiveInfinity)), x, log);
        var outside = V.ConditionalSelect(V.Equals(x, V.Zero), V.Create(float.NegativeInfinity), V.Create(float.NaN));
        return V.ConditionalSelect(V.LessThan(V.Zero, x), log, outside);
    }

    // The bits of 2ⁿ; what n is of a NaN does not matter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> PowerOfTwo(Vector512<float> n) =>
        ((Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> PowerOfTwo(Vector256<float> n) =>
        ((Vector256.ConvertToInt32Native(n) + Vector256.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> PowerOfTwo(Vector128<float> n) =>
        ((Vector128.ConvertToInt32Native(n) + Vector128.Create(127)) << 23).AsSingle();

    // The exponent e for which x / 2ᵉ lies between √½ and √2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Exponent(Vector512<float> x) =>
        Vector512.ConvertToSingle((x.AsInt32() - Vector512.Create(SqrtHalf)) >> 23);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exponent(Vector256<float> x) =>
        Vector256.ConvertToSingle((x.AsInt32() - Vector256.Create(SqrtHalf)) >> 23);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Exponent(Vector128<float> x) =>
        Vector128.ConvertToSingle((x.AsInt32() - Vector128.Create(SqrtHalf)) >> 23);

    // x / 2ᵉ.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Mantissa(Vector512<float> x, Vector512<float> e) =>
        (x.AsInt32() - (Vector512.ConvertToInt32Native(e) << 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Mantissa(Vector256<float> x, Vector256<float> e) =>
        (x.AsInt32() - (Vector256.ConvertToInt32Native(e) << 23)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Mantissa(Vector128<float> x, Vector128<float> e) =>
        (x.AsInt32() - (Vector128.ConvertToInt32Native(e) << 23)).AsSingle();
}

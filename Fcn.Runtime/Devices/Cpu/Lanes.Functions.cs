using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fcn.Devices.Cpu;

// Exponential and logarithm lane by lane. The platform's Vector512.Exp computes in double precision, seventeen times slower and no more
// exact. The same text stands here once per vector width, because no public interface spans the widths.
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
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // A NaN survives: the native operations give the second operand where one is no number, or the NaN itself.
        x = Vector512.MinNative(Vector512.Create(90f), Vector512.MaxNative(Vector512.Create(-105f), x));
        var n = Vector512.Round(x * Log2E);
        var r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-Ln2High), x);
        r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-Ln2Low), r);
        var p = Vector512.MultiplyAddEstimate(r, Vector512.Create(E6), Vector512.Create(E5));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E4));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E3));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E2));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512<float>.One);
        p = Vector512.MultiplyAddEstimate(p, r, Vector512<float>.One);
        // 2^n in two factors, so that results below the normal range and at infinity come out right.
        var whole = Vector512.ConvertToInt32Native(n);
        var half = whole >> 1;
        return p * Power(half) * Power(whole - half);
    }

    /// <inheritdoc cref="Exp(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        x = Vector256.MinNative(Vector256.Create(90f), Vector256.MaxNative(Vector256.Create(-105f), x));
        var n = Vector256.Round(x * Log2E);
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2High), x);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2Low), r);
        var p = Vector256.MultiplyAddEstimate(r, Vector256.Create(E6), Vector256.Create(E5));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E4));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E3));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E2));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256<float>.One);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256<float>.One);
        var whole = Vector256.ConvertToInt32Native(n);
        var half = whole >> 1;
        return p * Power(half) * Power(whole - half);
    }

    /// <inheritdoc cref="Exp(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> x)
    {
        x = Vector128.MinNative(Vector128.Create(90f), Vector128.MaxNative(Vector128.Create(-105f), x));
        var n = Vector128.Round(x * Log2E);
        var r = Vector128.MultiplyAddEstimate(n, Vector128.Create(-Ln2High), x);
        r = Vector128.MultiplyAddEstimate(n, Vector128.Create(-Ln2Low), r);
        var p = Vector128.MultiplyAddEstimate(r, Vector128.Create(E6), Vector128.Create(E5));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E4));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E3));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E2));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128<float>.One);
        p = Vector128.MultiplyAddEstimate(p, r, Vector128<float>.One);
        var whole = Vector128.ConvertToInt32Native(n);
        var half = whole >> 1;
        return p * Power(half) * Power(whole - half);
    }

    /// <summary>Natural logarithm within 1.5 units in the last place; −∞ at 0, NaN below, ∞ at ∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
    {
        var tiny = Vector512.LessThan(x, Vector512.Create(Smallest));
        var bits = Vector512.ConditionalSelect(tiny, x * (1 << 25), x).AsInt32();
        var exponent = (bits - Vector512.Create(SqrtHalf)) >> 23;
        var f = (bits - (exponent << 23)).AsSingle() - Vector512<float>.One;
        var e = Vector512.ConvertToSingle(exponent) - (tiny & Vector512.Create(25f));
        var s = f / (f + Vector512.Create(2f));
        var z = s * s;
        var w = z * z;
        var series = z * (w * L3 + Vector512.Create(L1)) + w * (w * L4 + Vector512.Create(L2));
        var square = f * f * 0.5f;
        var log = s * (square + series) + e * LogLow - square + f + e * LogHigh;
        log = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512.Create(float.PositiveInfinity)), x, log);
        var zero = Vector512.Equals(x, Vector512<float>.Zero);
        var outside = Vector512.ConditionalSelect(zero, Vector512.Create(float.NegativeInfinity), Vector512.Create(float.NaN));
        return Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), log, outside);
    }

    /// <inheritdoc cref="Log(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> x)
    {
        var tiny = Vector256.LessThan(x, Vector256.Create(Smallest));
        var bits = Vector256.ConditionalSelect(tiny, x * (1 << 25), x).AsInt32();
        var exponent = (bits - Vector256.Create(SqrtHalf)) >> 23;
        var f = (bits - (exponent << 23)).AsSingle() - Vector256<float>.One;
        var e = Vector256.ConvertToSingle(exponent) - (tiny & Vector256.Create(25f));
        var s = f / (f + Vector256.Create(2f));
        var z = s * s;
        var w = z * z;
        var series = z * (w * L3 + Vector256.Create(L1)) + w * (w * L4 + Vector256.Create(L2));
        var square = f * f * 0.5f;
        var log = s * (square + series) + e * LogLow - square + f + e * LogHigh;
        log = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256.Create(float.PositiveInfinity)), x, log);
        var zero = Vector256.Equals(x, Vector256<float>.Zero);
        var outside = Vector256.ConditionalSelect(zero, Vector256.Create(float.NegativeInfinity), Vector256.Create(float.NaN));
        return Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<float>.Zero), log, outside);
    }

    /// <inheritdoc cref="Log(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Log(Vector128<float> x)
    {
        var tiny = Vector128.LessThan(x, Vector128.Create(Smallest));
        var bits = Vector128.ConditionalSelect(tiny, x * (1 << 25), x).AsInt32();
        var exponent = (bits - Vector128.Create(SqrtHalf)) >> 23;
        var f = (bits - (exponent << 23)).AsSingle() - Vector128<float>.One;
        var e = Vector128.ConvertToSingle(exponent) - (tiny & Vector128.Create(25f));
        var s = f / (f + Vector128.Create(2f));
        var z = s * s;
        var w = z * z;
        var series = z * (w * L3 + Vector128.Create(L1)) + w * (w * L4 + Vector128.Create(L2));
        var square = f * f * 0.5f;
        var log = s * (square + series) + e * LogLow - square + f + e * LogHigh;
        log = Vector128.ConditionalSelect(Vector128.Equals(x, Vector128.Create(float.PositiveInfinity)), x, log);
        var zero = Vector128.Equals(x, Vector128<float>.Zero);
        var outside = Vector128.ConditionalSelect(zero, Vector128.Create(float.NegativeInfinity), Vector128.Create(float.NaN));
        return Vector128.ConditionalSelect(Vector128.GreaterThan(x, Vector128<float>.Zero), log, outside);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Power(Vector512<int> n) => ((n + Vector512.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Power(Vector256<int> n) => ((n + Vector256.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Power(Vector128<int> n) => ((n + Vector128.Create(127)) << 23).AsSingle();
}

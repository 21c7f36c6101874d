using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fcn.Devices.Cpu;

/// <summary>A block of 16 channels in two 256-bit vectors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Block256 : IBlock<Block256>
{
    private readonly Vector256<float> _low;
    private readonly Vector256<float> _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Block256(Vector256<float> low, Vector256<float> high) => (_low, _high) = (low, high);

    /// <inheritdoc/>
    public static Block256 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => default;
    }

    /// <inheritdoc/>
    public static Block256 Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<float>.Indices, Vector256<float>.Indices + Vector256.Create(8f));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 Create(float value) => new(Vector256.Create(value), Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 Load(float* from) => new(Vector256.Load(from), Vector256.Load(from + 8));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Block256 value, float* to)
    {
        Vector256.Store(value._low, to);
        Vector256.Store(value._high, to + 8);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 operator +(Block256 a, Block256 b) => new(a._low + b._low, a._high + b._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 operator -(Block256 a, Block256 b) => new(a._low - b._low, a._high - b._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 operator *(Block256 a, Block256 b) => new(a._low * b._low, a._high * b._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 operator /(Block256 a, Block256 b) => new(a._low / b._low, a._high / b._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 operator &(Block256 a, Block256 b) => new(a._low & b._low, a._high & b._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 operator |(Block256 a, Block256 b) => new(a._low | b._low, a._high | b._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 MinNative(Block256 a, Block256 b) =>
        new(Vector256.MinNative(a._low, b._low), Vector256.MinNative(a._high, b._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 MaxNative(Block256 a, Block256 b) =>
        new(Vector256.MaxNative(a._low, b._low), Vector256.MaxNative(a._high, b._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 LessThan(Block256 a, Block256 b) =>
        new(Vector256.LessThan(a._low, b._low), Vector256.LessThan(a._high, b._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 LessThanOrEqual(Block256 a, Block256 b) =>
        new(Vector256.LessThanOrEqual(a._low, b._low), Vector256.LessThanOrEqual(a._high, b._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 Equals(Block256 a, Block256 b) => new(Vector256.Equals(a._low, b._low), Vector256.Equals(a._high, b._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 FusedMultiplyAdd(Block256 a, Block256 b, Block256 c) =>
        new(Vector256.FusedMultiplyAdd(a._low, b._low, c._low), Vector256.FusedMultiplyAdd(a._high, b._high, c._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 ConditionalSelect(Block256 condition, Block256 a, Block256 b) =>
        new(Vector256.ConditionalSelect(condition._low, a._low, b._low), Vector256.ConditionalSelect(condition._high, a._high, b._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 Round(Block256 x) => new(Vector256.Round(x._low), Vector256.Round(x._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 Floor(Block256 x) => new(Vector256.Floor(x._low), Vector256.Floor(x._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block256 PowerOfTwo(Block256 n) => new(Lanes.PowerOfTwo(n._low), Lanes.PowerOfTwo(n._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Block256 Mantissa, Block256 Exponent) Split(Block256 x)
    {
        var exponent = new Block256(Lanes.Exponent(x._low), Lanes.Exponent(x._high));
        return (new(Lanes.Mantissa(x._low, exponent._low), Lanes.Mantissa(x._high, exponent._high)), exponent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Block256 v) => Lanes.Sum(v._low + v._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(Block256 v) => Lanes.Min(Vector256.MinNative(v._low, v._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Block256 v) => Lanes.Max(Vector256.MaxNative(v._low, v._high));
}

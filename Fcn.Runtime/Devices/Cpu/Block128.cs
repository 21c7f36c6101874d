using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fcn.Devices.Cpu;

/// <summary>A block of 16 channels in four 128-bit vectors, on any processor.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Block128 : IBlock<Block128>
{
    private readonly Vector128<float> _first;
    private readonly Vector128<float> _second;
    private readonly Vector128<float> _third;
    private readonly Vector128<float> _fourth;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Block128(Vector128<float> first, Vector128<float> second, Vector128<float> third, Vector128<float> fourth) =>
        (_first, _second, _third, _fourth) = (first, second, third, fourth);

    /// <inheritdoc/>
    public static Block128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => default;
    }

    /// <inheritdoc/>
    public static Block128 Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(
            Vector128<float>.Indices,
            Vector128<float>.Indices + Vector128.Create(4f),
            Vector128<float>.Indices + Vector128.Create(8f),
            Vector128<float>.Indices + Vector128.Create(12f));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 Create(float value) =>
        new(Vector128.Create(value), Vector128.Create(value), Vector128.Create(value), Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 Load(float* from) =>
        new(Vector128.Load(from), Vector128.Load(from + 4), Vector128.Load(from + 8), Vector128.Load(from + 12));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Block128 value, float* to)
    {
        Vector128.Store(value._first, to);
        Vector128.Store(value._second, to + 4);
        Vector128.Store(value._third, to + 8);
        Vector128.Store(value._fourth, to + 12);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 operator +(Block128 a, Block128 b) =>
        new(a._first + b._first, a._second + b._second, a._third + b._third, a._fourth + b._fourth);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 operator -(Block128 a, Block128 b) =>
        new(a._first - b._first, a._second - b._second, a._third - b._third, a._fourth - b._fourth);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 operator *(Block128 a, Block128 b) =>
        new(a._first * b._first, a._second * b._second, a._third * b._third, a._fourth * b._fourth);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 operator /(Block128 a, Block128 b) =>
        new(a._first / b._first, a._second / b._second, a._third / b._third, a._fourth / b._fourth);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 operator &(Block128 a, Block128 b) =>
        new(a._first & b._first, a._second & b._second, a._third & b._third, a._fourth & b._fourth);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 operator |(Block128 a, Block128 b) =>
        new(a._first | b._first, a._second | b._second, a._third | b._third, a._fourth | b._fourth);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 MinNative(Block128 a, Block128 b) => new(
        Vector128.MinNative(a._first, b._first),
        Vector128.MinNative(a._second, b._second),
        Vector128.MinNative(a._third, b._third),
        Vector128.MinNative(a._fourth, b._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 MaxNative(Block128 a, Block128 b) => new(
        Vector128.MaxNative(a._first, b._first),
        Vector128.MaxNative(a._second, b._second),
        Vector128.MaxNative(a._third, b._third),
        Vector128.MaxNative(a._fourth, b._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 LessThan(Block128 a, Block128 b) => new(
        Vector128.LessThan(a._first, b._first),
        Vector128.LessThan(a._second, b._second),
        Vector128.LessThan(a._third, b._third),
        Vector128.LessThan(a._fourth, b._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 LessThanOrEqual(Block128 a, Block128 b) => new(
        Vector128.LessThanOrEqual(a._first, b._first),
        Vector128.LessThanOrEqual(a._second, b._second),
        Vector128.LessThanOrEqual(a._third, b._third),
        Vector128.LessThanOrEqual(a._fourth, b._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 Equals(Block128 a, Block128 b) => new(
        Vector128.Equals(a._first, b._first),
        Vector128.Equals(a._second, b._second),
        Vector128.Equals(a._third, b._third),
        Vector128.Equals(a._fourth, b._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 FusedMultiplyAdd(Block128 a, Block128 b, Block128 c) => new(
        Vector128.MultiplyAddEstimate(a._first, b._first, c._first),
        Vector128.MultiplyAddEstimate(a._second, b._second, c._second),
        Vector128.MultiplyAddEstimate(a._third, b._third, c._third),
        Vector128.MultiplyAddEstimate(a._fourth, b._fourth, c._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 ConditionalSelect(Block128 condition, Block128 a, Block128 b) => new(
        Vector128.ConditionalSelect(condition._first, a._first, b._first),
        Vector128.ConditionalSelect(condition._second, a._second, b._second),
        Vector128.ConditionalSelect(condition._third, a._third, b._third),
        Vector128.ConditionalSelect(condition._fourth, a._fourth, b._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 Round(Block128 x) =>
        new(Vector128.Round(x._first), Vector128.Round(x._second), Vector128.Round(x._third), Vector128.Round(x._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 Floor(Block128 x) =>
        new(Vector128.Floor(x._first), Vector128.Floor(x._second), Vector128.Floor(x._third), Vector128.Floor(x._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block128 PowerOfTwo(Block128 n) =>
        new(Lanes.PowerOfTwo(n._first), Lanes.PowerOfTwo(n._second), Lanes.PowerOfTwo(n._third), Lanes.PowerOfTwo(n._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Block128 Mantissa, Block128 Exponent) Split(Block128 x)
    {
        var exponent = new Block128(
            Lanes.Exponent(x._first), Lanes.Exponent(x._second), Lanes.Exponent(x._third), Lanes.Exponent(x._fourth));
        return (new(Lanes.Mantissa(x._first, exponent._first),
            Lanes.Mantissa(x._second, exponent._second),
            Lanes.Mantissa(x._third, exponent._third),
            Lanes.Mantissa(x._fourth, exponent._fourth)), exponent);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Block128 v) => Lanes.Sum((v._first + v._third) + (v._second + v._fourth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(Block128 v) =>
        Lanes.Min(Vector128.MinNative(Vector128.MinNative(v._first, v._third), Vector128.MinNative(v._second, v._fourth)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Block128 v) =>
        Lanes.Max(Vector128.MaxNative(Vector128.MaxNative(v._first, v._third), Vector128.MaxNative(v._second, v._fourth)));
}

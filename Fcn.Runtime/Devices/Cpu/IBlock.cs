using System.ComponentModel;

namespace Fcn.Devices.Cpu;

/// <summary>
/// The 16 channels of a block in registers, as many vectors as that takes. Generated kernels are generic over it: one text, which the JIT compiles
/// once per vector width, with every operation inlined. Operations are those of <see cref="System.Runtime.Intrinsics.Vector512"/> under their names;
/// comparisons yield all bits of a lane or none.
/// </summary>
/// <typeparam name="V">The type itself.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe interface IBlock<V> where V : struct, IBlock<V>
{
    /// <summary>All zeros.</summary>
    static abstract V Zero { get; }

    /// <summary>0, 1, 2, … 15.</summary>
    static abstract V Indices { get; }

    /// <summary>One number in all lanes.</summary>
    static abstract V Create(float value);

    /// <summary>Reads 16 floats.</summary>
    static abstract V Load(float* from);

    /// <summary>Writes 16 floats.</summary>
    static abstract void Store(V value, float* to);

    /// <summary>Sums.</summary>
    static abstract V operator +(V a, V b);

    /// <summary>Differences.</summary>
    static abstract V operator -(V a, V b);

    /// <summary>Products.</summary>
    static abstract V operator *(V a, V b);

    /// <summary>Quotients.</summary>
    static abstract V operator /(V a, V b);

    /// <summary>Bits that both have.</summary>
    static abstract V operator &(V a, V b);

    /// <summary>Bits that one has.</summary>
    static abstract V operator |(V a, V b);

    /// <summary>The lower of two numbers; which, of NaNs and zeros of both signs, is the machine's choice.</summary>
    static abstract V MinNative(V a, V b);

    /// <summary>The higher of two numbers; which, of NaNs and zeros of both signs, is the machine's choice.</summary>
    static abstract V MaxNative(V a, V b);

    /// <summary>a b + c, rounded once where the machine can.</summary>
    static abstract V FusedMultiplyAdd(V a, V b, V c);

    /// <summary>Where a is below b.</summary>
    static abstract V LessThan(V a, V b);

    /// <summary>Where a is not above b.</summary>
    static abstract V LessThanOrEqual(V a, V b);

    /// <summary>Where a equals b.</summary>
    static abstract V Equals(V a, V b);

    /// <summary>Lanes of a where the condition holds, else of b.</summary>
    static abstract V ConditionalSelect(V condition, V a, V b);

    /// <summary>The nearest whole numbers.</summary>
    static abstract V Round(V x);

    /// <summary>The whole numbers below.</summary>
    static abstract V Floor(V x);

    /// <summary>2ⁿ for whole numbers n from -126 to 127.</summary>
    static abstract V PowerOfTwo(V n);

    /// <summary>x = m · 2ᵉ with m from √½ to √2, of positive normal numbers.</summary>
    static abstract (V Mantissa, V Exponent) Split(V x);

    /// <summary>Sum over lanes, halves added to each other down to one: the same order on every machine.</summary>
    static abstract float Sum(V v);

    /// <summary>Smallest lane.</summary>
    static abstract float Min(V v);

    /// <summary>Largest lane.</summary>
    static abstract float Max(V v);
}

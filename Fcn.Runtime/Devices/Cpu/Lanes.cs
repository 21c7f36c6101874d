using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fcn.Devices.Cpu;

// What generated kernels need beyond the platform's vectors: reductions in a stated order, and the hash behind dropout.

/// <summary>Operations across and on the lanes of a vector. Called by generated kernels.</summary>
public static partial class Lanes
{
    /// <summary>Sum over lanes, halves added to each other down to one: the same order on every machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> v) => Sum(v.GetLower() + v.GetUpper());

    /// <inheritdoc cref="Sum(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v) => Sum(v.GetLower() + v.GetUpper());

    /// <inheritdoc cref="Sum(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> v)
    {
        var pairs = v + Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1));
        return (pairs + Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>Smallest lane. Of NaNs and of zeros of both signs, which lane comes out is the machine's choice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(Vector512<float> v) => Min(Vector256.MinNative(v.GetLower(), v.GetUpper()));

    /// <inheritdoc cref="Min(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(Vector256<float> v) => Min(Vector128.MinNative(v.GetLower(), v.GetUpper()));

    /// <inheritdoc cref="Min(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(Vector128<float> v)
    {
        var pairs = Vector128.MinNative(v, Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MinNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>Largest lane. Of NaNs and of zeros of both signs, which lane comes out is the machine's choice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> v) => Max(Vector256.MaxNative(v.GetLower(), v.GetUpper()));

    /// <inheritdoc cref="Max(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> v) => Max(Vector128.MaxNative(v.GetLower(), v.GetUpper()));

    /// <inheritdoc cref="Max(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> v)
    {
        var pairs = Vector128.MaxNative(v, Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>
    /// A number in [0, 1), a multiple of 2⁻²⁴, that depends on seed and counter alone; the same on every device. With all arithmetic on
    /// 32-bit unsigned whole numbers and mix(h): h ^= h ≫ 16; h *= 0x85EBCA6B; h ^= h ≫ 13; h *= 0xC2B2AE35; h ^= h ≫ 16 (the finaliser of
    /// MurmurHash3): key = mix(mix(seed + 0x9E3779B9) ^ high(counter)); h = mix(mix(low(counter) ^ key) ^ seed); result (h ≫ 8) · 2⁻²⁴.
    /// </summary>
    /// <param name="seed">Seed of this step.</param>
    /// <param name="counter">Which number: at least 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Uniform(int seed, long counter)
    {
        // Two rounds: with one, the masks of two seeds would be the same sequence read from two places.
        uint key = Mix(Mix((uint)seed + 0x9E3779B9) ^ (uint)(counter >> 32));
        uint hash = Mix(Mix((uint)counter ^ key) ^ (uint)seed);
        return (hash >> 8) * (1f / (1 << 24));
    }

    /// <summary>
    /// The 32-bit seed of a step's masks: mix(mix(low(seed)) + 0x9E3779B9 ^ high(seed)) with the mix of <see cref="Uniform"/>.
    /// </summary>
    /// <param name="seed">Any number.</param>
    public static int Fold(ulong seed) => (int)Mix((Mix((uint)seed) + 0x9E3779B9) ^ (uint)(seed >> 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint h)
    {
        h ^= h >> 16;
        h *= 0x85EBCA6B;
        h ^= h >> 13;
        h *= 0xC2B2AE35;
        return h ^ (h >> 16);
    }
}

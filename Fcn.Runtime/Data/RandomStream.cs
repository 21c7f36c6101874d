// A key of numbers → a stream of random numbers that is the same on every machine and in every version of .NET.
// Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014), SplitMix64 with the constants of Stafford's "Mix13";
// Lemire: Fast random integer generation in an interval (2019).
namespace Fcn.Data;

/// <summary>
/// SplitMix64: a counter that goes up by a constant, and a mixing function on it. Whatever is random in a run draws from a stream of
/// its own, keyed by what it is for (seed, epoch, position in the run), so that nothing depends on who draws first. A mutable value:
/// pass it by <c>ref</c>.
/// </summary>
public struct RandomStream
{
    const ulong Golden = 0x9E3779B97F4A7C15;

    ulong state;

    /// <summary>The stream of a seed. Seed 0 gives 0xE220A8397B1DCDAF first, as published.</summary>
    public RandomStream(ulong seed) => state = seed;

    /// <summary>
    /// The stream of a seed and a key, such as (seed, epoch) or (seed, iteration, image). Streams of different keys are independent.
    /// </summary>
    public RandomStream(ulong seed, params ReadOnlySpan<long> key)
    {
        state = seed;
        foreach (long part in key) state = Mix(state + Golden) ^ (ulong)part;
        state = Mix(state);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(state += Golden);

    /// <summary>A number from 0 to <paramref name="bound"/> − 1, each equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        // The high word of a 64x64-bit product; the few low words that would favour some results are drawn again.
        ulong unfair = (0 - (ulong)bound) % (ulong)bound;
        while (true)
        {
            ulong high = Math.BigMul(Next(), (ulong)bound, out ulong low);
            if (low >= unfair) return (int)high;
        }
    }

    /// <summary>A number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>A number in [<paramref name="least"/>, <paramref name="most"/>).</summary>
    public double Between(double least, double most) => least + (most - least) * Unit();

    /// <summary>True with probability one half.</summary>
    public bool Coin() => (Next() >> 63) != 0;

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

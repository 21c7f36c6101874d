using System.Numerics;
using System.Runtime.InteropServices;

namespace Fcn;

// Where a number is not finite: for weights that come in, checkpoints that go out, and scores.
internal static class NotFinite
{
    // The exponent's bits are all ones in infinity and NaN, and nowhere else.
    private const int Exponent = 0x7F80_0000;

    /// Index of the first value that is not finite, -1 where all are.
    public static int First(ReadOnlySpan<float> values)
    {
        var exponent = new Vector<int>(Exponent);
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        int at = 0;
        while (bits.Length - at >= Vector<int>.Count && !Vector.EqualsAny(new Vector<int>(bits[at..]) & exponent, exponent))
            at += Vector<int>.Count;
        while (at < bits.Length && (bits[at] & Exponent) != Exponent) at++;
        return at < bits.Length ? at : -1;
    }
}

namespace Fcn.Generator.Kernels;

// Division by multiplication (Granlund and Montgomery 1994). Let l = ⌈log2 d⌉ and m = ⌈2^(31+l) / d⌉. Then ⌊a / d⌋ = ⌊a m / 2^(31+l)⌋ for
// every a below 2^31: m d = 2^(31+l) + e with 0 <= e < d <= 2^l, so a m / 2^(31+l) is a / d plus a e / (d 2^(31+l)), which is below 1 / d
// because a < 2^31 and e < 2^l; and between a / d and the next multiple of 1 / d there is no whole number. m fits into 32 bits without
// sign: d > 2^(l-1) unless d is 1, whose m is 2^31. A machine has the upper half of a 64-bit product at once: the product of 2 a and m,
// shifted by l, or, where d is no power of two, that of a and m, shifted by l - 1.
internal static class Divisor
{
    /// m, as the bits of an int. Divisors are from 1 to 2^31 - 1.
    public static int Magic(int by) => unchecked((int)(uint)(((1UL << (31 + Shift(by))) + (ulong)by - 1) / (ulong)by));

    /// l.
    public static int Shift(int by)
    {
        int log = 0;
        while (1L << log < by) log++;
        return log;
    }
}

using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Strength reduction of divisions. Needs: Ints that are divided are not negative (KernelOp.Divide). Gives: a / c and a % c of Ints as
// shifts, or as the upper half of a product. Because: an assembler computes a reciprocal every time, if it knows nothing of the number's
// sign.
internal static class DivideByConstants
{
    public static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body) => new KernelRewrite(Divided).Of(body);

    private static Value Divided(Value v)
    {
        if (v.Op is not (KernelOp.Divide or KernelOp.Remainder) || v.Type != KernelType.Int) return v;
        if (v.Sources[1].Op != KernelOp.Constant) return v;
        var (a, by) = (v.Sources[0], (int)v.Sources[1].Number);
        int shift = Divisor.Shift(by);
        bool even = 1L << shift == by;
        if (v.Op == KernelOp.Remainder && even) return a & (by - 1);
        // A power of two is a shift. For others the product need not be that of 2 a: see Divisor.
        Value quotient = even ? a >> shift : Value.MultiplyHigh(a, Value.Int(Divisor.Magic(by))) >> (shift - 1);
        return v.Op == KernelOp.Divide ? quotient : a - quotient * by;
    }
}

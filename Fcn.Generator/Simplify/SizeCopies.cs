using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Zero fill of padding (cp.async src-size). Needs: copies under conditions. Gives: copies of 16 bytes or of none. Because: that is how the
// instruction says it; 16 zeros arrive where it reads nothing.
internal static class SizeCopies
{
    public const int Bytes = 16;

    public static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body) => new KernelRewrite(static v => v, Sized).Of(body);

    private static Statement Sized(Statement s) => s.Op == KernelOp.AsyncCopy && s.Operands[4] is var condition
        ? s with { Operands = [.. s.Operands.Take(4), Size(condition)] } : s;

    private static Value Size(Value condition) => condition.Is(1) ? Bytes : Value.Select(condition, Value.Int(Bytes), Value.Int(0));
}

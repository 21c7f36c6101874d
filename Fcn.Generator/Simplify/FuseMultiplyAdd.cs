using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Contraction to multiply-adds (mad). Needs: nothing. Gives: sums of Ints with a product on their left as one FusedMultiplyAdd. Because: it
// is one instruction of a GPU. Of real numbers the author says which sums are fused: they round otherwise.
internal static class FuseMultiplyAdd
{
    public static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body) => new KernelRewrite(Fused).Of(body);

    private static Value Fused(Value v) => v.Op == KernelOp.Add && v.Type == KernelType.Int && v.Sources[0].Op == KernelOp.Multiply
        ? Value.MultiplyAdd(v.Sources[0].Sources[0], v.Sources[0].Sources[1], v.Sources[1]) : v;
}

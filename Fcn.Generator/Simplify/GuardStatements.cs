using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Predication (if-conversion). Needs: FoldBranches. Gives: every If that guards one store or copy marked as BranchForm.Guarded. Because: a
// GPU makes one instruction conditional for nothing, where a branch costs two; what the instruction reads is computed before it, so that
// must need no memory and no other thread.
internal static class GuardStatements
{
    public static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body) => new KernelRewrite(static v => v, Guarded).Of(body);

    private static Statement Guarded(Statement s) =>
        s is { Op: KernelOp.If, Else.Count: 0, Body.Count: 1 }
        && s.Body[0] is { Op: KernelOp.Store or KernelOp.AsyncCopy } one && !one.Operands.Any(Reads)
            ? s with { Name = BranchForm.Guarded } : s;

    private static bool Reads(Value value) => value.Op == KernelOp.Load || value.Sources.Any(Reads);
}

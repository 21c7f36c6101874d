using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Branch folding. Needs: nothing. Gives: no If whose condition is a constant; what would run stands in its place. Because: schedules write
// one kernel for many forms, and a condition that a form decides is no branch.
internal static class FoldBranches
{
    public static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body) => body.Any(Folds) ? [.. body.SelectMany(Folded)] : body;

    private static bool Folds(Statement s) => IsDecided(s) || s.Body.Any(Folds) || s.Else.Any(Folds);

    private static IEnumerable<Statement> Folded(Statement s) =>
        IsDecided(s) ? Run(s.Operands[0].Number != 0 ? s.Body : s.Else)
        : [Folds(s) ? s with { Body = Run(s.Body), Else = Run(s.Else) } : s];

    private static bool IsDecided(Statement s) => s.Op == KernelOp.If && s.Operands[0].Op == KernelOp.Constant;
}

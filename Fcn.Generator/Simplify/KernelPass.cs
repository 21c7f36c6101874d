namespace Fcn.Generator.Simplify;

/// From what schedules say to what a target says in one word: statements in, statements out, which mean the same.
internal delegate IReadOnlyList<Statement> KernelPass(IReadOnlyList<Statement> body);

internal static class KernelPasses
{
    /// One after the other, as a target lists them.
    public static Kernel Run(this IReadOnlyList<KernelPass> passes, Kernel kernel) =>
        kernel with { Body = passes.Aggregate(kernel.Body, static (body, pass) => pass(body)) };
}

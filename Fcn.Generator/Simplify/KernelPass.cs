using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

/// A pass over the statements of a kernel (peephole optimisation, lowering): what comes out means the same, in words that a target has.
internal delegate IReadOnlyList<Statement> KernelPass(IReadOnlyList<Statement> body);

internal static class KernelPasses
{
    /// One after the other, as a target lists them.
    public static Kernel Run(this IReadOnlyList<KernelPass> passes, Kernel kernel) =>
        kernel with { Body = passes.Aggregate(kernel.Body, static (body, pass) => pass(body)) };
}

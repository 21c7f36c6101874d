using System.Reflection;
using Fcn.Tests.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Fcn.Tests.Ilgpu;

// Files of kernels in, kernels that can be launched out. What the rewriter does not know it leaves as it stands, for the compiler to judge: names and
// signatures are checked that way. Complaints says what a compilation without the rewriter says.
internal sealed class KernelProgram
{
    private readonly Dictionary<string, CompiledKernel> _kernels = [];

    public KernelProgram(params IReadOnlyList<string> files)
    {
        Source = Compile(files);
        var (sites, kernels, rewritten) = (new List<KernelSite>(), new List<RewrittenKernel>(), Source);
        foreach (var tree in Source.SyntaxTrees)
        {
            var model = Source.GetSemanticModel(tree);
            Assert.Empty(Members.Used(model).Except(Members.Listed));
            var rewriter = new KernelRewriter(model, sites);
            var root = rewriter.Visit(tree.GetRoot());
            rewritten = rewritten.ReplaceSyntaxTree(tree, CSharpSyntaxTree.Create((CSharpSyntaxNode)root!, (CSharpParseOptions)tree.Options));
            kernels.AddRange(rewriter.Kernels);
        }
        var assembly = Compilations.Load(rewritten);
        KernelSite[] all = [.. sites];
        foreach (var kernel in kernels)
        {
            var start = assembly.GetType(kernel.Type)!.GetMethod(kernel.StartName, BindingFlags.Public | BindingFlags.Static)!;
            _kernels[kernel.Key] = kernel.Compiled(all, start.CreateDelegate<KernelStart>());
        }
    }

    /// The files as they stand.
    public CSharpCompilation Source { get; }

    /// Errors and warnings of the files as they stand; a second compilation, so not asked for every time.
    public IEnumerable<Diagnostic> Complaints => Source.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning);

    /// A kernel by class and name.
    public CompiledKernel this[string key] =>
        _kernels.TryGetValue(key, out var kernel) ? kernel
            : throw new KeyNotFoundException($"no kernel '{key}' among {string.Join(", ", _kernels.Keys)}");

    private static CSharpCompilation Compile(IReadOnlyList<string> files)
    {
        var compilation = Compilations.WithIlgpu([.. files]);
        return compilation.WithOptions(compilation.Options.WithOptimizationLevel(OptimizationLevel.Release));
    }
}

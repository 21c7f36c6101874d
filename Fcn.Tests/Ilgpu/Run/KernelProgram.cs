using System.Reflection;
using Fcn.Tests.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Fcn.Tests.Ilgpu;

// Files of kernels in, kernels that can be launched out. The files are compiled as they stand first: that is the check of names and signatures.
internal sealed class KernelProgram
{
    private const string AssignedButUnused = "CS0219";

    private readonly Dictionary<string, CompiledKernel> _kernels = [];

    public KernelProgram(params IReadOnlyList<string> files)
    {
        Source = Compile(files);
        Assert.Empty(Source.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning && d.Id != AssignedButUnused));
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

using System.Collections.Immutable;
using System.Text;
using Fcn.Generator.Collections;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Emit;
using Fcn.Generator.Source;
using Fcn.Generator.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Fcn.Generator;

// Roslyn's side of the compiler: read -> compile -> outputs. Everything between is values, so an edit elsewhere stops at Read.
[Generator(LanguageNames.CSharp)]
public sealed class FcnGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var read = context.SyntaxProvider
            .ForAttributeWithMetadataName("Fcn.FcnAttribute", static (node, _) => node is TypeDeclarationSyntax, DeclarationReader.Read)
            .WithTrackingName(Steps.Read).Where(static r => r is not null).Select(static (r, _) => r!);
        var selection = context.AnalyzerConfigOptionsProvider.Select(Selection.Read);
        var project = context.CompilationProvider.Combine(selection).Select(static (p, _) => UserProject.Read(p.Left, p.Right));
        var names = read.Select(static (r, _) => r.Network.FullName).Collect().Select(static (all, _) => HintNames.Of(all));

        // The class itself: other code in the user's project depends on it, in the IDE too.
        var surface = read.Combine(project).Select(static (r, cancel) => Compiler.Surface(r.Left, r.Right, cancel))
            .WithTrackingName(Steps.Surface);
        context.RegisterSourceOutput(Files(surface, names).WithTrackingName(Steps.SurfaceFiles), Write);

        // Kernels: an IDE may leave them out. Code that names a class of theirs compiles, but may be marked there.
        var kernels = read.Combine(project).Select(static (r, cancel) => Compiler.Kernels(r.Left, r.Right, cancel))
            .WithTrackingName(Steps.Kernels);
        context.RegisterImplementationSourceOutput(Files(kernels, names).WithTrackingName(Steps.KernelFiles), Write);

        var shared = kernels.SelectMany(static (c, _) => c.Shared).Collect().SelectMany(static (files, _) => files.Distinct());
        context.RegisterImplementationSourceOutput(shared.WithTrackingName(Steps.SharedFiles), Write);

        // Only Fcn.Runtime has the class that asks for register tiles, which all networks share.
        var tiles = context.SyntaxProvider
            .ForAttributeWithMetadataName(EmitTiles.RuntimeMark, static (node, _) => node is TypeDeclarationSyntax, static (_, _) => true)
            .SelectMany(static (_, _) => EmitTiles.Runtime());
        context.RegisterSourceOutput(tiles, Write);

        // Problems: joined with the compilation for their locations, which are in no model. Runs at every edit, where there are problems.
        var unfit = read.Collect().Combine(project).SelectMany(static (p, _) => Unfit(p.Left, p.Right));
        context.RegisterSourceOutput(Faulty(unfit).Combine(context.CompilationProvider), Report);
        context.RegisterSourceOutput(Faulty(surface).Combine(context.CompilationProvider), Report);
        context.RegisterImplementationSourceOutput(Faulty(kernels).Combine(context.CompilationProvider), Report);
    }

    private static IncrementalValuesProvider<GeneratedFile> Files(
        IncrementalValuesProvider<Compiled> compiled, IncrementalValueProvider<HintNames> names) =>
        compiled.Combine(names).SelectMany(static (c, _) => c.Left.Files.Select(f => c.Right.Named(f, c.Left.Network)));

    // What is wrong with the project's settings is said once, at its first network.
    private static IEnumerable<Compiled> Unfit(ImmutableArray<Reading> networks, UserProject project) =>
        networks.Select(static r => r.Network).OrderBy(static n => n.FullName, StringComparer.Ordinal).Take(1)
            .Select(n => new Compiled(n, [], project.Problems(n).ToEquatableArray()));

    private static IncrementalValueProvider<ImmutableArray<Compiled>> Faulty(IncrementalValuesProvider<Compiled> compiled) =>
        compiled.Where(static c => c.Problems.Count > 0).Select(static (c, _) => c with { Files = [] }).Collect()
            .WithTrackingName(Steps.Problems);

    private static void Write(SourceProductionContext context, GeneratedFile file) =>
        context.AddSource(file.HintName, SourceText.From(file.Text, Encoding.UTF8));

    // A fault in a backbone is one diagnostic, however many networks share it.
    private static void Report(SourceProductionContext context, (ImmutableArray<Compiled> Faulty, Compilation Compilation) problems)
    {
        var told = new HashSet<(ProblemId, Location, EquatableArray<string>)>();
        foreach (var compiled in problems.Faulty)
            foreach (var problem in compiled.Problems)
            {
                var location = SourceMap.Find(problems.Compilation, compiled.Network, problem, context.CancellationToken);
                if (told.Add((problem.Id, location, problem.Arguments)))
                    context.ReportDiagnostic(Diagnostic.Create(Descriptors.Of(problem.Id), location, [.. problem.Arguments]));
            }
    }
}

/// Names of the steps in Roslyn's record of a run; tests ask by them what ran again and why.
internal static class Steps
{
    public const string Read = nameof(Read);
    public const string Surface = nameof(Surface);
    public const string SurfaceFiles = nameof(SurfaceFiles);
    public const string Kernels = nameof(Kernels);
    public const string KernelFiles = nameof(KernelFiles);
    public const string SharedFiles = nameof(SharedFiles);
    public const string Problems = nameof(Problems);
}

using System.Globalization;
using System.Reflection;
using Fcn.Generator.Declaration;
using Fcn.Generator.Graph;
using Fcn.Generator.Passes;
using Fcn.Generator.Source;
using Fcn.Generator;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Tests.Generator;

// Source text in; compilations, generator runs and declarations out.
internal static class Compilations
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    /// What the generator knows of a project such as those below.
    public static readonly UserProject Project = new(
        ReferencesIlgpu: false, IsSigned: false, AllowsUnsafe: true, Optimizes: true, OldLanguage: null, Selection.All);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(FcnAttribute).Assembly.Location)
            .Select(static p => MetadataReference.CreateFromFile(p)),
    ];

    /// A user's release build: every source is a file, File0.cs, File1.cs and so on.
    public static CSharpCompilation Of(params string[] sources) => CSharpCompilation.Create(
        "User",
        sources.Select(static (s, i) => Parse(s, $"File{i.ToString(CultureInfo.InvariantCulture)}.cs")),
        References,
        new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// A user's project that references ILGPU, which is the stand-in here.
    public static CSharpCompilation WithIlgpu(params string[] sources) =>
        Of(sources).AddReferences(MetadataReference.CreateFromFile(typeof(ILGPU.Group).Assembly.Location));

    public static SyntaxTree Parse(string source, string path = "File.cs") => CSharpSyntaxTree.ParseText(source, Parsing, path);

    /// Kernels are a separate output; most tests can do without, as an IDE can. Properties: of the project, "FcnTargets=cpu".
    public static GeneratorDriver Driver(bool kernels = true, string properties = "") => CSharpGeneratorDriver.Create(
        [new FcnGenerator().AsSourceGenerator()],
        parseOptions: Parsing,
        optionsProvider: new ProjectProperties(properties),
        driverOptions: new(kernels ? IncrementalGeneratorOutputKind.None : IncrementalGeneratorOutputKind.Implementation, true));

    public static GeneratorRunResult Run(Compilation compilation, bool kernels = true) =>
        Driver(kernels).RunGenerators(compilation).GetRunResult().Results.Single();

    /// Problems of the declarations in a source that uses Fcn.
    public static IReadOnlyList<Diagnostic> Problems(string source) => Run(Of($"using Fcn;\n{source}"), kernels: false).Diagnostics;

    /// Hint name and text of everything generated, in the order of hint names.
    public static IReadOnlyList<(string Name, string Text)> Files(Compilation compilation, bool kernels = true) =>
    [
        .. Run(compilation, kernels).GeneratedSources
            .Select(static s => (s.HintName, s.SourceText.ToString()))
            .OrderBy(static s => s.HintName, StringComparer.Ordinal),
    ];

    /// The declaration of the first network in a source, as the generator reads it.
    public static NetworkDeclaration Declare(string source) =>
        ((Reading)Run(Of(source), kernels: false).TrackedSteps[Steps.Read].First().Outputs.Single().Value).Network;

    /// The graph of the first network in a source, spelled out in ops.
    public static NetworkGraph Desugared(string source)
    {
        Assert.Empty(Desugar.Run(Declare(source), out var network));
        return network.Build();
    }

    /// Errors of C# itself, after generation.
    public static IReadOnlyList<Diagnostic> Errors(Compilation compilation, bool kernels = false) =>
        Complaints(compilation, kernels, DiagnosticSeverity.Error);

    /// Errors and warnings of C# itself, after generation: users build with warnings as errors.
    public static IReadOnlyList<Diagnostic> Warnings(Compilation compilation) => Complaints(compilation, true, DiagnosticSeverity.Warning);

    private static IReadOnlyList<Diagnostic> Complaints(Compilation compilation, bool kernels, DiagnosticSeverity least)
    {
        Driver(kernels).RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        return [.. complete.GetDiagnostics().Where(d => d.Severity >= least)];
    }

    /// Compiles and loads a source that needs no generator.
    public static Assembly Load(Compilation compilation)
    {
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return Assembly.Load(stream.ToArray());
    }
}

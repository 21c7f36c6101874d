using System.Globalization;
using System.Reflection;
using Fcn.Generator.Declaration;
using Fcn.Generator;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Tests.Generator;

// Source text in; compilations, generator runs and declarations out.
internal static class Compilations
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Path.GetFileName(p) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
            .Append(typeof(FcnAttribute).Assembly.Location)
            .Select(static p => MetadataReference.CreateFromFile(p)),
    ];

    /// A user's project: every source is a file, File0.cs, File1.cs and so on.
    public static CSharpCompilation Of(params string[] sources) => CSharpCompilation.Create(
        "User",
        sources.Select(static (s, i) => Parse(s, $"File{i.ToString(CultureInfo.InvariantCulture)}.cs")),
        References,
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    public static SyntaxTree Parse(string source, string path = "File.cs") => CSharpSyntaxTree.ParseText(source, Parsing, path);

    public static GeneratorDriver Driver(IncrementalGeneratorOutputKind without = IncrementalGeneratorOutputKind.None) => CSharpGeneratorDriver.Create(
        [new FcnGenerator().AsSourceGenerator()], parseOptions: Parsing, driverOptions: new(without, trackIncrementalGeneratorSteps: true));

    public static GeneratorRunResult Run(Compilation compilation) => Driver().RunGenerators(compilation).GetRunResult().Results.Single();

    /// Hint name and text of everything generated, in the order of hint names.
    public static IReadOnlyList<(string Name, string Text)> Files(Compilation compilation) =>
        [.. Run(compilation).GeneratedSources.Select(static s => (s.HintName, s.SourceText.ToString())).OrderBy(static s => s.HintName, StringComparer.Ordinal)];

    /// The declaration of the first network in a source, as the generator reads it.
    public static NetworkDeclaration Declare(string source)
    {
        var run = Driver(without: IncrementalGeneratorOutputKind.Implementation).RunGenerators(Of(source)).GetRunResult().Results.Single();
        var read = run.TrackedSteps[Steps.Read].First().Outputs.Single().Value;
        return ((Reading)read).Network;
    }

    /// Errors of C# itself, after generation.
    public static IReadOnlyList<Diagnostic> Errors(Compilation compilation)
    {
        Driver().RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        return [.. complete.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error)];
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

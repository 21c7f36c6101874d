// What the compiler costs a build: one project of the declarations in FILE… and one unrelated file → the time of the first run of the
// generator in this process, by the clock and by Roslyn's own record of it, and the times after edits: of the unrelated file, of an
// attribute. One process, one cold run.
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fcn.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fcn.Bench;

static partial class GeneratorTimes
{
    const int Edits = 9;

    static readonly CSharpParseOptions parsing = new(LanguageVersion.Latest);

    // The type by which the generator knows that ILGPU is there.
    static readonly SyntaxTree WithIlgpu = Parse("namespace ILGPU.Runtime.Cuda { public static class CudaAsm; }", "Ilgpu.cs");

    // The SDK gives users' projects this one; files of Fcn.Models are in its namespace.
    static readonly SyntaxTree Usings = Parse("global using System;", "Usings.cs");

    /// The text alone: characters and files.
    public static int Text(Options options)
    {
        Cold(Project(Declared(options)), out GeneratorDriver driver);
        GeneratorRunResult result = Result(driver);
        Lap.Line(w => Volume(w, result));
        return 0;
    }

    public static int Run(Options options)
    {
        SyntaxTree[] declared = Declared(options);
        CSharpCompilation compilation = Project(declared);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        double cold = Cold(compilation, out GeneratorDriver driver);
        processor = Environment.CpuUsage.TotalTime - processor;
        GeneratorRunResult result = Result(driver);
        double recorded = driver.GetTimingInfo().GeneratorTimes.Single().ElapsedTime.TotalMilliseconds;

        double[] edits = Edited(Other(0), Other), changes = Edited(declared[0], number => WithClasses(declared[0], number));
        // The same work with everything compiled by the JIT: what a build server that stays alive pays.
        double warm = Cold(Project(declared), out _), ilgpu = Cold(Project([.. declared, WithIlgpu]), out _);
        Lap.Line(w =>
        {
            w.WriteNumber("cold_ms", Lap.Round(cold));
            w.WriteNumber("cold_processor_ms", Lap.Round(processor.TotalMilliseconds));
            w.WriteNumber("cold_by_roslyn_ms", Lap.Round(recorded));
            w.WriteNumber("warm_ms", Lap.Round(warm));
            w.WriteNumber("warm_ilgpu_ms", Lap.Round(ilgpu));
            w.WriteNumber("changed_ms", Lap.Round(Lap.Median(changes)));
            w.WriteNumber("first_edit_ms", Lap.Round(edits[0]));
            w.WriteNumber("edit_ms", Lap.Round(Lap.Median(edits)));
            Volume(w, result);
        });
        return 0;

        // Times after one edit after another of a file, which lies in the compilation by its path.
        double[] Edited(SyntaxTree file, Func<int, SyntaxTree> edit)
        {
            var times = new double[Edits];
            for (int i = 0; i < Edits; i++)
            {
                compilation = compilation.ReplaceSyntaxTree(compilation.SyntaxTrees.Single(t => t.FilePath == file.FilePath), edit(i + 1));
                times[i] = Lap.Time(() => driver = driver.RunGenerators(compilation));
            }
            return times;
        }
    }

    static void Volume(Utf8JsonWriter w, GeneratorRunResult result)
    {
        w.WriteNumber("files", result.GeneratedSources.Length);
        w.WriteNumber("characters", result.GeneratedSources.Sum(static s => (long)s.SourceText.Length));
    }

    static GeneratorRunResult Result(GeneratorDriver driver)
    {
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        if (result.Exception is { } failure) throw new FcnException($"The generator failed: {failure}");
        if (result.Diagnostics.FirstOrDefault() is { } problem) throw new FcnException($"The generator refused the networks: {problem}");
        return result;
    }

    // The first file is the network whose attribute is changed.
    static SyntaxTree[] Declared(Options options) =>
        [.. options.Words.Select(static file => Parse(File.ReadAllText(file), Path.GetFileName(file)))];

    static SyntaxTree WithClasses(SyntaxTree file, int more) => Parse(
        Classes().Replace(file.ToString(), m => $"Classes = {int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) + more}"), file.FilePath);

    [GeneratedRegex(@"Classes = (\d+)")]
    private static partial Regex Classes();

    static double Cold(CSharpCompilation compilation, out GeneratorDriver driver)
    {
        GeneratorDriver run = CSharpGeneratorDriver.Create([new FcnGenerator().AsSourceGenerator()], parseOptions: parsing);
        double time = Lap.Time(() => run = run.RunGenerators(compilation));
        driver = run;
        return time;
    }

    static CSharpCompilation Project(SyntaxTree[] declared) => CSharpCompilation.Create(
        "User", [.. declared, Usings, Other(0)], References(),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));

    static SyntaxTree Other(int number) => Parse($"public static class Other {{ public static int Number() => {number}; }}", "Other.cs");

    static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, parsing, path);

    static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Path.GetFileName(p) is var file
                && (file.StartsWith("System.", StringComparison.Ordinal) || file == "netstandard.dll"))
            .Append(typeof(FcnAttribute).Assembly.Location)
            .Select(static p => MetadataReference.CreateFromFile(p));
}

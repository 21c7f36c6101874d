// What the compiler costs a build: one project that declares FCN-8s and one unrelated file → the time of the first run of the generator in this
// process, by the clock and by Roslyn's own record of it, and the times after edits of the unrelated file. One process, one cold run.
using Fcn.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fcn.Bench;

static class GeneratorTimes
{
    const int Edits = 9;

    const string Fcn8s =
        """
        using Fcn;
        [Backbone]
        [Conv("conv1_1", 64, Pad = 100), Conv("conv1_2", 64), MaxPool("pool1")]
        [Conv("conv2_1", 128), Conv("conv2_2", 128), MaxPool("pool2")]
        [Conv("conv3_1", 256), Conv("conv3_2", 256), Conv("conv3_3", 256), MaxPool("pool3")]
        [Conv("conv4_1", 512), Conv("conv4_2", 512), Conv("conv4_3", 512), MaxPool("pool4")]
        [Conv("conv5_1", 512), Conv("conv5_2", 512), Conv("conv5_3", 512), MaxPool("pool5")]
        [Conv("fc6", 4096, Kernel = 7, Pad = 0, Dropout = 0.5), Conv("fc7", 4096, Kernel = 1, Pad = 0, Dropout = 0.5)]
        public sealed class Vgg16;

        [Fcn(Classes = 21)]
        [Backbone<Vgg16>]
        [Score("score_fr")]
        [Skip("pool4", Upsample = 2)]
        [Skip("pool3", Upsample = 2)]
        [Upsample(8)]
        public partial class Fcn8s;
        """;

    // The type by which the generator knows that ILGPU is there.
    static readonly SyntaxTree WithIlgpu = CSharpSyntaxTree.ParseText("namespace ILGPU.Runtime.Cuda { public static class CudaAsm; }", new CSharpParseOptions(LanguageVersion.Latest), "Ilgpu.cs");

    static readonly CSharpParseOptions parsing = new(LanguageVersion.Latest);

    public static int Run()
    {
        CSharpCompilation compilation = Project();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        double cold = Cold(compilation, out GeneratorDriver driver);
        processor = Environment.CpuUsage.TotalTime - processor;
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        if (result.Exception is { } failure) throw new FcnException($"The generator failed: {failure}");
        if (result.Diagnostics.FirstOrDefault() is { } problem) throw new FcnException($"The generator refused FCN-8s: {problem}");
        double recorded = driver.GetTimingInfo().GeneratorTimes.Single().ElapsedTime.TotalMilliseconds;

        var edits = new double[Edits];
        for (int i = 0; i < Edits; i++)
        {
            CSharpCompilation edited = compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[1], Other(i + 1));
            edits[i] = Lap.Time(() => driver = driver.RunGenerators(edited));
            compilation = edited;
        }
        // The same work with everything compiled by the JIT: what a build server that stays alive pays.
        double warm = Cold(Project(), out _), ilgpu = Cold(Project(WithIlgpu), out _);
        Lap.Line(w =>
        {
            w.WriteString("name", "generator FCN-8s");
            w.WriteNumber("cold_ms", Lap.Round(cold));
            w.WriteNumber("cold_processor_ms", Lap.Round(processor.TotalMilliseconds));
            w.WriteNumber("cold_by_roslyn_ms", Lap.Round(recorded));
            w.WriteNumber("warm_ms", Lap.Round(warm));
            w.WriteNumber("warm_ilgpu_ms", Lap.Round(ilgpu));
            w.WriteNumber("first_edit_ms", Lap.Round(edits[0]));
            w.WriteNumber("edit_ms", Lap.Round(Lap.Median(edits)));
            w.WriteNumber("files", result.GeneratedSources.Length);
            w.WriteNumber("characters", result.GeneratedSources.Sum(static s => (long)s.SourceText.Length));
        });
        return 0;
    }

    static double Cold(CSharpCompilation compilation, out GeneratorDriver driver)
    {
        GeneratorDriver run = CSharpGeneratorDriver.Create([new FcnGenerator().AsSourceGenerator()], parseOptions: parsing);
        double time = Lap.Time(() => run = run.RunGenerators(compilation));
        driver = run;
        return time;
    }

    static CSharpCompilation Project(params IEnumerable<SyntaxTree> more) => CSharpCompilation.Create(
        "User", [CSharpSyntaxTree.ParseText(Fcn8s, parsing, "Fcn8s.cs"), Other(0), .. more], References(),
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));

    static SyntaxTree Other(int number) =>
        CSharpSyntaxTree.ParseText($"public static class Other {{ public static int Number() => {number}; }}", parsing, "Other.cs");

    static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Path.GetFileName(p) is var file && (file.StartsWith("System.", StringComparison.Ordinal) || file == "netstandard.dll"))
            .Append(typeof(FcnAttribute).Assembly.Location)
            .Select(static p => MetadataReference.CreateFromFile(p));
}

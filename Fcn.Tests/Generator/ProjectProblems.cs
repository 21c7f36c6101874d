using System.Globalization;
using Fcn.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Fcn.Tests.Generator;

// Settings of the user's project: what kernels cannot do with is one message of ours, however many networks there are.
public class ProjectProblems
{
    private const string Street =
        "using Fcn; [Fcn(Classes = 2)] [Conv(\"conv1\", 8), MaxPool(\"pool1\"), Score, Upsample(2)] public partial class Street;";

    private static readonly string[] TwoNetworks = [Street, Street.Replace("Street", "Yard")];

    [Fact]
    public void WithoutUnsafeCodeItIsTheOnlyError()
    {
        var project = Compilations.Of(TwoNetworks);
        Only("FCN4001", DiagnosticSeverity.Error, project.WithOptions(project.Options.WithAllowUnsafe(false)));
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp8, "C# 8.0")]
    [InlineData(LanguageVersion.CSharp11, "C# 11.0")]
    public void AnOldLanguageIsTheOnlyError(LanguageVersion language, string named)
    {
        string[] sources = [.. TwoNetworks.Select(static s => s.Replace(";", "{ }").Replace("using Fcn{ }", "using Fcn;"))];
        var parsing = new CSharpParseOptions(language);
        var project = Compilations.Of().AddSyntaxTrees(sources.Select(s => CSharpSyntaxTree.ParseText(s, parsing)));
        Only("FCN4002", DiagnosticSeverity.Error, project, named);
    }

    [Fact]
    public void ADebugBuildIsOneWarning()
    {
        var project = Compilations.Of(TwoNetworks);
        Only("FCN4003", DiagnosticSeverity.Warning, project.WithOptions(project.Options.WithOptimizationLevel(OptimizationLevel.Debug)));
    }

    [Fact]
    public void ASignedAssemblyHasNoKernelsForIlgpu()
    {
        byte[] key = typeof(CSharpCompilation).Assembly.GetName().GetPublicKey()!;
        var project = Compilations.WithIlgpu(TwoNetworks);
        project = project.WithOptions(project.Options.WithCryptoPublicKey([.. key]));
        Only("FCN4004", DiagnosticSeverity.Warning, project);
        Assert.DoesNotContain(Compilations.Files(project), static f => f.Name.Contains("Ilgpu"));
    }

    [Fact]
    public void AProjectWithoutNetworksHearsNothing()
    {
        var project = Compilations.Of("public static class Program;");
        var options = project.Options.WithAllowUnsafe(false).WithOptimizationLevel(OptimizationLevel.Debug);
        Assert.Empty(Compilations.Run(project.WithOptions(options)).Diagnostics);
    }

    [Fact]
    public void ASecondAttributeIsTheCompilersErrorAlone()
    {
        string[] sources =
        [
            Street.Replace("public", "[Fcn(Classes = 3)] public"),
            Street.Replace("Street", "Yard"),
            "using Fcn; [Fcn(Classes = 3)] public partial class Yard;",
        ];
        Compilations.Driver().RunGeneratorsAndUpdateCompilation(Compilations.Of(sources), out var complete, out var problems);
        Assert.Empty(problems);
        var errors = complete.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error).ToList();
        Assert.All(errors, static e => Assert.Equal("CS0579", e.Id));
        Assert.Equal(2, errors.Count);
    }

    // One message, at the first network, in the words of its page; beside it nothing of the C# compiler's.
    private static void Only(string id, DiagnosticSeverity severity, CSharpCompilation project, string language = "")
    {
        var parsing = (CSharpParseOptions)project.SyntaxTrees[0].Options;
        var driver = CSharpGeneratorDriver.Create([new FcnGenerator().AsSourceGenerator()], parseOptions: parsing);
        driver.RunGeneratorsAndUpdateCompilation(project, out var complete, out var problems);
        var problem = Assert.Single(problems);
        Assert.Equal((id, severity), (problem.Id, problem.Severity));
        Assert.Equal("Street", problem.Location.SourceTree!.GetText().ToString(problem.Location.SourceSpan));
        string page = Repository.Read($"docs/diagnostics/{id}.md"), message = problem.GetMessage(CultureInfo.InvariantCulture);
        Assert.Contains($"> {(language == "" ? message : message.Replace(language, "C# 11"))}\n", page);
        Assert.DoesNotContain(complete.GetDiagnostics(), static d => d.Severity >= DiagnosticSeverity.Warning);
    }
}

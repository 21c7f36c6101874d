using Fcn.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;
using static Microsoft.CodeAnalysis.IncrementalStepRunReason;

namespace Fcn.Tests.Generator;

// What runs again after an edit, by Roslyn's own record of the run.
public class Incrementality
{
    private const string Other = "namespace User; public static class Other { public static int One() => 1; }";

    private static readonly string[] Compiling = [Steps.Surface, Steps.SurfaceFiles, Steps.Kernels, Steps.KernelFiles, Steps.SharedFiles];

    [Fact]
    public void TheFirstRunIsNew()
    {
        var (first, _) = Edit(c => c);
        foreach (string step in Compiling.Prepend(Steps.Read).Where(s => first.TrackedSteps.ContainsKey(s)))
            Assert.All(Reasons(first, step), static r => Assert.Equal(New, r));
        Assert.Equal([New], Reasons(first, Steps.Surface));
    }

    [Fact]
    public void TheSameCompilationIsCached() => EverythingCached(Edit(c => c).Second, Cached);

    [Fact]
    public void ACloneIsCached() => EverythingCached(Edit(c => c.Clone()).Second, Cached, Unchanged);

    [Fact]
    public void AnEditElsewhereCompilesNothing() => EverythingCached(
        Edit(c => Replace(c, 1, Other.Replace("=> 1", "=> 2"))).Second, Cached, Unchanged);

    [Fact]
    public void ANewFileCompilesNothing() => EverythingCached(
        Edit(c => c.AddSyntaxTrees(Compilations.Parse("public class More;", "More.cs"))).Second, Cached, Unchanged);

    [Theory]
    [InlineData("namespace User;", "namespace User; // a comment")]
    [InlineData("public partial class Tiny;", "public partial class Tiny { public int Own => 7; }")]
    [InlineData("[Score]", "\n\n[Score]")]
    [InlineData("[Fcn(Classes = 3)]", "[System.Obsolete] [Fcn(Classes = 3)]")]
    [InlineData("Kernel = 3, Pad = 0, Dropout = 0.25", "Kernel = 1 + 2, Pad = 0, Dropout = 0.25")]
    public void AnEditBesideTheAttributesCompilesNothing(string from, string to) => EverythingCached(
        Edit(c => Replace(c, 0, Sources.Tiny.Replace(from, to))).Second, Cached, Unchanged);

    [Theory]
    [InlineData("Classes = 3", "Classes = 4")]
    [InlineData("\"conv1\", 4", "\"conv1\", 5")]
    [InlineData("Kernel = 3, Pad = 0", "Kernel = 1, Pad = 0")]
    public void AnEditOfAnAttributeCompilesAgain(string from, string to)
    {
        var second = Edit(c => Replace(c, 0, Sources.Tiny.Replace(from, to))).Second;
        Assert.Equal([Modified], Reasons(second, Steps.Read));
        Assert.Equal([Modified], Reasons(second, Steps.Surface));
        Assert.Contains(Modified, Outputs(second));
    }

    [Fact]
    public void AnEditOfTheBackboneInAnotherFileCompilesAgain()
    {
        const string Network = "using Fcn; [Fcn(Classes = 2), Backbone<Trunk>, Score] public partial class Street;";
        const string Trunk = "using Fcn; [Backbone, Conv(\"conv1\", 8)] public class Trunk;";
        var (_, second) = Edit(c => Replace(c, 1, Trunk.Replace("8", "9")), Network, Trunk);
        Assert.Equal([Modified], Reasons(second, Steps.Read));
        Assert.Equal([Modified], Reasons(second, Steps.Surface));
    }

    [Fact]
    public void OneNetworksEditLeavesTheOtherAlone()
    {
        string other = Sources.Tiny.Replace("Tiny", "Second");
        var (_, second) = Edit(c => Replace(c, 1, other.Replace("Classes = 3", "Classes = 5")), Sources.Tiny, other);
        Assert.Equal([Unchanged, Modified], Reasons(second, Steps.Read));
        Assert.Equal([Cached, Modified], Reasons(second, Steps.Surface));
    }

    [Fact]
    public void AProblemThatMovesIsReportedWhereItIsNow()
    {
        const string Wrong = "using Fcn; [Fcn(Classes = 1)] [Conv(\"conv1\", 8), Score] public partial class Street;";
        var (first, second) = Edit(c => Replace(c, 0, "\n\n" + Wrong), Wrong, Other);
        Assert.Equal(0, Assert.Single(first.Diagnostics).Location.GetLineSpan().StartLinePosition.Line);
        Assert.Equal(2, Assert.Single(second.Diagnostics).Location.GetLineSpan().StartLinePosition.Line);
        Assert.All(Reasons(second, Steps.Surface), static r => Assert.True(r is Cached or Unchanged));
    }

    private static void EverythingCached(GeneratorRunResult run, params IncrementalStepRunReason[] read)
    {
        Assert.All(Reasons(run, Steps.Read), r => Assert.Contains(r, read));
        foreach (string step in Compiling.Where(run.TrackedSteps.ContainsKey))
            Assert.All(Reasons(run, step), static r => Assert.Equal(Cached, r));
        Assert.NotEmpty(Reasons(run, Steps.Surface));
        Assert.All(Outputs(run), static r => Assert.Equal(Cached, r));
    }

    private static (GeneratorRunResult First, GeneratorRunResult Second) Edit(
        Func<CSharpCompilation, Compilation> edit, params string[] sources)
    {
        var compilation = Compilations.Of(sources.Length > 0 ? sources : [Sources.Tiny, Other]);
        var driver = Compilations.Driver().RunGenerators(compilation);
        var first = driver.GetRunResult().Results.Single();
        return (first, driver.RunGenerators(edit(compilation)).GetRunResult().Results.Single());
    }

    private static CSharpCompilation Replace(CSharpCompilation compilation, int file, string source) =>
        compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[file], Compilations.Parse(source, compilation.SyntaxTrees[file].FilePath));

    private static IReadOnlyList<IncrementalStepRunReason> Reasons(GeneratorRunResult run, string step) =>
        [.. run.TrackedSteps[step].SelectMany(static s => s.Outputs).Select(static o => o.Reason)];

    // The outputs that write files; the one that reports problems sees the compilation.
    private static IReadOnlyList<IncrementalStepRunReason> Outputs(GeneratorRunResult run) =>
        [.. run.TrackedOutputSteps.SelectMany(static s => s.Value)
            .Where(static s => s.Inputs.Any(static i => i.Source.Name is Steps.SurfaceFiles or Steps.KernelFiles or Steps.SharedFiles))
            .SelectMany(static s => s.Outputs).Select(static o => o.Reason)];
}

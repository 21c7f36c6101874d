using System.Globalization;
using System.Text.RegularExpressions;
using Fcn.Generator;
using Fcn.Generator.Declaration;
using Fcn.Generator.Source;
using Fcn.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Tests.Generator;

// Every error has a page whose wrong example yields it and nothing else, at the place listed here and with the message that the page
// quotes, and whose right example compiles.
public partial class EveryProblem
{
    /// The source text that each page's wrong example is marked at.
    private static readonly Dictionary<ProblemId, string> Places = new()
    {
        [ProblemId.NotPartial] = "Street",
        [ProblemId.LayersOnTwoParts] = "Score",
        [ProblemId.Nested] = "Street",
        [ProblemId.UnsuitableClass] = "Street",
        [ProblemId.HasBaseClass] = "Street",
        [ProblemId.ClassesOutOfRange] = "Classes = 1",
        [ProblemId.NoLayers] = "Score",
        [ProblemId.NoScore] = "Street",
        [ProblemId.LayerAfterScore] = "Conv(\"conv2\", 8)",
        [ProblemId.BeforeScore] = "Skip(\"pool1\")",
        [ProblemId.NoUpsample] = "Score",
        [ProblemId.LayerAfterUpsample] = "Conv(\"conv2\", 8)",
        [ProblemId.InvalidName] = "\"conv 1\"",
        [ProblemId.DuplicateName] = "\"conv1\"",
        [ProblemId.UnknownTap] = "\"pol1\"",
        [ProblemId.SettingOutOfRange] = "Kernel = 0",
        [ProblemId.GroupsDoNotDivide] = "Groups = 3",
        [ProblemId.MeanLength] = "Channels = 1",
        [ProblemId.NotABackbone] = "Backbone<Trunk>",
        [ProblemId.BackboneCycle] = "Backbone<Trunk>",
        [ProblemId.PoolPad] = "Pad = 2",
        [ProblemId.PoolStride] = "Stride = 3",
        [ProblemId.GeneratedMember] = "Street",
        [ProblemId.UnknownSource] = "From = \"pol1\"",
        [ProblemId.NotRead] = "Conv(\"a\", 8)",
        [ProblemId.UnreadInput] = "Input(\"depth\", Channels = 1, Mean = new float[0])",
        [ProblemId.CropNotWhole] = "Kernel = 5",
        [ProblemId.CropNegative] = "Upsample(2)",
        [ProblemId.SkipStrideMismatch] = "Upsample = 4",
        [ProblemId.FinalStride] = "4",
        [ProblemId.CropDoesNotFit] = "Skip(\"pool1\")",
        [ProblemId.TooLarge] = "65536",
        [ProblemId.JoinStrides] = "Concat(\"both\", \"a\", \"pool1\")",
        [ProblemId.SumChannels] = "Sum(\"both\", \"conv1\", \"conv2\")",
    };

    public static TheoryData<string> Ids => [.. Enum.GetValues<ProblemId>().Select(Name)];

    /// Of declarations: what a project's settings cause is in ProjectProblems.
    public static TheoryData<string> UserIds => [.. Enum.GetValues<ProblemId>().Where(static id => id < ProblemId.UnsafeNotAllowed).Select(Name)];

    [Theory, MemberData(nameof(UserIds))]
    public void TheWrongExampleYieldsIt(string id)
    {
        var page = Page.Of(id);
        var problem = Assert.Single(Compilations.Problems(page.Wrong));
        Assert.Equal(id, problem.Id);
        Assert.Equal(page.Message, problem.GetMessage(CultureInfo.InvariantCulture));
        Assert.Equal(DiagnosticSeverity.Error, problem.Severity);
        Assert.Equal(Places[Parse(id)], problem.Location.SourceTree!.GetText().ToString(problem.Location.SourceSpan));
    }

    [Theory, MemberData(nameof(UserIds))]
    public void TheWrongExampleHasNoOtherErrors(string id) =>
        Assert.Empty(Compilations.Errors(Compilations.Of($"using Fcn;\n{Page.Of(id).Wrong}")));

    [Theory, MemberData(nameof(UserIds))]
    public void TheRightExampleCompiles(string id)
    {
        var compilation = Compilations.Of($"using Fcn;\n{Page.Of(id).Right}");
        Assert.Empty(Compilations.Problems(Page.Of(id).Right));
        Assert.Empty(Compilations.Errors(compilation));
        Assert.NotEmpty(Compilations.Files(compilation, kernels: false));
    }

    [Theory, MemberData(nameof(Ids))]
    public void ItHasADescriptorAPageAndARowOfTheRelease(string id)
    {
        var descriptor = Descriptors.Of(Parse(id));
        Assert.Equal(id, descriptor.Id);
        Assert.Equal($"docs/diagnostics/{id}.md", descriptor.HelpLinkUri);
        string title = descriptor.Title.ToString(CultureInfo.InvariantCulture);
        Assert.StartsWith($"# {id}: {title}\n", Repository.Read(descriptor.HelpLinkUri));
        Assert.Contains($"| [{id}]({id}.md) | {title} |\n", Repository.Read("docs/diagnostics/README.md"));
        var releases = new[] { "Shipped", "Unshipped" }.Select(static r => Repository.Read($"Fcn.Generator/AnalyzerReleases.{r}.md"));
        Assert.Contains(releases, r => r.Contains($"\n{id} | {descriptor.Category} | {descriptor.DefaultSeverity} | "));
    }

    [Fact]
    public void NoPageIsWithoutItsError() => Assert.Equal(
        Enum.GetValues<ProblemId>().Select(Name).Append("README").Order(StringComparer.Ordinal),
        Directory.GetFiles(Path.Combine(Repository.Root, "docs/diagnostics"))
            .Select(static f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));

    [Fact]
    public void AFaultOfTheCompilerIsAProblemNotACrash()
    {
        var network = new NetworkDeclaration("User", "Street", "User.Street", "public", [new LayerDeclaration("Nonsense", 0, [])]);
        var reading = new Reading(network, Extendable: true, Complete: true, []);
        var problem = Assert.Single(Compiler.Surface(reading, Compilations.Project, CancellationToken.None).Problems);
        Assert.Equal((ProblemId.OwnFault, Problem.OfClass), (problem.Id, problem.Layer));
        Assert.Equal("Street", problem.Arguments[0]);
        Assert.Contains("'Nonsense'", problem.Arguments[1]);
        Assert.StartsWith("at Fcn.Generator.Passes.Desugar", problem.Arguments[2]);
    }

    [Fact]
    public void CancellationIsNoFault()
    {
        var reading = new Reading(Compilations.Declare(Sources.Tiny), Extendable: true, Complete: true, []);
        Assert.ThrowsAny<OperationCanceledException>(() => Compiler.Surface(reading, Compilations.Project, new CancellationToken(canceled: true)));
    }

    private static string Name(ProblemId id) => $"FCN{((int)id).ToString(CultureInfo.InvariantCulture)}";

    private static ProblemId Parse(string id) => (ProblemId)int.Parse(id[3..], CultureInfo.InvariantCulture);

    private sealed partial record Page(string Message, string Wrong, string Right)
    {
        public static Page Of(string id)
        {
            string text = Repository.Read($"docs/diagnostics/{id}.md");
            var examples = Example().Matches(text);
            Assert.Equal(["Wrong", "Right"], examples.Select(static e => e.Groups[1].Value));
            return new(Quote().Match(text).Groups[1].Value, examples[0].Groups[2].Value, examples[1].Groups[2].Value);
        }

        [GeneratedRegex("^> (.+)$", RegexOptions.Multiline)]
        private static partial Regex Quote();

        [GeneratedRegex("^## (\\w+)\n\n```csharp\n(.+?)```$", RegexOptions.Multiline | RegexOptions.Singleline)]
        private static partial Regex Example();
    }
}

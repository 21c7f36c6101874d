using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Generator;

// Every name that generated code has, given to a layer, to a class and to a namespace of the user's: nothing hides anything, and the numbers
// stay.
public partial class NamesInGeneratedCode(ITestOutputHelper output)
{
    private const int Renamed = 100, Height = 20, Width = 18;

    // Every kind of value and buffer: borders, dilation, groups, overlapping windows, dropout, scale, a learned skip, copies of weight
    // gradients.
    private const string Stem = """
        [Conv("conv1", 9, Pad = 12), Conv("conv1b", 12, Groups = 3, Relu = false), MaxPool("pool1")]
        [Conv("conv2", 20, Dilation = 2, Pad = 2), MaxPool("pool2", Kernel = 3), Conv("conv3", 24, Kernel = 2, Pad = 0, Dropout = 0.4)]
        """;

    private const string Head = """
        [Score, Skip("pool1", Upsample = 2, Kernel = 3, Learned = true, Scale = 0.5), Upsample(2)]
        public partial class Rich;
        """;

    private static readonly Lazy<IReadOnlyList<string>> Emitted = new(Identifiers);

    // Of a class they are no names that anybody gives: C# itself keeps the lower-case ones, and a class System, Fcn or ILGPU in the global
    // namespace takes their place for all of the user's own code.
    private static IEnumerable<string> OfTypes(bool global) =>
        Emitted.Value.Where(n => n is not ("nint" or "var" or "Rich") && !(global && n is "System" or "Fcn" or "ILGPU" or "User"));

    [Fact]
    public void ALayerMayHaveAnyOfThem()
    {
        string[] visible = [.. Summary(Rich([])).Layers.Select(static l => l.Name)];
        // One of a kind, whatever layer's name it begins with and whatever its numbers are.
        string[] names =
        [
            .. Emitted.Value.Where(n => !visible.Contains(n, StringComparer.OrdinalIgnoreCase))
                .DistinctBy(static n => n.ToUpperInvariant()).DistinctBy(Kind),
        ];
        string[] plain = [.. Enumerable.Range(0, Renamed).Select(static i => FormattableString.Invariant($"plain{i:d3}"))];
        var expected = Step(Rich(plain));
        foreach (string[] chunk in names.Chunk(Renamed)) Assert.Equal(expected, Step(Rich([.. chunk, .. plain[chunk.Length..]])));
        output.WriteLine($"{names.Length} names of layers");

        string Kind(string name) => visible.Where(l => name.StartsWith($"{l}_", StringComparison.Ordinal)).MaxBy(static l => l.Length) is { } layer
            ? name[layer.Length..]
            : Digits().Replace(name, "#");
    }

    [Theory]
    [InlineData("Conv(\"score\", 8), MaxPool(\"data\"), Conv(\"labels\", 8), Score(\"loss\"), Upsample(2)")]
    [InlineData("Conv(\"Image\", 8), MaxPool(\"H\"), Conv(\"Scores\", 8), Score(\"score\"), Upsample(2)")]
    [InlineData(
        "Conv(\"score_pool1c\", 8, Pad = 9), MaxPool(\"pool1\"), Conv(\"score_2\", 8), MaxPool(\"_\"), "
        + "Score(\"score\"), Skip(\"pool1\"), Upsample(2)")]
    [InlineData(
        "Conv(\"conv1\", 8, Pad = 9), MaxPool(\"pool1c\"), Conv(\"conv2\", 8), MaxPool(\"pool1\"), Conv(\"conv3\", 8), MaxPool(\"pool3\"), "
        + "Score(\"score\"), Skip(\"pool1\"), Skip(\"pool1c\"), Upsample(2)")]
    [InlineData("Conv(\"Equals\", 8), MaxPool(\"ToString\"), Conv(\"Frame\", 8), Score(\"GetHashCode\"), Upsample(2)")]
    public void WhatEveryNetworkHasGivesWay(string layers)
    {
        string source = $"using Fcn; namespace User; [Fcn(Classes = 3), {layers}] public partial class Street;";
        Assert.Empty(Compilations.Problems(source));
        Assert.Empty(Compilations.Warnings(Compilations.WithIlgpu(source)));
    }

    [Theory]
    [InlineData("namespace User {{ public class {0}; }}", false)]
    [InlineData("namespace User.{0} {{ public class Any; }}", false)]
    [InlineData("public class {0};", true)]
    [InlineData("namespace {0} {{ public class Any; }}", true)]
    public void AClassOrNamespaceMayHaveAnyOfThem(string declaration, bool global)
    {
        Ours(Compilations.WithIlgpu(Rich([]), string.Join('\n', OfTypes(global).Select(n => string.Format(null, declaration, n)))));
    }

    // Namespaces that generated code imports, or that enclose its own.
    [Theory]
    [InlineData("System")]
    [InlineData("System.Runtime.Intrinsics")]
    [InlineData("System.Runtime.CompilerServices")]
    [InlineData("System.Collections.Generic")]
    [InlineData("Fcn.Devices")]
    public void ATypeMayStandInANamespaceOfOthers(string space) => Ours(Compilations.WithIlgpu(
        Rich([]), $"namespace {space}; class Lanes; class Extents; class CpuPool; class CudaProgram; class Launch; class IlgpuProgram; class Frame;"));

    [Theory]
    [InlineData("required")]
    [InlineData("file")]
    [InlineData("scoped")]
    [InlineData("record")]
    [InlineData("event")]
    [InlineData("street")]
    public void ANetworkOrItsNamespaceMayHaveALowerCaseName(string name) => Ours(Compilations.WithIlgpu(
        $"using Fcn; namespace User.@{name}; [Fcn(Classes = 2), Conv(\"conv1\", 8), Score] public partial class @{name};"));

    // Static members of the user's part are initialised before those of the generated one.
    [Fact]
    public void ANetworkMayKeepAnInstanceOfItself()
    {
        var project = Compilations.Of(Rich([]).Replace(
            "class Rich;", "class Rich { public static Rich Shared { get; } = new(); public static readonly int Layers = Summary.Layers.Count; }"));
        Assert.Empty(Compilations.Warnings(project));
        using var network = Open(project);
        Assert.NotSame(network, network.GetType().GetProperty("Shared")!.GetValue(null));
    }

    [Fact]
    public void AGlobalUsingMayHaveAnyOfThem()
    {
        var usings = OfTypes(global: true).Select(static n => $"global using {n} = System.Text.StringBuilder;");
        Ours(Compilations.WithIlgpu(Rich([]), string.Join('\n', usings)));
    }

    [Fact]
    public void NetworksMayBeCalledAsEachOthersParts()
    {
        string[] networks =
        [
            "User.Net", "User.NET", "user.Net", "User.NetBf16", "User.NetTraining", "User.Frame", "User.Cuda", "User.Math",
            "User.Deeper.Net", "user.Deeper.Ptx",
        ];
        var project = Compilations.WithIlgpu([.. networks.Select(static name =>
        {
            int dot = name.LastIndexOf('.');
            return $"namespace {name[..dot]}; [Fcn.Fcn(Classes = 2), Fcn.Conv(\"conv1\", 8), Fcn.Score] public partial class {name[(dot + 1)..]};";
        })]);
        Assert.Empty(Compilations.Run(project).Diagnostics);
        Assert.Empty(Compilations.Warnings(project));
        var files = Compilations.Files(project).Select(static f => f.Name).ToList();
        Assert.Contains("User.NET.g.cs", files);
        Assert.Contains("User.Net.2.Cuda.g.cs", files);
        Assert.Equal(files.Count, files.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void AssembliesThatSeeEachOthersInternalsMayBothHaveNetworks()
    {
        const string Shown = "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"Tests\")]";
        var project = Compilations.WithIlgpu(Rich([]), Shown).WithAssemblyName("Library");
        Compilations.Driver().RunGeneratorsAndUpdateCompilation(project, out var library, out _);
        using var stream = new MemoryStream();
        Assert.True(library.Emit(stream).Success);
        stream.Position = 0;
        var tests = Compilations.WithIlgpu(Rich([]).Replace("User", "Tests")).WithAssemblyName("Tests")
            .AddReferences(MetadataReference.CreateFromStream(stream));
        Assert.Empty(Compilations.Warnings(tests));
    }

    [Fact]
    public void CheckedArithmeticChangesNoNumber()
    {
        var project = Compilations.Of(Rich([]));
        Assert.Equal(Step(project), Step(project.WithOptions(project.Options.WithOverflowChecks(true))));
    }

    private static string Rich(string[] names)
    {
        // Poolings compile fastest.
        var extra = names.Select(static (name, i) =>
            i % 10 == 9 ? $"[Conv(\"{name}\", {(i % 20 == 9 ? 4 : 6)})]" : $"[MaxPool(\"{name}\", Kernel = 3, Stride = 1, Pad = 1)]");
        return $"using Fcn;\nnamespace User;\n[Fcn(Classes = 5)]\n{Stem.Replace("[Conv(\"conv2\"", $"{string.Concat(extra)}[Conv(\"conv2\"")}\n{Head}";
    }

    // Names that the C# of all targets consists of, but those of variables, which no name of a layer meets, and of what is told apart by a hash
    // of its text. Kernels' PTX is data in it.
    private static IReadOnlyList<string> Identifiers() =>
    [
        .. Compilations.Files(Compilations.WithIlgpu(Rich([]))).SelectMany(static f => Identifiers(CSharpSyntaxTree.ParseText(f.Text).GetRoot()))
            .Distinct().Where(static n => n.All(char.IsAscii) && !Hashed().IsMatch(n)).Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Identifiers(SyntaxNode file)
    {
        var variables = file.DescendantNodes().Select(static n => n switch
        {
            VariableDeclaratorSyntax { Parent.Parent: not FieldDeclarationSyntax } variable => variable.Identifier.ValueText,
            ParameterSyntax parameter => parameter.Identifier.ValueText,
            _ => "",
        });
        return file.DescendantTokens().Where(static t => t.IsKind(SyntaxKind.IdentifierToken)).Select(static t => t.ValueText).Except(variables);
    }

    [GeneratedRegex("_[0-9a-f]{8,}$")]
    private static partial Regex Hashed();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    private static NetworkSummary Summary(string source)
    {
        using var network = Open(Compilations.Of(source));
        return network.Description;
    }

    private static Network Open(CSharpCompilation project)
    {
        Compilations.Driver().RunGeneratorsAndUpdateCompilation(project, out var complete, out var problems);
        Assert.Empty(problems);
        return (Network)Activator.CreateInstance(Compilations.Load(complete).GetType("User.Rich")!, [null])!;
    }

    private static List<float> Step(string source) => Step(Compilations.Of(source));

    // Labels, loss and every gradient of one step.
    private static List<float> Step(CSharpCompilation project)
    {
        using var network = Open(project);
        var random = new Random(1);
        var parameters = network.Description.Parameters;
        for (int i = 0; i < parameters.Count; i++)
            network.Engine.Write(ParameterStore.Values, i, Values(random, (int)Tensor.Count(parameters[i].Shape)));
        var input = new InputBatch(1, Height, Width, 3, Values(random, Height * Width * 3));
        byte[] labels = new byte[Height * Width], truth = [.. labels.Select((_, i) => (byte)(i % 5))];
        network.Engine.Segment(input, labels);
        double loss = network.Engine.Backward(input, truth, new BackwardStep(1, 3, First: true));
        List<float> all = [.. labels.Select(static l => (float)l), (float)loss];
        for (int i = 0; i < parameters.Count; i++)
        {
            float[] gradient = new float[Tensor.Count(parameters[i].Shape)];
            network.Engine.Read(ParameterStore.Gradients, i, gradient);
            all.AddRange(gradient);
        }
        Assert.All(all, static v => Assert.True(float.IsFinite(v)));
        return all;
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

    // No error and no warning in generated code; of his own names the user may hear that they are unusual.
    private static void Ours(CSharpCompilation project)
    {
        Assert.Empty(Compilations.Run(project).Diagnostics);
        Assert.DoesNotContain(
            Compilations.Warnings(project),
            static d => d.Severity == DiagnosticSeverity.Error || d.Location.SourceTree!.FilePath.EndsWith(".g.cs", StringComparison.Ordinal));
    }
}

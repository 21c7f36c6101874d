using System.Reflection;
using Fcn.Generator;
using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Source;
using Fcn.Generator.Layers;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Tests.Generator;

// From attributes to values: order, backbones of this and of other assemblies, names that need care.
public class Declarations
{
    [Fact]
    public void TheBackbonesLayersStandAtItsPlace() => Assert.Equal(
        [
            "Fcn", "Input", "[Conv(\"first\")]", "[Conv(\"conv1\")]", "[MaxPool(\"pool1\")]", "[Conv(\"last\")]", "[Score(\"score_fr\")]",
            "[Upsample(2)]",
        ],
        Words("""
            using Fcn;
            [Fcn(Classes = 2), Conv("first", 4), Backbone<Trunk>, Conv("last", 4), Score, Upsample(2)] public partial class Street;
            [Backbone, Conv("conv1", 8), MaxPool("pool1")] public class Trunk;
            """));

    [Fact]
    public void ABackboneMayContainAnother() => Assert.Equal(
        ["Fcn", "Input", "[Conv(\"a\")]", "[Conv(\"b\")]", "[Conv(\"c\")]", "[Score(\"score_fr\")]"],
        Words("""
            using Fcn;
            [Fcn(Classes = 2), Backbone<Outer>, Score] public partial class Street;
            [Backbone, Conv("a", 8), Backbone<Inner>, Conv("c", 8)] public class Outer;
            [Backbone, Conv("b", 8)] public class Inner;
            """));

    [Fact]
    public void ABackboneOfAnotherAssemblyIsReadFromItsMetadata()
    {
        var library = Compilations.Of("using Fcn; namespace Library; " + Sources.Vgg16).WithAssemblyName("Library");
        using var image = new MemoryStream();
        Assert.True(library.Emit(image).Success);
        string network = Sources.Fcn8s.Replace(Sources.Vgg16, "").Replace("Vgg16", "Library.Vgg16");
        var compilation = Compilations.Of(network).AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
        Assert.Equal(Compilations.Files(Compilations.Of(Sources.Fcn8s), kernels: false), Compilations.Files(compilation, kernels: false));
        Assert.Empty(Compilations.Errors(compilation));
    }

    [Fact]
    public void AProblemInAnotherAssemblysBackboneIsMarkedWhereItIsUsed()
    {
        var library = Compilations.Of("using Fcn; namespace Library; [Backbone, Conv(\"conv1\", 8, Kernel = 0)] public class Trunk;")
            .WithAssemblyName("Library");
        const string Network = "using Fcn; [Fcn(Classes = 2), Backbone<Library.Trunk>, Score] public partial class Street;";
        using var image = new MemoryStream();
        Assert.True(library.Emit(image).Success);
        // As a file, and as an IDE has it: another project's compilation, whose syntax is not ours.
        MetadataReference[] references = [MetadataReference.CreateFromImage(image.ToArray()), library.ToMetadataReference()];
        foreach (var reference in references)
        {
            var problem = Assert.Single(Compilations.Run(Compilations.Of(Network).AddReferences(reference), kernels: false).Diagnostics);
            Assert.Equal("FCN1016", problem.Id);
            Assert.Equal("Backbone<Library.Trunk>", problem.Location.SourceTree!.GetText().ToString(problem.Location.SourceSpan));
        }
    }

    // Each of its own words, in the order in which heads begin; what nobody named has the head's name before its own, but for the first.
    [Fact]
    public void HeadsAndInputsAreAsDeclared()
    {
        var front = Compiler.Understand(Compilations.Declare("""
            using Fcn;
            [Fcn(Classes = 21)]
            [Input, Input("depth", Channels = 1, Mean = new float[0])]
            [Conv("conv1", 32), Conv("conv_d", 32, From = "depth"), Sum("both", "conv1", "conv_d"), MaxPool("pool1"), Conv("conv2", 64), MaxPool("pool2")]
            [Score, Score("parts", From = "pool2", Classes = 8, LossWeight = 0.4), Skip("pool1", Upsample = 2), Upsample(2), Upsample(4, From = "score_fr")]
            [Score("edges", From = "both", Classes = 2)]
            public partial class Rgbd;
            """), default);
        Assert.Empty(front.Problems);
        Assert.Equal([new("score_fr", 21, 1), new("parts", 8, 0.4), new Head("edges", 2, 1)], front.Table!.Heads);
        Assert.Equal(["data", "depth"], front.Graph!.Nodes.Select(static n => n.Op).OfType<Input>().Select(static i => i.Name));
        Assert.Equal(["score", "parts_score", "edges_score"], front.Graph.Outputs.Select(static o => o.Node.Name));
        Assert.Equal(
            ["score_fr", "parts", "parts_upscore2", "parts_score_pool1", "parts_fuse_pool1", "parts_upscore_pool1", "parts_score", "upscore", "score", "edges", "edges_score"],
            front.Table.Rows.Skip(6).Select(static r => r.Name));
    }

    // Of two of one name the network's own; others are added.
    [Fact]
    public void InputsOfABackboneAreAdded()
    {
        var network = Compilations.Declare("""
            using Fcn;
            [Fcn(Classes = 2), Input(Channels = 1, Mean = new float[0]), Backbone<Trunk>, Score] public partial class Street;
            [Backbone, Input, Input("depth", Channels = 1), Conv("conv1", 8)] public class Trunk;
            """);
        Assert.Equal([("data", 1), ("depth", 1)], network.Inputs.Select(static i => (i.Get(InputLayer.Name), i.Get(InputLayer.Channels))));
    }

    [Fact]
    public void TheNetworksInputPrecedesTheBackbones()
    {
        const string Source = """
            using Fcn;
            [Fcn(Classes = 2), Input(Channels = 1, Mean = new float[0]), Backbone<Trunk>, Score] public partial class Street;
            [Backbone, Input(Order = ChannelOrder.Rgb, Scale = 0.5f), Conv("conv1", 8)] public class Trunk;
            """;
        Assert.Equal((1, 0, 0, 1.0), Settings(Assert.Single(Compilations.Declare(Source).Inputs)));
        string inherited = Source.Replace("Input(Channels = 1, Mean = new float[0]), ", "");
        Assert.Equal((3, 3, 1, 0.5), Settings(Assert.Single(Compilations.Declare(inherited).Inputs)));

        static (int, int, int, double) Settings(LayerDeclaration input) =>
            (input.Get(InputLayer.Channels), input.Get(InputLayer.Mean).Count, input.Get(InputLayer.Order), input.Get(InputLayer.Scale));
    }

    [Theory]
    [InlineData("")]
    [InlineData("namespace User;")]
    [InlineData("namespace @event.@class;")]
    [InlineData("namespace Deep.Er;")]
    public void NetworksCompileInAnyNamespace(string space) =>
        Compiles($"{space} [Fcn.Fcn(Classes = 2), Fcn.Conv(\"conv1\", 8), Fcn.Score] public partial class Street;");

    [Theory]
    [InlineData("partial class @event;")]
    [InlineData("internal sealed partial class Straße;")]
    [InlineData("public partial class Street : System.IComparable { public int CompareTo(object? other) => 0; }")]
    [InlineData("public partial class Street : Fcn.Network;")]
    [InlineData("public partial class Network;")]
    public void ClassesCompileUnderAnyName(string type) =>
        Compiles($"namespace User; [Fcn.Fcn(Classes = 2), Fcn.Conv(\"conv1\", 8), Fcn.Score] {type}");

    [Fact]
    public void TwoNetworksOfOneNameDoNotMeet() => Compiles("""
        using Fcn;
        namespace One { [Fcn(Classes = 2), Conv("conv1", 8), Score] public partial class Street; }
        namespace Two { [Fcn(Classes = 3), Conv("conv1", 8), Score] public partial class Street; }
        """);

    [Fact]
    public void KernelsCompileInAnyNamespaceToo() => Assert.Empty(Compilations.Errors(Compilations.Of("""
        namespace @event.@class;
        [Fcn.Fcn(Classes = 2), Fcn.Conv("conv1", 1, Kernel = 1, Pad = 0), Fcn.Score] public partial class @event;
        """), kernels: true));

    [Theory]
    [InlineData("""Conv("c1", 8), Score("s")""")]
    [InlineData("""Conv("c1", 8), MaxPool("p"), Score("s"), Skip("c1", Upsample = 2)""")]
    [InlineData("""
        Conv("c1", 8, Stride = 2, Kernel = 2, Pad = 0), Conv("c2", 16, Groups = 4, Dropout = 0.1), MaxPool("p"), Score("s"),
        Skip("c2", Learned = true), Upsample(2)
        """)]
    public void KernelsHaveNoWarnings(string layers) => Assert.Empty(Compilations.Warnings(Compilations.Of(
        $"using Fcn; namespace User; [Fcn(Classes = 3), {layers}] public partial class Net;")));

    [Fact]
    public void EveryLayerHasItsAttributeWithTheSameSettingsAndDefaults()
    {
        foreach (var layer in LayerCatalog.All)
        {
            var type = typeof(FcnAttribute).Assembly.GetType($"Fcn.{layer.Word}Attribute")!;
            var properties = type.GetProperties().Where(static p => p.DeclaringType != typeof(Attribute)).ToDictionary(static p => p.Name);
            Assert.Equal(properties.Keys.Order(), layer.Settings.Select(static s => s.Name).Order());

            var constructor = type.GetConstructors().Single();
            object?[] arguments = [.. constructor.GetParameters().Select(Default)];
            object attribute = constructor.Invoke(arguments);
            foreach (var setting in layer.Settings)
            {
                Assert.Equal(setting.Leading, constructor.GetParameters().Any(p => DeclarationReader.SettingOf(p.Name!) == setting.Name));
                object? value = properties[setting.Name].GetValue(attribute);
                object? expected = value switch
                {
                    Enum choice => Convert.ToInt32(choice),
                    float single => (double)single,
                    float[] many => many.ToEquatableArray(),
                    string[] names => names.ToEquatableArray(),
                    _ => value,
                };
                Assert.Equal(expected, setting.Standard);
            }
        }
    }

    [Fact]
    public void EveryAttributeHasItsLayer() => Assert.Equal(
        typeof(FcnAttribute).Assembly.GetTypes()
            .Where(static t => t.IsSubclassOf(typeof(Attribute)) && t.Namespace == "Fcn")
            .Select(static t => t.Name).Where(static n => !n.StartsWith("Backbone", StringComparison.Ordinal)).Order(),
        LayerCatalog.All.Select(static l => $"{l.Word}Attribute").Order());

    private static object? Default(ParameterInfo parameter) =>
        parameter.HasDefaultValue ? parameter.DefaultValue
        : parameter.ParameterType == typeof(string) ? ""
        : parameter.ParameterType.IsArray ? Array.Empty<string>() : 0;

    private static IEnumerable<string> Words(string source) =>
        Compilations.Declare(source).Layers.Select(static l => l.Word is "Fcn" or "Input" ? l.Word : l.ToString());

    private static void Compiles(string source)
    {
        var compilation = Compilations.Of(source);
        Assert.Empty(Compilations.Run(compilation, kernels: false).Diagnostics);
        Assert.NotEmpty(Compilations.Files(compilation, kernels: false));
        Assert.Empty(Compilations.Errors(compilation));
    }
}

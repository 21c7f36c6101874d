using System.Globalization;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Tests.Generator;

// Variants of the errors in EveryProblem: other settings, other causes, other ways out. «» marks the place of the error.
public class Problems
{
    [Theory]
    [InlineData("[Conv(\"conv1\", «0»), Score]", "[Conv(\"conv1\")] has Channels = 0; it must be a whole number from 1 to 65536")]
    [InlineData(
        "[Conv(\"conv1\", «channels: -1»), Score]",
        "[Conv(\"conv1\")] has Channels = -1; it must be a whole number from 1 to 65536")]
    [InlineData("[Conv(\"conv1\", 8, «Stride = 0»), Score]", "[Conv(\"conv1\")] has Stride = 0; it must be a whole number from 1 to 255")]
    [InlineData("[Conv(\"conv1\", 8, «Pad = -1»), Score]", "[Conv(\"conv1\")] has Pad = -1; it must be a whole number from 0 to 4095")]
    [InlineData(
        "[Conv(\"conv1\", 8, «Dilation = 0»), Score]",
        "[Conv(\"conv1\")] has Dilation = 0; it must be a whole number from 1 to 255")]
    [InlineData("[Conv(\"conv1\", 8, «Groups = 0»), Score]", "[Conv(\"conv1\")] has Groups = 0; it must be a whole number from 1 to 65536")]
    [InlineData(
        "[Conv(\"conv1\", 8, «Dropout = 1»), Score]",
        "[Conv(\"conv1\")] has Dropout = 1; it must be a finite number of at least 0 and less than 1")]
    [InlineData(
        "[Conv(\"conv1\", 8, «Dropout = -0.5»), Score]",
        "[Conv(\"conv1\")] has Dropout = -0.5; it must be a finite number of at least 0 and less than 1")]
    [InlineData(
        "[Conv(\"conv1\", 8, «BiasRate = double.NaN»), Score]",
        "[Conv(\"conv1\")] has BiasRate = NaN; it must be a finite number of at least 0")]
    [InlineData(
        "[Conv(\"conv1\", 8), MaxPool(\"pool1\", «Kernel = 0»), Score]",
        "[MaxPool(\"pool1\")] has Kernel = 0; it must be a whole number from 1 to 255")]
    [InlineData(
        "[Conv(\"conv1\", 8), MaxPool(\"pool1\", «Pad = -1»), Score]",
        "[MaxPool(\"pool1\")] has Pad = -1; it must be a whole number from 0 to 254")]
    [InlineData(
        "[Conv(\"conv1\", 8), MaxPool(\"pool1\"), Score, Upsample(«1»)]",
        "[Upsample(1)] has Factor = 1; it must be a whole number from 2 to 1023")]
    [InlineData(
        "[Conv(\"conv1\", 8), MaxPool(\"pool1\"), Score, Upsample(2, «Kernel = 1»)]",
        "[Upsample(2)] has Kernel = 1; it must be 0 (which stands for 4) or at least the factor 2")]
    [InlineData(
        "[Input(«Scale = float.PositiveInfinity»), Conv(\"conv1\", 8), Score]",
        "[Input(\"data\")] has Scale = Infinity; it must be a finite number")]
    [InlineData(
        "[Input(«Mean = new[] { 1, float.NaN, 2 }»), Conv(\"conv1\", 8), Score]",
        "[Input(\"data\")] has Mean = NaN; it must be finite numbers")]
    [InlineData(
        "[Input(«Order = (ChannelOrder)7»), Conv(\"conv1\", 8), Score]",
        "[Input(\"data\")] has Order = 7; it must be ChannelOrder.Bgr or ChannelOrder.Rgb")]
    public void SettingsHaveRanges(string layers, string message) =>
        Yields("FCN1016", $"[Fcn(Classes = 2)] {layers} public partial class Street;", message);

    [Theory]
    [InlineData("«Classes = 255»", "Classes is 255; ")]
    [InlineData("«Classes = -3»", "Classes is -3; ")]
    public void ClassesHaveARange(string classes, string message) =>
        Yields("FCN1006", $"[Fcn({classes})] [Conv(\"conv1\", 8), Score] public partial class Street;", message);

    [Fact]
    public void MissingClassesAreMarkedAtTheAttribute() =>
        Yields("FCN1006", "[«Fcn»] [Conv(\"conv1\", 8), Score] public partial class Street;", "Classes is 0; ");

    [Theory]
    [InlineData("public static partial class «Street»;", "'Street' is static.")]
    [InlineData("public partial class «Street»<T>;", "'Street' is generic.")]
    [InlineData("public partial record «Street»;", "'Street' is a record.")]
    [InlineData("public partial class «Street»(int size) { public int Size => size; }", "'Street' is given a primary constructor.")]
    [InlineData("file partial class «Street»;", "'Street' is local to its file.")]
    public void AnUnsuitableClassIsNamed(string type, string message) =>
        Yields("FCN1004", $"[Fcn(Classes = 2)] [Conv(\"conv1\", 8), Score] {type}", message);

    [Theory]
    [InlineData("struct")]
    [InlineData("class")]
    [InlineData("interface")]
    public void NetworksAreNotNested(string outer) => Yields(
        "FCN1003", $"partial {outer} Outer {{ [Fcn(Classes = 2), Conv(\"conv1\", 8), Score] public partial class «Street»; }}",
        "'Street' is declared inside 'Outer'.");

    [Theory]
    [InlineData("", "''", "'conv1' would do")]
    [InlineData("1st", "'1st'", "'layer_1st' would do")]
    [InlineData("out", "'out'", "'layer_out' would do")]
    [InlineData("conv\u00e9", "'conv\u00e9'", "'conv_' would do")]
    [InlineData("a/b", "'a/b'", "'a_b' would do")]
    public void NamesMustBeIdentifiers(string name, string quoted, string proposal)
    {
        string source = $"[Fcn(Classes = 2)] [Conv(«\"{name}\"», 8), Score] public partial class Street;";
        var problem = Yields("FCN1013", source, $"{quoted} cannot name a layer");
        Assert.Contains(proposal, problem.GetMessage(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void ANullNameIsNoName() =>
        Yields("FCN1013", "[Fcn(Classes = 2)] [Conv(«null!», 8), Score] public partial class Street;", "'' cannot name a layer");

    [Theory]
    [InlineData(
        "[Conv(\"conv1\", 8), Conv(«\"CONV1\"», 8), Score]",
        "[Conv(\"CONV1\")] introduces the name 'CONV1', but [Conv(\"conv1\")] has it already")]
    [InlineData(
        "[Conv(\"a\", 8), MaxPool(\"p\"), Conv(\"score_p\", 8), MaxPool(\"q\"), Score, Skip(«\"p\"»), Upsample(2)]",
        "[Skip(\"p\")] introduces the name 'score_p', but [Conv(\"score_p\")] has")]
    [InlineData(
        "[Conv(\"a\", 8), MaxPool(\"p\"), Conv(\"upscore2\", 8), MaxPool(\"q\"), Score, «Skip(\"p\")», Upsample(2)]",
        "[Skip(\"p\")] introduces the name 'upscore2', but [Conv(\"upscore2\")] has")]
    public void NamesAreUnique(string layers, string message) =>
        Yields("FCN1014", $"[Fcn(Classes = 2)] {layers} public partial class Street;", message);

    [Theory]
    [InlineData(
        "FCN1024", "Conv(\"a\", 8), «Sum(\"s\", \"a\", \"B\")», Conv(\"b\", 8), Score",
        "[Sum(\"s\")] reads 'B', but no layer of that name stands before it. Did you mean 'a'? There are: data, a.")]
    [InlineData("FCN1016", "Conv(\"a\", 8), Concat(\"s\", «\"a\"»), Score", "[Concat(\"s\")] has Inputs = 1; it must be the names of 2 layers or more")]
    [InlineData(
        "FCN1009", "Conv(\"a\", 8), Score, «Concat(\"s\", \"a\", \"score_fr\")»",
        "[Concat(\"s\")] stands behind the score layer 'score_fr', where only [Skip] and [Upsample] may follow.")]
    [InlineData(
        "FCN2001", "Conv(\"a\", 8), Conv(\"b\", 8, Kernel = 2, Pad = 1), «Concat(\"s\", \"a\", \"b\")», Score",
        "'a' would have to be cropped by 1/2 to meet 'b'")]
    public void LayersAreJoinedWhereTheyMeet(string id, string layers, string message) =>
        Yields(id, $"[Fcn(Classes = 2), {layers}] public partial class Street;", message);

    [Theory]
    [InlineData("FCN1009", "Conv(\"a\", 8), MaxPool(\"p\"), Score, «Score(\"b\")»", "[Score(\"b\")] stands behind the score layer 'score_fr'")]
    [InlineData(
        "FCN1011", "Conv(\"a\", 8), MaxPool(\"p\"), Score, Upsample(2), «Score(\"parts\")»", "'Street' has a head that ends with 'parts' at stride 2. Add [Upsample(2)]")]
    [InlineData(
        "FCN1011", "Conv(\"a\", 8), MaxPool(\"p\"), «Score(\"aux\")», Conv(\"b\", 8, From = \"p\"), Score, Upsample(2)", "'Street' has a head that ends with 'aux'")]
    [InlineData(
        "FCN1012", "Conv(\"a\", 8), MaxPool(\"p\"), Score, Upsample(2), «Upsample(2, From = \"score_fr\")»", "[Upsample(2)] stands behind the final upsampling")]
    [InlineData(
        "FCN1014", "Conv(\"a\", 8), Score(\"one\"), Score(«\"one\"», From = \"a\")", "[Score(\"one\")] introduces the name 'one', but [Score(\"one\")] has it already")]
    [InlineData("FCN1014", "Input, «Input», Conv(\"a\", 8), Score", "[Input(\"data\")] introduces the name 'data', but another [Input(\"data\")] has it")]
    [InlineData(
        "FCN1014", "Input, Input(\"depth\"), Conv(«\"depth\"», 8), Score", "[Conv(\"depth\")] introduces the name 'depth', but [Input(\"depth\")] has it")]
    [InlineData("FCN1013", "Input(«\"my depth\"»), Conv(\"a\", 8), Score", "'my depth' cannot name a layer")]
    [InlineData("FCN1024", "Input, Input(\"depth\"), Conv(\"a\", 8, «From = \"dept\"»), Score", "[Conv(\"a\")] reads 'dept'")]
    [InlineData("FCN1006", "Conv(\"a\", 8), Score(«Classes = 1»)", "Classes is 1; it must be from 2 to 254")]
    [InlineData("FCN1016", "Conv(\"a\", 8), Score(«LossWeight = -1»)", "[Score(\"score_fr\")] has LossWeight = -1; it must be a finite number of at least 0")]
    public void HeadsAndInputsAreNamed(string id, string layers, string message) =>
        Yields(id, $"[Fcn(Classes = 2), {layers}] public partial class Street;", message);

    [Theory]
    [InlineData(
        "pool4",
        "Upsample = 4",
        "'pool4' has stride 16 but 'upscore4' yields stride 32 / 4 = 8. Upsample by 2 here, or tap 'pool3'.")]
    [InlineData(
        "pool3",
        "Upsample = 2",
        "'pool3' has stride 8 but 'upscore2' yields stride 32 / 2 = 16. Upsample by 4 here, or tap 'pool4'.")]
    [InlineData("pool4", "Upsample = 5", "'pool4' has stride 16 but 'upscore5' yields stride 32 / 5 = 32/5. Upsample by 2 here.")]
    [InlineData("fc7", "Upsample = 2", "'fc7' has stride 32 but 'upscore2' yields stride 32 / 2 = 16. Tap 'pool4'.")]
    public void StridesOfASkipMustMatch(string tap, string upsample, string message) => Yields(
        "FCN2003", Sources.Fcn16s.Replace("Skip(\"pool4\")", $"Skip(\"{tap}\", «{upsample}»)"), message);

    [Fact]
    public void AnImplicitFactorIsMarkedAtTheTap() => Yields(
        "FCN2003", Sources.Fcn16s.Replace("Skip(\"pool4\")", "Skip(«\"pool3\"»)"),
        "'pool3' has stride 8 but 'upscore2' yields stride 32 / 2 = 16.");

    [Fact]
    public void ASecondScoreIsALayerBehindTheScore() => Yields(
        "FCN1009", "[Fcn(Classes = 2)] [Conv(\"conv1\", 8), Score(\"one\"), «Score(\"two\")»] public partial class Street;",
        "[Score(\"two\")] stands behind the score layer 'one'");

    [Fact]
    public void UpsamplingNeedsScores() => Yields(
        "FCN1010", "[Fcn(Classes = 2)] [Conv(\"conv1\", 8), MaxPool(\"pool1\"), «Upsample(2)»] public partial class Street;",
        "[Upsample(2)] stands before any score layer");

    [Theory]
    [InlineData("80", "from 80 to 81")]
    [InlineData("1", "from 1 to 81")]
    public void TooLittlePaddingSaysHowMuchIsNeeded(string pad, string way) => Yields(
        "FCN2002", Sources.Fcn32s.Replace("Pad = 100", $"Pad = {pad}").Replace("Upsample(32)", "«Upsample(32)»"),
        $"Raise Pad of 'conv1_1' {way}.", contains: true);

    [Fact]
    public void AlexNetNeedsAnOddKernel() => Yields(
        "FCN2001", Sources.FcnAlexNet.Replace("Upsample(32, Kernel = 63)", "«Upsample(32)»"),
        "'upscore' would have to be cropped by 37/2 to meet 'data', which is no whole number of pixels. "
        + "Kernel = 63 here shifts it by half a pixel.");

    [Fact]
    public void RunawayStridesAndFieldsAreStopped()
    {
        const string Networks =
            "[Fcn(Classes = 2)] [Conv(\"a\", 8, Stride = 255), Conv(\"b\", 8, HERE), Score] public partial class Street;";
        Yields("FCN2006", Networks.Replace("HERE", "«Stride = 100»"), "[Conv(\"b\")] leads to a stride of 25500; the limit is 4096.");
        Yields("FCN2006", Networks.Replace("HERE", "«Kernel = 255», Dilation = 255"),
            "[Conv(\"b\")] leads to a receptive field of 16516353; the limit is 1048576.");
    }

    [Fact]
    public void EveryWrongSettingIsTold() => Assert.Equal(
        ["FCN1006", "FCN1016", "FCN1016", "FCN1013"],
        Compilations.Problems("""
            [Fcn(Classes = 1)] [Conv("conv1", 0, Kernel = 0), Conv("?", 8), Score, Skip("nowhere")] public partial class Street;
            """).Select(static d => d.Id));

    [Fact]
    public void AFaultOfABackboneIsToldOnceHoweverManyNetworksShareIt() => Yields("FCN1016", """
        [Backbone, Conv("conv1", 8, «Kernel = 0»)] public class Trunk;
        [Fcn(Classes = 2), Backbone<Trunk>, Score] public partial class One;
        [Fcn(Classes = 3), Backbone<Trunk>, Score] public partial class Two;
        """, "[Conv(\"conv1\")] has Kernel = 0");

    [Fact]
    public void TheSecondPartOfABackboneIsMarked() => Yields("FCN1002", """
        [Backbone, Conv("conv1", 8)] public partial class Trunk;
        [«Conv("conv2", 8)»] public partial class Trunk;
        [Fcn(Classes = 2), Backbone<Trunk>, Score] public partial class One;
        """, "'Trunk' has layers on two of its parts");

    [Theory]
    [InlineData("[Fcn(Classes = 2)] [Conv(), Score] public partial class Street;")]
    [InlineData("[Fcn(Classes = 2)] [Conv(\"conv1\", unknown), Score] public partial class Street;")]
    [InlineData("[Fcn(Classes = 2)] [Backbone<Unknown>, Score] public partial class Street;")]
    [InlineData("[Fcn(Classes = 2, Colour = 3)] [Conv(\"conv1\", 8), Score] public partial class Street;")]
    [InlineData("[Fcn(Classes = 2)] [Conv(\"conv1\", 8), Score] public partial struct Street;")]
    public void WhatTheLanguageForbidsIsLeftToTheLanguage(string source)
    {
        Assert.Empty(Compilations.Problems(source));
        var error = Assert.Single(Compilations.Errors(Compilations.Of($"using Fcn;\n{source}")).Select(static e => e.Id).Distinct());
        Assert.StartsWith("CS", error);
    }

    [Fact]
    public void AProblemIsTheOnlyErrorOfAProgramThatUsesTheNetwork() => Assert.Empty(Compilations.Errors(Compilations.Of(
        "using Fcn; [Fcn(Classes = 1)] [Conv(\"conv1\", 8), Score] public partial class Street;",
        "using var net = new Street(); System.Console.WriteLine(Street.Summary.ParameterCount + net.Description.Classes);")
        .WithOptions(new(OutputKind.ConsoleApplication))));

    // The id, the message (its beginning) and the place, marked with «».
    private static Diagnostic Yields(string id, string marked, string message, bool contains = false)
    {
        string source = $"using Fcn;\n{marked}";
        int start = source.IndexOf('«'), end = source.IndexOf('»') - 1;
        var compilation = Compilations.Of(source.Replace("«", "").Replace("»", ""));
        var problem = Assert.Single(Compilations.Run(compilation, kernels: false).Diagnostics);
        Assert.Equal(id, problem.Id);
        if (contains) Assert.Contains(message, problem.GetMessage(CultureInfo.InvariantCulture));
        else Assert.StartsWith(message, problem.GetMessage(CultureInfo.InvariantCulture));
        Assert.Equal((start, end), (problem.Location.SourceSpan.Start, problem.Location.SourceSpan.End));
        return problem;
    }
}

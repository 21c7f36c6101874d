using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Passes;
using Fcn.Tests.Generator;
using Xunit;

namespace Fcn.Tests.Passes;

// What the pass finds by itself: how much padding, behind which op, how many rows; and that it leaves everything behind that op as it was.
public sealed class CollapseBorderTests
{
    private const string AtOnce = $"""
        using Fcn;
        namespace User;
        {Sources.Vgg16}
        [Fcn(Classes = 21), Backbone<Vgg16>, Score, Skip("pool4", Scale = 0.01), Skip("pool3", Scale = 0.0001), Upsample(8)]
        public partial class Fcn8sAtOnce;
        """;

    [Theory]
    [InlineData(Sources.Fcn32s)]
    [InlineData(Sources.Fcn16s)]
    [InlineData(Sources.Fcn8s)]
    [InlineData(AtOnce)]
    public void Vgg_runs_its_first_three_levels_with_pad_52(string source) => Finds(source, 52, "repeat 6 at 3, -4", "pool3");

    // By hand: left of the image 10 rows of pool1 repeat the row before them; right of it as many, but 9 where n = 8 i + 5.
    [Fact]
    public void AlexNet_runs_its_first_level_with_pad_28() => Finds(Sources.FcnAlexNet, 28, "repeat 9 at 0, -1", "pool1");

    [Fact]
    public void Skips_tap_at_the_latest_what_is_whole_again() =>
        Finds(Sources.Fcn8s.Replace("Upsample(8)", "Skip(\"pool2\"), Upsample(4)"), 20, "repeat 20 at 2, -3", "pool2");

    [Theory]
    [InlineData(97, 57, 5)]
    [InlineData(99, 51, 6)]
    [InlineData(100, 52, 6)]
    [InlineData(140, 52, 11)]
    [InlineData(200, 56, 18)]
    public void What_remains_of_other_pads_is_about_52(int pad, int remains, int count) =>
        Finds(Sources.Fcn32s.Replace("Pad = 100", $"Pad = {pad}"), remains, $"repeat {count} at 3, -4", "pool3");

    [Theory]
    [InlineData("""[Conv("conv1", 64), Conv("conv2", 64), MaxPool("pool1"), Conv("conv3", 64), MaxPool("pool2"), Score, Upsample(4)]""")]
    [InlineData("""[Conv("conv1", 64, Pad = 60, Dropout = 0.5), Conv("conv2", 64), MaxPool("pool1"), Conv("conv3", 64, Pad = 0), Score, Upsample(2)]""")]
    [InlineData("""[Conv("conv1", 64, Pad = 9, Kernel = 7), Conv("conv2", 64), MaxPool("pool1"), Conv("conv3", 64, Pad = 0), Score, Upsample(2)]""")]
    public void Nothing_to_gain_leaves_the_graph_as_it_is(string layers)
    {
        var graph = Understand($"using Fcn; namespace User; [Fcn(Classes = 2)] {layers} public partial class Small;");
        Assert.Same(graph, CollapseBorder.Run(graph));
    }

    [Fact]
    public void A_smaller_pad_than_the_rows_cost_is_no_gain()
    {
        var graph = Understand(Sources.Tiny);
        Assert.Same(graph, CollapseBorder.Run(graph));
    }

    [Fact]
    public void Every_map_behind_is_what_it_was()
    {
        var graph = Understand(Sources.Fcn8s);
        var collapsed = CollapseBorder.Run(graph);
        GraphSpec.Verify(Phase.Collapsed, collapsed);
        var repeated = collapsed["pool3.repeat"];
        Assert.Equal(graph["pool3"].Map.Size, repeated.Map.Size);
        Assert.Equal(Coordinates.Of(graph["pool3"]), Coordinates.Of(repeated));
        Assert.Equal(44, Coordinates.Field(repeated));
        int behind = graph.Nodes.ToList().FindIndex(static n => n.Name == "conv4_1.weight");
        foreach (var node in graph.Nodes.Skip(behind))
        {
            Assert.Equal((node.Op, node.Shape), (collapsed[node.Name].Op, collapsed[node.Name].Shape));
            if (node.Shape is MapShape) Assert.Equal(Coordinates.Of(node), Coordinates.Of(collapsed[node.Name]));
        }
        Assert.Equal(["conv4_1.linear", "score_pool3"], collapsed.UsersOf(repeated).Select(static n => n.Name));
        Assert.Equal(["pool3.repeat"], collapsed.UsersOf(collapsed["pool3"]).Select(static n => n.Name));
    }

    [Fact]
    public void The_specification_finds_rows_that_are_too_many()
    {
        var collapsed = CollapseBorder.Run(Understand(Sources.Fcn8s));
        var more = collapsed.Map((node, _) => node.Op is Repeat repeat ? new(node.Name, repeat with { Count = 7 }, node.Inputs, node.Shape) : node);
        Assert.Contains("'pool3.repeat' (repeat) is illegal: 13 rows become 25", Fault(Phase.Collapsed, more));
        Assert.Contains("nothing is repeated before the pass CollapseBorder", Fault(Phase.Aligned, collapsed));

        static string Fault(Phase phase, NetworkGraph graph) => Assert.Throws<InvalidOperationException>(() => GraphSpec.Verify(phase, graph)).Message;
    }

    private static void Finds(string source, int pad, string repeat, string behind)
    {
        var collapsed = CollapseBorder.Run(Understand(source));
        GraphSpec.Verify(Phase.Collapsed, collapsed);
        var node = Assert.Single(collapsed.Nodes, static n => n.Op is Repeat);
        Assert.Equal((pad, repeat, behind), (First(collapsed), node.Op.Format, node.Inputs[0].Name));
    }

    private static int First(NetworkGraph graph) => ((Conv)graph.Nodes.First(static n => n.Op is Conv).Op).Pad;

    private static NetworkGraph Understand(string source) => Compiler.Understand(Compilations.Declare(source), default).Graph!;
}

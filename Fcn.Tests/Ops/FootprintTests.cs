using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Tests.Generator;
using Xunit;

namespace Fcn.Tests.Ops;

// What ops tell of themselves, composed: where a map lies, how much of the image a value sees, what legal graphs are.
public sealed class FootprintTests
{
    private readonly GraphBuilder _graph = new();

    [Fact]
    public void Of_two_branches_the_one_that_sees_more_gives_the_field()
    {
        Node data = _graph.Add("data", new Input(4));
        Node pool = _graph.Add("pool", new MaxPool(2, 2), data);
        Node narrow = Conv("narrow", pool, 3, pad: 1), wide = Conv("wide", pool, 5, pad: 2);
        foreach (var (a, b) in new[] { (narrow, wide), (wide, narrow) })
        {
            Node sum = _graph.Add($"{a.Name}_first", new Add(), a, b);
            Assert.Equal(2 + (5 - 1) * 2, Coordinates.Field(sum));
            Assert.Equal(Coordinates.Of(narrow), Coordinates.Of(sum));
        }
    }

    [Fact]
    public void Behind_upsampling_a_field_differs_from_value_to_value()
    {
        Node data = _graph.Add("data", new Input(4));
        Node up = _graph.Add("up", new Upsample(4, 2), _graph.Add("pool", new MaxPool(2, 2), data));
        Assert.Null(Coordinates.Field(up));
        Assert.Null(Coordinates.Field(_graph.Add("sum", new Add(), data, _graph.Add("cut", new Crop(1, Extent.Input), up))));
    }

    [Fact]
    public void Many_sums_of_a_map_with_itself_are_walked_once()
    {
        Node sum = Conv("conv", _graph.Add("data", new Input(4)), 3, pad: 1);
        for (int i = 0; i < 60; i++) sum = _graph.Add($"sum{i}", new Add(), sum, sum);
        Assert.Equal(3, Coordinates.Field(sum));
    }

    [Fact]
    public void Scores_that_are_only_cut_keep_their_field() => Assert.Equal(5, Table(
        """[Fcn(Classes = 2)] [Conv("conv1", 4)] [Conv("conv2", 4)] [Score] public partial class Flat;""")["score"].Field);

    [Fact]
    public void A_bias_is_what_the_convolution_says_it_has() => Assert.Contains(
        "'y' (conv) is illegal: it has 2 inputs",
        Illegal(Phase.Mode, new Output.Scores(Conv("y", _graph.Add("data", new Input(4)), 3, pad: 1, bias: true), OpGraph.Only)));

    [Fact]
    public void A_gradient_has_the_shape_of_its_parameter()
    {
        Node data = _graph.Add("data", new Input(4)), y = Conv("y", data, 3, pad: 1);
        Assert.Contains("'y' (conv) is illegal: it is 4 x n, 'y.weight', whose gradient it is, (4, 4, 3, 3)",
            Illegal(Phase.Mode, new Output.Gradient(y, "y.weight")));
    }

    [Fact]
    public void Labels_stand_in_the_graph_of_a_mode() => Assert.Contains(
        "upsample_arg_max is no op of this phase",
        Illegal(Phase.Aligned, new Output.Labels(_graph.Add("labels", new UpsampleArgMax(new(1, 1), 0), _graph.Add("data", new Input(4))), OpGraph.Only)));

    // Of a score layer nobody can set a pad.
    [Fact]
    public void Advice_on_padding_names_a_layer_that_has_one() => Assert.Contains(
        Compilations.Problems("""[Fcn(Classes = 2)] [MaxPool("pool1", Kernel = 6, Stride = 2)] [Score] [Upsample(2)] public partial class Small;"""),
        static p => p.GetMessage(null).EndsWith("Begin with a padded convolution.", StringComparison.Ordinal));

    private Node Conv(string name, Node x, int kernel, int pad, bool bias = false) => _graph.Add(
        name, new Conv(4, kernel, Pad: pad) { HasBias = bias },
        x, _graph.Add($"{name}.weight", new Parameter(new(4, 4, kernel), Fcn.Generator.Ops.Fill.He, 1, 1)));

    private string Illegal(Phase phase, Output output) =>
        Assert.Throws<InvalidOperationException>(() => GraphSpec.Verify(phase, _graph.Build([output]))).Message;

    private static Fcn.Generator.Layers.LayerTable Table(string layers) =>
        Compiler.Understand(Compilations.Declare($"using Fcn;\n{layers}"), CancellationToken.None).Table!;
}

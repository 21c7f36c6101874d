using Fcn.Tests.Ops;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Passes;
using Xunit;

namespace Fcn.Tests.Passes;

// Two convolutions that read one weight and one bias, one behind the other.
public sealed class SharedWeightTests
{
    private static NetworkGraph Network()
    {
        var graph = new GraphBuilder();
        Node data = graph.Add("data", new Input(4));
        Node weight = graph.Add("conv1.weight", new Parameter(new(4, 4, 3), Fcn.Generator.Ops.Fill.He, 1, 1));
        Node bias = graph.Add("conv1.bias", new Parameter(new(4, 1, 1), Fcn.Generator.Ops.Fill.Zero, 1, 1) { Bias = true });
        var conv = new Conv(4, 3, Pad: 1) { HasBias = true };
        Node y = data;
        foreach (string name in new[] { "conv1", "conv2", "conv3" }) y = graph.Add(name, conv, y, weight, bias);
        return graph.Build([new Output.Scores(y, OpGraph.Only)]);
    }

    [Fact]
    public void The_gradient_is_the_sum_over_all_that_read_the_parameter()
    {
        var training = DropDead.Run(BuildBackward.Run(Network()));
        GraphSpec.Verify(Phase.Mode, training);
        foreach (string parameter in new[] { "weight", "bias" })
        {
            var output = training.Outputs.OfType<Output.Gradient>().Single(g => g.Parameter == $"conv1.{parameter}");
            Assert.Equal(training[$"conv1.{parameter}"].Shape, output.Node.Shape);
            Assert.Equal(
                [$"conv1.{parameter}.gradient", $"conv2.gradient.{parameter}", $"conv1.gradient.{parameter}"],
                Summands(output.Node).Reverse().Select(static n => n.Name));
        }
    }

    [Fact]
    public void The_flipped_weight_is_made_once() =>
        Assert.Single(BuildBackward.Run(Network()).Nodes, static n => n.Op is FlipWeight);

    private static IEnumerable<Node> Summands(Node sum) => sum.Op is AddWeights ? sum.Inputs.SelectMany(Summands) : [sum];
}

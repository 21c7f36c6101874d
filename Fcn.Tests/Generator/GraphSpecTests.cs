using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Xunit;

namespace Fcn.Tests.Generator;

// The check after every phase finds what must not be.
public class GraphSpecTests
{
    private static NetworkGraph Aligned => Compiler.Understand(Compilations.Declare(Sources.Tiny), CancellationToken.None).Graph!;

    [Fact]
    public void AnAlignedGraphIsLegal() => GraphSpec.Verify(Phase.Aligned, Aligned);

    [Fact]
    public void AJoinIsNotAligned() => Illegal(Phase.Aligned,
        Compilations.Desugared(Sources.Tiny),
        "'fuse_pool1' (join) is illegal: it is not aligned");

    [Fact]
    public void ANodeFollowsItsInputs()
    {
        var nodes = Aligned.Nodes.ToList();
        nodes.Reverse();
        Illegal(Phase.Aligned, new(nodes, Aligned.Outputs), "it comes before its inputs");
    }

    [Fact]
    public void ACropThatIsOffIsFound() => Illegal(Phase.Aligned,
        Aligned.Map((n, b) => n is { Name: "score", Op: Crop c } ? b.Add("score", c with { Offset = c.Offset + 1 }, n.Inputs[0]) : n),
        "'score' (crop) is illegal: the output does not lie on the input");

    [Fact]
    public void AWeightOfAnotherShapeIsFound() => Illegal(Phase.Aligned,
        Aligned.Map((n, b) => n is { Name: "conv1.weight", Op: Parameter p } ? b.Add(n.Name, p with { Dimensions = new(4, 2, 3) }) : n),
        "'conv1.linear' (conv) is illegal: its weight is (4, 2, 3, 3), not (4, 1, 3, 3)");

    [Fact]
    public void HeadsHaveNamesOfTheirOwn()
    {
        var graph = Aligned;
        Illegal(Phase.Aligned, new(graph.Nodes, [.. graph.Outputs, .. graph.Outputs]), "'score' (crop) is illegal: another output is of the same head");
    }

    private static void Illegal(Phase phase, NetworkGraph graph, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => GraphSpec.Verify(phase, graph)).Message);
}

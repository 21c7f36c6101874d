namespace Fcn.Generator.Graph;

/// What a graph has been through; each phase allows less than the one before.
internal enum Phase
{
    /// Spelled out in ops; Join and Align stand where maps meet.
    Desugared,

    /// Every crop is known.
    Aligned,

    /// A wide pad is computed once: Repeat may stand.
    Collapsed,

    /// What one mode needs: labels, scores, or loss and gradients as outputs; nothing dead.
    Mode,

    /// Elementwise ops ride on what yields their input.
    Fused,
}

// Legality of a graph after each phase. Always on: graphs have hundreds of nodes. A violation is our own fault, never the user's.
internal static class GraphSpec
{
    public static void Verify(Phase phase, NetworkGraph graph)
    {
        var seen = new HashSet<Node>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            Require(names.Add(node.Name), node, "its name is taken");
            Require(node.Inputs.All(seen.Contains), node, "it comes before its inputs");
            Require(node.Op.Infer(node.Inputs) == node.Shape, node, $"its shape is {node.Shape}, not {node.Op.Infer(node.Inputs)}");
            Op(phase, node);
            seen.Add(node);
        }
        foreach (var output in graph.Outputs) Require(seen.Contains(output), output, "it is an output but not in the graph");
        if (phase <= Phase.Collapsed) OneInOneOut(phase, graph);
        else EverythingIsUsed(graph);
    }

    private static void EverythingIsUsed(NetworkGraph graph)
    {
        foreach (var node in graph.Nodes) Require(graph.Outputs.Contains(node) || graph.UsersOf(node).Any(), node, "it reaches no output");
    }

    private static void OneInOneOut(Phase phase, NetworkGraph graph)
    {
        var inputs = graph.Nodes.Where(static n => n.Op is Input).ToList();
        if (inputs.Count != 1) throw new InvalidOperationException($"A network has one input; this graph has {inputs.Count}.");
        if (graph.Outputs is not [var score])
            throw new InvalidOperationException($"A network has one output; this graph has {graph.Outputs.Count}.");
        Require(score.Map.Size == Extent.Input, score, $"the output has size {score.Map.Size}, not the input's");
        Require(phase < Phase.Aligned || Coordinates.Of(score) == CoordinateMap.Identity, score, "the output does not lie on the input");
    }

    private static void Op(Phase phase, Node node)
    {
        var inputs = node.Inputs;
        switch (node.Op)
        {
            case Input or Parameter:
                Arity(node, 0, 0);
                break;
            case Conv conv:
                Arity(node, 2, 3);
                int read = inputs[0].Map.Channels;
                Require(read % conv.Groups == 0 && conv.Channels % conv.Groups == 0, node, "its groups do not divide its channels");
                Learned(node, "weight", inputs[1], new(conv.Channels, read / conv.Groups, conv.Kernel));
                if (inputs.Count == 3) Learned(node, "bias", inputs[2], new(conv.Channels, 1, 1));
                break;
            case Deconv deconv:
                Arity(node, 2, 2);
                Learned(node, "weight", inputs[1], new(inputs[0].Map.Channels, deconv.Channels / deconv.Groups, deconv.Kernel));
                break;
            case Relu or Dropout or Scale or MaxPool or Upsample:
                Arity(node, 1, 1);
                break;
            case Crop crop:
                Arity(node, 1, 1);
                Require(crop.Offset >= 0, node, $"its offset is {crop.Offset}");
                break;
            case Repeat repeat:
                Arity(node, 1, 1);
                Require(phase >= Phase.Collapsed, node, "nothing is repeated before the pass CollapseBorder");
                Require(repeat is { Left: >= 0, Right: >= 0, Count: > 0 }, node, "its rows are no rows");
                Repeated(node, repeat, inputs[0].Map.Size);
                break;
            case Add { Offset: 0 }:
                Arity(node, 2, 2);
                Require(inputs[0].Shape == inputs[1].Shape, node, $"it adds {inputs[0].Shape} and {inputs[1].Shape}");
                bool meet = phase > Phase.Collapsed || Coordinates.Of(inputs[0]) == Coordinates.Of(inputs[1]);
                Require(meet, node, "it adds maps that do not lie on top of each other");
                break;
            case Join or Align:
                Arity(node, 2, 2);
                Require(phase == Phase.Desugared, node, "it is not aligned");
                Require(inputs[0].Map.Channels == inputs[1].Map.Channels || node.Op is Align, node, "it joins maps of different channels");
                break;
            case Fused fused:
                Require(phase == Phase.Fused, node, "nothing is fused before the pass Fuse");
                Require(fused.Tail.All(static op => op is IElementwise), node, "its tail holds an op that is not elementwise");
                int count = fused.CoreInputs + fused.Tail.Sum(Fused.OtherInputs);
                Arity(node, count, count);
                break;
            default:
                Require(phase > Phase.Collapsed, node, $"{node.Op.Word} is no op of this phase");
                break;
        }
    }

    private static void Repeated(Node node, Repeat repeat, Extent size)
    {
        for (int n = 1; n <= Rational.Lcm(size.Period, repeat.Size.Period); n++)
        {
            Require(repeat.Size.At(n) == size.At(n) + 2 * repeat.Count, node, $"{size.At(n)} rows become {repeat.Size.At(n)}");
            Require(repeat.Left + repeat.Right + 1 < size.At(n), node, $"{size.At(n)} rows have no two to repeat");
        }
    }

    private static void Learned(Node node, string what, Node parameter, WeightShape shape) =>
        Require(parameter.Shape == shape, node, $"its {what} is {parameter.Shape}, not {shape}");

    private static void Arity(Node node, int least, int most) =>
        Require(node.Inputs.Count >= least && node.Inputs.Count <= most, node, $"it has {node.Inputs.Count} inputs");

    private static void Require(bool holds, Node node, string otherwise)
    {
        if (!holds) throw new InvalidOperationException($"'{node.Name}' ({node.Op.Word}) is illegal: {otherwise}.");
    }
}

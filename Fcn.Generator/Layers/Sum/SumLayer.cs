using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

/// [Sum("res2a", "a", "b", Relu = true)]: sums of two maps each, one behind the other, then the ReLU. The last has the layer's name.
internal sealed class SumLayer() : JoiningLayer("Sum", LayerKind.Sum, Relu)
{
    public static readonly Flag Relu = new("Relu", false);

    protected override Problem? Check(LayerDeclaration layer, IReadOnlyList<Node> inputs) =>
        inputs.FirstOrDefault(i => i.Map.Channels != inputs[0].Map.Channels) is { } other
            ? Problem.At(layer, null, ProblemId.SumChannels, layer.ToString(),
                inputs[0].Name, Literal.Of(inputs[0].Map.Channels), other.Name, Literal.Of(other.Map.Channels))
            : null;

    protected override IEnumerable<Node> Join(string name, LayerDeclaration layer, IReadOnlyList<Node> inputs, GraphBuilder graph)
    {
        bool relu = layer.Get(Relu);
        var sum = inputs[0];
        for (int i = 1; i < inputs.Count; i++)
        {
            string sums = string.Concat(Enumerable.Repeat(".sum", inputs.Count - 1 - i + (relu ? 1 : 0)));
            yield return sum = graph.Add(name + sums, new Join(new Add()), sum, inputs[i]);
        }
        if (relu) yield return graph.Add(name, new Relu(), sum);
    }
}

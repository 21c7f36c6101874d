using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

// A layer that reads several: they are features of one stride; what of each is taken, AlignSkips finds out.
internal abstract class JoiningLayer(string word, LayerKind kind, params Setting[] more) : Layer(word, [Name, Inputs, .. more])
{
    public static readonly NewName Name = new("Name") { Leading = true };
    public static readonly References Inputs = new("Inputs", 2) { Leading = true };

    public override Problem? Build(LayerDeclaration layer, NetworkBuilder network)
    {
        string name = layer.Get(Name);
        var inputs = new List<Node>();
        foreach (string input in layer.Get(Inputs))
        {
            if ((network.Enter(layer, null, input) ?? network.ExpectFeatures(layer)) is { } misplaced) return misplaced;
            inputs.Add(network.Head);
        }
        if ((network.Claim(name, layer, Name.Name) ?? Strides(layer, inputs) ?? Check(layer, inputs)) is { } problem) return problem;
        network.Continue(network.List(kind, layer, [.. Join(name, layer, inputs, network.Graph)]), Stage.Features);
        return null;
    }

    /// What keeps these maps from being joined, strides apart.
    protected abstract Problem? Check(LayerDeclaration layer, IReadOnlyList<Node> inputs);

    /// The layer's nodes, the last of which has its name.
    protected abstract IEnumerable<Node> Join(string name, LayerDeclaration layer, IReadOnlyList<Node> inputs, GraphBuilder graph);

    private static Problem? Strides(LayerDeclaration layer, IReadOnlyList<Node> inputs)
    {
        var stride = Coordinates.Stride(inputs[0]);
        if (inputs.FirstOrDefault(i => Coordinates.Stride(i) != stride) is not { } other) return null;
        var otherStride = Coordinates.Stride(other);
        var (coarse, fine, ratio) = (stride / otherStride) is { Numerator: > 1, IsWhole: true } finer ? (inputs[0], other, finer) : (other, inputs[0], otherStride / stride);
        string way = ratio.IsWhole
            ? $"Bring '{fine.Name}' to that of '{coarse.Name}' with [MaxPool] or a [Conv] of Stride = {ratio}, or join it with a layer of its own stride"
            : "Join layers of one stride";
        return Problem.At(
            layer, null, ProblemId.JoinStrides, layer.ToString(), inputs[0].Name, stride.ToString(), other.Name, otherStride.ToString(), way);
    }
}

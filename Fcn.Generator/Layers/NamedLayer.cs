using Fcn.Generator.Declaration;
using Fcn.Generator.Graph;

namespace Fcn.Generator.Layers;

/// A layer of the table: what it is, the attribute that it comes from, and its nodes in order; the last of them has the layer's name.
/// Passes may put other nodes in their places, under the same names.
internal sealed record NamedLayer(LayerKind Kind, LayerDeclaration Source, IReadOnlyList<Node> Nodes)
{
    public Node Result => Nodes[^1];

    public string Name => Result.Name;

    /// Whether a skip can read it.
    public bool IsTap => Kind is LayerKind.Conv or LayerKind.Pool or LayerKind.Concat or LayerKind.Sum or LayerKind.BatchNorm;
}

/// What a layer of the table is; its text in the table is the member's name.
internal enum LayerKind
{
    Input,
    Conv,
    Pool,
    Concat,
    Sum,
    BatchNorm,
    Score,
    Scale,
    Upscore,
    Fuse,
    Crop,
}

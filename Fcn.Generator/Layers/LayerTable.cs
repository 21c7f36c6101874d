using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Layers;

// The table that an author would draw by hand: one row per layer of the aligned graph. Opens the generated file, becomes its Summary.

/// Field: receptive field, null behind upsampling. Parameters: learned values. Crop: rows and columns cut off before it meets CropTo.
/// MultiplyAdds: for one output pixel, all channels.
internal sealed record LayerRow(
    string Name, LayerKind Kind, int Channels, Extent Size, int Stride, int? Field, long Parameters, int? Crop, string? CropTo,
    long MultiplyAdds);

internal sealed class LayerTable(IReadOnlyList<LayerRow> rows, IReadOnlyList<Node> parameters, IReadOnlyList<Head> heads)
{
    public IReadOnlyList<LayerRow> Rows { get; } = rows;

    /// Nodes of Op Parameter, in the order of declaration.
    public IReadOnlyList<Node> Parameters { get; } = parameters;

    /// In the order of declaration.
    public IReadOnlyList<Head> Heads { get; } = heads;

    public LayerRow this[string name] => Rows.First(r => r.Name == name);

    public long ParameterCount => Rows.Sum(static r => r.Parameters);

    /// The largest receptive field: that of the last layer before the score.
    public int Field => Rows.Max(static r => r.Field) ?? 1;

    public int Stride => Rows.Max(static r => r.Stride);

    public static LayerTable Of(IReadOnlyList<NamedLayer> layers, NetworkGraph graph) =>
        new(layers.Select(l => Row(l, graph)).ToList(), graph.Nodes.Where(static n => n.Op is Parameter).ToList(),
            graph.Outputs.OfType<Output.Scores>().Select(static o => o.Head).ToList());

    private static LayerRow Row(NamedLayer layer, NetworkGraph graph)
    {
        var nodes = layer.Nodes.Select(n => graph[n.Name]).ToList();
        var node = nodes[^1];
        var crop = node.Op is Crop ? node : graph.UsersOf(node).FirstOrDefault(u => u.Op is Crop && graph.OutputOf(u) is null);
        string? cropTo = crop is null ? null
            : crop == node ? graph.Nodes.First(static n => n.Op is Input).Name
            : graph.UsersOf(crop).First().Inputs.OrderBy(static i => i.Op is Crop).First().Name;
        return new(
            layer.Name, layer.Kind, node.Map.Channels, node.Map.Size, (int)Coordinates.Stride(node).Numerator, Coordinates.Field(node),
            nodes.SelectMany(static n => n.Inputs).Select(static i => i.Op).OfType<Parameter>().Sum(static p => p.IsState ? 0 : p.Count),
            (crop?.Op as Crop)?.Offset, cropTo, nodes.Sum(static n => n.Op.MultiplyAdds(n)));
    }
}

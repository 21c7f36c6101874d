namespace Fcn.Generator.Graph;

// Where a map lies on the input image and how much of it one value sees, by composing footprints from the input on.
internal static class Coordinates
{
    /// This map's coordinates in terms of the input's. Of several maps any one leads there: GraphSpec sees to it that they lie alike.
    public static CoordinateMap Of(Node node)
    {
        if (node.Inputs.Count == 0) return CoordinateMap.Identity;
        var (input, footprint) = Maps(node).FirstOrDefault();
        return footprint is null
            ? throw new InvalidOperationException($"'{node.Name}' ({node.Op.Word}) has no place on the image.")
            : Of(input).Then(footprint.Map);
    }

    /// Input pixels from one value to the next: 8 for pool3; 8/3 can occur in faulty declarations only.
    public static Rational Stride(Node node) => 1 / Of(node).Scale;

    /// Receptive field in input pixels: r += (reads - 1) stride, the largest of several maps'. Null behind upsampling, where it differs
    /// from value to value.
    public static int? Field(Node node) => Field(node, []);

    private static int? Field(Node node, Dictionary<Node, int?> known)
    {
        if (node.Inputs.Count == 0) return 1;
        if (known.TryGetValue(node, out int? field)) return field;
        foreach (var (input, footprint) in Maps(node))
        {
            if (Field(input, known) is not { } before || footprint.Reads is not { } reads) return known[node] = null;
            field = Math.Max(field ?? 0, before + (reads - 1) * (int)Stride(input).Numerator);
        }
        return known[node] = field;
    }

    private static IEnumerable<(Node Input, Footprint Footprint)> Maps(Node node) =>
        node.Inputs.Select((input, i) => (input, Footprint: node.Op.FootprintOn(i))).Where(static m => m.Footprint is not null)
            .Select(static m => (m.input, m.Footprint!));
}

namespace Fcn.Generator.Graph;

// Where a map lies on the input image and how much of it one value sees, by composing the ops from the input on; of several inputs the
// first one leads there.
internal static class Coordinates
{
    /// This map's coordinates in terms of the input's.
    public static CoordinateMap Of(Node node) => node.Inputs.Count == 0
        ? CoordinateMap.Identity
        : Of(node.Inputs[0]).Then(node.Op.Field
            ?? throw new InvalidOperationException($"'{node.Name}' ({node.Op.Word}) has no place on the image."));

    /// Input pixels from one value to the next: 8 for pool3; 8/3 can occur in faulty declarations only.
    public static Rational Stride(Node node) => 1 / Of(node).Scale;

    /// Receptive field in input pixels: r += (extent - 1) stride. Null behind upsampling, where it differs from value to value.
    public static int? Field(Node node) => node.Op switch
    {
        Input => 1,
        Conv conv => Field(node.Inputs[0]) + (conv.Kernel - 1) * conv.Dilation * (int)Stride(node.Inputs[0]).Numerator,
        MaxPool pool => Field(node.Inputs[0]) + (pool.Kernel - 1) * (int)Stride(node.Inputs[0]).Numerator,
        Relu or Dropout or Scale or Repeat => Field(node.Inputs[0]),
        _ => null,
    };
}

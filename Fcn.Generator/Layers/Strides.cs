using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Emit;

namespace Fcn.Generator.Layers;

// Strides are products and receptive fields sums over the whole stream. Beyond these limits a network is a typing error, and the size formulas
// would overflow.
internal static class Strides
{
    private const int LongestStride = 4096, LargestField = 1 << 20;

    /// Whether both stay within reason behind a window of this extent and stride.
    public static Problem? Limit(LayerDeclaration layer, int extent, Setting<int> stride, Node x)
    {
        long step = Coordinates.Stride(x).Numerator, next = step * layer.Get(stride);
        if (next > LongestStride) return Exceeds(layer, stride.Name, "a stride of", next, LongestStride);
        long field = (Coordinates.Field(x) ?? 1) + (extent - 1) * step;
        return field > LargestField ? Exceeds(layer, "Kernel", "a receptive field of", field, LargestField) : null;
    }

    public static Problem Exceeds(LayerDeclaration layer, string setting, string what, long value, long limit) =>
        Problem.At(layer, setting, ProblemId.TooLarge, layer.ToString(), what, Literal.Of(value), Literal.Of(limit));
}

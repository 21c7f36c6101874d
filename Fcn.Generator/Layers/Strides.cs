using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Graph;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

// Strides are products and receptive fields sums over the whole stream. Beyond these limits a network is a typing error, and the size
// formulas would overflow.
internal static class Strides
{
    private const int LongestStride = 4096, LargestField = 1 << 20;

    /// Whether both stay within reason behind a window of this extent and stride.
    public static Problem? Limit(LayerDeclaration layer, int extent, Setting<int> stride, Node x)
    {
        long step = Coordinates.Stride(x).Numerator, next = step * layer.Get(stride);
        if (next > LongestStride) return Exceeds(layer, stride.Name, $"a stride of {Literal.Of(next)}", LongestStride);
        long field = (Coordinates.Field(x) ?? 1) + (extent - 1) * step;
        return field > LargestField ? Exceeds(layer, "Kernel", $"a receptive field of {Literal.Of(field)}", LargestField) : null;
    }

    /// Whether a weight can be counted in 31 bits.
    public static Problem? LimitWeight(LayerDeclaration layer, string setting, long outputs, long inputs, long kernel)
    {
        long weights = outputs * inputs * kernel * kernel;
        return weights > int.MaxValue ? Exceeds(layer, setting, $"{Literal.Of(weights)} weights", int.MaxValue) : null;
    }

    private static Problem Exceeds(LayerDeclaration layer, string setting, string what, long limit) =>
        Problem.At(layer, setting, ProblemId.TooLarge, layer.ToString(), what, Literal.Of(limit));
}

namespace Fcn.Generator.Graph;

/// Which pixels of one input an output pixel comes from, along an axis: where its centre lies (Map), and of how many pixels it is made
/// (Reads; null where that differs from pixel to pixel). Spreads: how many output pixels one input pixel reaches, for transposed
/// convolutions.
internal sealed record Footprint(CoordinateMap Map, int? Reads, int? Spreads = null)
{
    /// The pixel at the same place, and no other.
    public static readonly Footprint Pixel = new(CoordinateMap.Identity, 1);

    /// The pixel which lies this many further on in the output than in the input.
    public static Footprint Shifted(int by) => new(new(1, by), 1);

    /// Convolution and pooling.
    public static Footprint Window(int kernel, int stride, int pad, int dilation = 1) =>
        new(CoordinateMap.Window(kernel, stride, pad, dilation), (kernel - 1) * dilation + 1);

    /// Transposed convolution.
    public static Footprint Transposed(int kernel, int stride, int pad) => new(CoordinateMap.Transposed(kernel, stride, pad), null, kernel);
}

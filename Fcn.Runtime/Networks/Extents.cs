namespace Fcn;

/// <summary>Arithmetic of sizes in generated code.</summary>
public static class Extents
{
    /// <summary>Kernels count items and pixels in 32 bits, and a few times as many parts of them.</summary>
    internal const long MostCounted = 1_000_000_000;

    /// <summary>⌈value / by⌉, exact for negative values too: −1/2 rounds up to 0.</summary>
    /// <param name="value">Any number.</param>
    /// <param name="by">1 or more.</param>
    public static int CeilDivide(int value, int by) => value >= 0 ? (int)(((long)value + by - 1) / by) : -(-value / by);

    /// <summary>A number of items or pixels as kernels count them.</summary>
    /// <param name="number">What a batch comes to.</param>
    /// <returns>The same number.</returns>
    /// <exception cref="FcnException">It is beyond 1 000 000 000.</exception>
    public static int Count(long number) => number <= MostCounted
        ? (int)number
        : throw new FcnException($"A map of this batch has {number} pixels or rows; at most {MostCounted} can be counted. " +
            "Use smaller images, or fewer at a time.");

    /// <summary>Checks an input's size against the smallest at which every layer has a pixel.</summary>
    /// <param name="network">Name of the network.</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="smallest">Smallest height and width that work.</param>
    /// <exception cref="FcnException">The input is smaller.</exception>
    public static void Require(string network, int height, int width, int smallest)
    {
        if (height < smallest || width < smallest)
            throw new FcnException($"{network} needs an input of at least {smallest}x{smallest} pixels; got {width}x{height} (width x height). "
                + "Enlarge or pad the image, or give the first convolution more padding.");
    }
}

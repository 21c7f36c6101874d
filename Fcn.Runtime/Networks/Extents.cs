namespace Fcn;

/// <summary>Arithmetic of sizes in generated code.</summary>
public static class Extents
{
    /// <summary>⌈value / by⌉, exact for negative values too: −1/2 rounds up to 0.</summary>
    /// <param name="value">Any number.</param>
    /// <param name="by">1 or more.</param>
    public static int CeilDivide(int value, int by) => value >= 0 ? (int)(((long)value + by - 1) / by) : -(-value / by);
}

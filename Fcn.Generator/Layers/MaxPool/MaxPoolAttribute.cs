namespace Fcn;

/// <summary>
/// Max pooling (Caffe: Pooling MAX). Rounds up as Caffe does: output height is ⌈(H + 2·Pad − Kernel) / Stride⌉ + 1; a window that would
/// start in the padding behind the map is dropped.
/// </summary>
/// <param name="name">The layer's name; a skip taps it by this name.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class MaxPoolAttribute(string name) : Attribute
{
    /// <summary>The layer's name.</summary>
    public string Name { get; } = name;

    /// <summary>Height and width of the window, 1 or more.</summary>
    public int Kernel { get; set; } = 2;

    /// <summary>Pixels from one window to the next, 1 to <see cref="Kernel"/>.</summary>
    public int Stride { get; set; } = 2;

    /// <summary>Padding on every side, 0 or more and less than <see cref="Kernel"/>; padded places never win.</summary>
    public int Pad { get; set; }

    /// <summary>Name of the layer that this one reads; empty: the layer before it.</summary>
    public string From { get; set; } = "";
}

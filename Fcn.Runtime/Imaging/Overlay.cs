namespace Fcn.Imaging;

/// <summary>How an overlay is drawn.</summary>
public sealed record OverlayOptions
{
    /// <summary>Share of the class colour in a tinted pixel, [0, 1].</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>The label that shows the photograph untouched: 0 in PASCAL VOC. Null for sets without background class, where every pixel is tinted.</summary>
    public int? Background { get; init; } = 0;

    /// <summary>Names of class 0, 1, … for the legend; null draws no legend.</summary>
    public IReadOnlyList<string>? Names { get; init; }
}

/// <summary>A photograph tinted by the classes of its pixels (reference: vis.py), with a legend below.</summary>
public static class Overlay
{
    /// <summary>Blends the colours of the labels over a photograph; pixels of <see cref="OverlayOptions.Background"/> stay as they are.</summary>
    /// <param name="photo">RGB, H · W · 3.</param>
    /// <param name="labels">H · W labels of the same size.</param>
    /// <param name="palette">Colours by label.</param>
    /// <param name="options">Null for alpha 0.5 on background 0 without legend.</param>
    /// <returns>A new image; as wide as the photograph, and higher by the legend.</returns>
    /// <exception cref="FcnException">The sizes differ, the photograph is not RGB or alpha is outside [0, 1].</exception>
    public static Image Draw(Image photo, LabelMap labels, Palette palette, OverlayOptions? options = null) => throw new NotImplementedException();
}

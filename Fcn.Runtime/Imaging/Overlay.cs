using System.Globalization;
using Fcn.Devices;

namespace Fcn.Imaging;

/// <summary>How an overlay is drawn.</summary>
public sealed record OverlayOptions
{
    /// <summary>Share of the class colour in a tinted pixel, [0, 1].</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>The label that is not tinted: 0 in PASCAL VOC. Null for sets without background, where every pixel is.</summary>
    public int? Background { get; init; } = 0;

    /// <summary>Names of class 0, 1, … for the legend; null draws no legend.</summary>
    public IReadOnlyList<string>? Names { get; init; }
}

/// <summary>A photograph tinted by the classes of its pixels (reference: vis.py), with a legend below.</summary>
public static class Overlay
{
    /// <summary>Blends the colours of the labels over a photograph; pixels of <see cref="OverlayOptions.Background"/> stay.</summary>
    /// <param name="photo">RGB, H · W · 3.</param>
    /// <param name="labels">H · W labels of the same size.</param>
    /// <param name="palette">Colours by label.</param>
    /// <param name="options">Null for alpha 0.5 on background 0 without legend.</param>
    /// <returns>A new image; as wide as the photograph, and higher by the legend.</returns>
    /// <exception cref="FcnException">The sizes differ, the photograph is not RGB, alpha is outside [0, 1], or memory is short.</exception>
    public static Image Draw(Image photo, LabelMap labels, Palette palette, OverlayOptions? options = null)
    {
        options ??= new OverlayOptions();
        if (photo.Channels != 3) throw new FcnException($"An overlay needs an RGB photograph; this one has {photo.Channels} channels.");
        if (photo.Width != labels.Width || photo.Height != labels.Height)
            throw new FcnException($"An overlay needs labels of the photograph's size {photo.Width}x{photo.Height}; " +
                $"they have {labels.Width}x{labels.Height}.");
        if (options.Alpha is not (>= 0 and <= 1))
            throw new FcnException(string.Create(CultureInfo.InvariantCulture, $"An overlay's alpha is in 0..1; got {options.Alpha}."));

        Legend? legend = options.Names is { } names ? new Legend(photo.Width, Present(labels, options.Background), palette, names) : null;
        int height = photo.Height + (legend?.Height ?? 0);
        byte[] pixels = HostMemory.NewArray<byte>(
            3L * photo.Width * height, $"An overlay of {photo.Width}x{height} takes", "Scale photograph and labels down first.");
        photo.Pixels.CopyTo(pixels, 0);
        Tint(pixels, labels, palette, options);
        var overlay = new Image(photo.Width, height, pixels);
        legend?.Draw(overlay, photo.Height);
        return overlay;
    }

    // vis.py computes in floats and casts to uint8, which rounds down.
    private static void Tint(Span<byte> pixels, LabelMap labels, Palette palette, OverlayOptions options)
    {
        double alpha = options.Alpha;
        for (int i = 0; i < labels.Labels.Length; i++)
        {
            int label = labels.Labels[i];
            if (label == options.Background) continue;
            Rgb colour = palette[label];
            Span<byte> pixel = pixels.Slice(i * 3, 3);
            pixel[0] = (byte)((1 - alpha) * pixel[0] + alpha * colour.R);
            pixel[1] = (byte)((1 - alpha) * pixel[1] + alpha * colour.G);
            pixel[2] = (byte)((1 - alpha) * pixel[2] + alpha * colour.B);
        }
    }

    private static List<int> Present(LabelMap labels, int? background)
    {
        Span<bool> seen = stackalloc bool[256];
        foreach (byte label in labels.Labels) seen[label] = true;
        var present = new List<int>();
        for (int label = 0; label < seen.Length; label++)
            if (seen[label] && label != background) present.Add(label);
        return present;
    }
}

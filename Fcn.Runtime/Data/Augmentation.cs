// Example → example, changed at random: resampled, mirrored, cropped. All three are one look-up of source columns and rows (see Axis),
// made once.
// Source: paper section 4.3: mirroring and jittering gave "no noticeable improvement", so the default changes nothing; ranges as in
// torchvision's recipe.
namespace Fcn.Data;

/// <summary>How training images are varied. The default leaves them as they are, as the paper does.</summary>
public sealed record Augmentation
{
    /// <summary>Largest factor of <see cref="MaxScale"/>; its inverse bounds <see cref="MinScale"/>.</summary>
    public const double ScaleLimit = 16;

    /// <summary>Nothing is changed.</summary>
    public static Augmentation None { get; } = new();

    /// <summary>Size to which every image is brought first; null leaves its own. Not random: validation may use it too.</summary>
    public PixelSize? Resize { get; init; }

    /// <summary>Mirrors every other image at random, left to right.</summary>
    public bool Mirror { get; init; }

    /// <summary>Smallest random factor on width and height, 1/16 or more.</summary>
    public double MinScale { get; init; } = 1;

    /// <summary>Largest random factor on width and height, at most 16.</summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>
    /// Size of a part cut out at a random place; null keeps all. Where the image is smaller, what there is stays, and
    /// <see cref="BatchBuilder"/> fills up to this size with the mean and the ignore label.
    /// </summary>
    public PixelSize? Crop { get; init; }

    /// <summary>Nothing here is left to chance.</summary>
    public bool IsFixed => !Mirror && Crop is null && MinScale == MaxScale;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="FcnException">A size is below 1 or the scales are no range within 1/16 to 16.</exception>
    public void Validate()
    {
        if (!(MinScale >= 1 / ScaleLimit && MinScale <= MaxScale && MaxScale <= ScaleLimit))
            throw new FcnException(FormattableString.Invariant(
                $"Random scale from {MinScale} to {MaxScale}: give a smaller and a larger factor within 1/16 to 16, such as 0.5 to 2."));
        if (Resize is { Width: < 1 } or { Height: < 1 }) throw new FcnException($"Resize to {Resize}: both sides must be 1 or more.");
        if (Crop is { Width: < 1 } or { Height: < 1 }) throw new FcnException($"Crop of {Crop}: both sides must be 1 or more.");
    }

    /// <summary>Changes an example; itself where nothing is to be changed.</summary>
    /// <param name="example">Image and labels of one size.</param>
    /// <param name="random">Four numbers are drawn from it, whatever is switched on: one option does not change what another draws.</param>
    /// <returns>Image resampled bilinearly, labels by the nearest pixel; at most <see cref="Crop"/> in size.</returns>
    /// <exception cref="FcnException">The settings are invalid, or the scaled image has more than 2²⁸ pixels.</exception>
    public Example Apply(Example example, ref RandomStream random)
    {
        Validate();
        (double mirror, double scale, double x, double y) = (random.Unit(), random.Unit(), random.Unit(), random.Unit());
        (Image image, LabelMap labels) = (example.Image, example.Labels);
        PixelSize source = new(image.Width, image.Height);
        PixelSize scaled = Scaled(Resize ?? source, MinScale + (MaxScale - MinScale) * scale);
        PixelSize part = new(Math.Min(Crop?.Width ?? scaled.Width, scaled.Width), Math.Min(Crop?.Height ?? scaled.Height, scaled.Height));
        bool mirrored = Mirror && mirror < 0.5;
        if (scaled == source && part == source && !mirrored) return example;
        if ((long)part.Width * part.Height > 1 << 28)
            throw new FcnException($"'{example.Id}' would grow from {source} to {scaled}: scale less, or crop.");

        var columns = new Axis(source.Width, scaled.Width, Place(x, scaled.Width - part.Width), part.Width, mirrored);
        var rows = new Axis(source.Height, scaled.Height, Place(y, scaled.Height - part.Height), part.Height, mirrored: false);
        // Whatever an example has is of one size, and stays so.
        example.RequireOneSize(example.Id);
        return example with
        {
            Image = Axis.Sample(image, columns, rows),
            Labels = Axis.Sample(labels, columns, rows),
            Inputs = example.Inputs.ToDictionary(static i => i.Key, i => Axis.Sample(i.Value, columns, rows)),
            LabelsOfHeads = example.LabelsOfHeads.ToDictionary(static l => l.Key, l => Axis.Sample(l.Value, columns, rows)),
        };
    }

    /// <summary>The largest size that a batch of images of a size may have.</summary>
    public PixelSize LargestOf(PixelSize size) => Crop ?? Scaled(Resize ?? size, MaxScale);

    static PixelSize Scaled(PixelSize size, double factor) => new(Scaled(size.Width, factor), Scaled(size.Height, factor));

    static int Scaled(int length, double factor) =>
        (int)Math.Clamp(Math.Round(length * factor, MidpointRounding.AwayFromZero), 1, int.MaxValue);

    // One of the room + 1 places, equally likely.
    static int Place(double unit, int room) => (int)(unit * (room + 1L));
}

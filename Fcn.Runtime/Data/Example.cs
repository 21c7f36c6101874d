using System.Collections.ObjectModel;
using System.Globalization;

namespace Fcn.Data;

/// <summary>A photograph and what is to be seen on it.</summary>
/// <param name="Id">Name of the example within its set.</param>
/// <param name="Image">The photograph.</param>
/// <param name="Labels">Class of every pixel, of the same size; 255 where nothing is to be learned or scored.</param>
public sealed record Example(string Id, Image Image, LabelMap Labels)
{
    /// <summary>
    /// For a network of several inputs what those besides the first read, by their names; of the image's size. <see cref="Image"/> is the
    /// first's.
    /// </summary>
    public IReadOnlyDictionary<string, Image> Inputs { get; init; } = ReadOnlyDictionary<string, Image>.Empty;

    /// <summary>
    /// For a network of several heads the labels of those besides the first, by their names; of the image's size. A head without labels
    /// learns nothing from the example. <see cref="Labels"/> are the first's.
    /// </summary>
    public IReadOnlyDictionary<string, LabelMap> LabelsOfHeads { get; init; } = ReadOnlyDictionary<string, LabelMap>.Empty;

    // origin: what the message names, a file if there is one.
    internal void RequireOneSize(string origin)
    {
        PixelSize size = new(Image.Width, Image.Height);
        RequireOneSize(Id, size, new PixelSize(Labels.Width, Labels.Height), origin);
        if (Inputs.Count + LabelsOfHeads.Count > 0) RequireOneSizeOfAll(origin, size);
    }

    void RequireOneSizeOfAll(string origin, PixelSize size)
    {
        foreach ((string name, Image other) in Inputs)
            if (size != new PixelSize(other.Width, other.Height))
                throw new FcnException($"{origin}: the input '{name}' is {other.Width}x{other.Height} but the image is {size}; all inputs must have one size.");
        foreach ((string name, LabelMap other) in LabelsOfHeads)
            if (size != new PixelSize(other.Width, other.Height))
                throw new FcnException($"{origin}: the labels of '{name}' are {other.Width}x{other.Height} but the image is {size}; both must have one size.");
    }

    internal static void RequireOneSize(string id, PixelSize image, PixelSize labels, string origin)
    {
        if (image == labels) return;
        // Cameras store what they saw lying on its side and note which way up it is; most programs, labelling ones too, show it upright.
        string turned = image == new PixelSize(labels.Height, labels.Width)
            ? " One lies on its side: the labels were probably drawn on the photograph as its EXIF orientation turns it, but pixels are " +
                "read as stored. Save the photograph upright: magick in.jpg -auto-orient out.jpg."
            : "";
        throw new FcnException($"{origin}: the labels are {labels} but the image of '{id}' is {image}; both must have one size.{turned}");
    }
}

/// <summary>A size in pixels.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>Width x height, such as <c>240x180</c>.</summary>
    public override string ToString() => $"{Width}x{Height}";

    /// <summary>Reads <c>240x180</c>: width, an x, height; both 1 to 65535.</summary>
    /// <exception cref="FcnException">The text is no size.</exception>
    public static PixelSize Parse(string text)
    {
        string[] parts = text.Split('x', 'X');
        return parts.Length == 2 && Side(parts[0]) is > 0 and var width && Side(parts[1]) is > 0 and var height
            ? new PixelSize(width, height)
            : throw new FcnException(
                $"'{text}' is no size: write width and height in pixels, such as 240x180; both are 1 to {ushort.MaxValue}.");

        static int Side(string digits) => ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort side) ? side : 0;
    }
}

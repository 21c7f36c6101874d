using System.Globalization;
using Fcn.Imaging;

namespace Fcn.Data;

/// <summary>A photograph and what is to be seen on it.</summary>
/// <param name="Id">Name of the example within its set.</param>
/// <param name="Image">The photograph.</param>
/// <param name="Labels">Class of every pixel, of the same size; 255 where nothing is to be learned or scored.</param>
public sealed record Example(string Id, Image Image, LabelMap Labels)
{
    // origin: what the message names, a file if there is one.
    internal void RequireOneSize(string origin)
    {
        if (Image.Width == Labels.Width && Image.Height == Labels.Height) return;
        string turned = Image.Orientation == Orientation.TopLeft ? ""
            : $" The image has the EXIF orientation {(int)Image.Orientation}, by which viewers turn it, and the labels may have been drawn "
                + "on what they show: turn its pixels, too (magick mogrify -auto-orient).";
        throw new FcnException(
            $"{origin}: the labels are {Labels.Width}x{Labels.Height} but the image of '{Id}' is {Image.Width}x{Image.Height}; "
            + $"both must have one size.{turned}");
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
            : throw new FcnException($"'{text}' is no size: write width and height in pixels, such as 240x180.");

        static int Side(string digits) => ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ushort side) ? side : 0;
    }
}

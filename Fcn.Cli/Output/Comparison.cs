// A photograph and two label maps → one picture: photograph, truth, prediction side by side, one legend below.
using Fcn.Imaging;

namespace Fcn.Cli.Output;

static class Comparison
{
    // No network has a class 254.
    const byte Untouched = 254;

    /// Background: the label that is not tinted, if any.
    public static Image Draw(
        Image photo, LabelMap truth, LabelMap prediction, Palette palette, IReadOnlyList<string> names, int? background, double alpha = 0.5)
    {
        byte untinted = (byte)(background ?? Untouched);
        (int width, int row) = (photo.Width, photo.Width * 3);
        var pixels = new byte[photo.Pixels.Length * 3];
        var labels = new byte[truth.Labels.Length * 3];
        for (int y = 0; y < photo.Height; y++)
        {
            for (int panel = 0; panel < 3; panel++) photo.Pixels.AsSpan(y * row, row).CopyTo(pixels.AsSpan((y * 3 + panel) * row));
            Span<byte> line = labels.AsSpan(y * width * 3, width * 3);
            line[..width].Fill(untinted);
            truth.Labels.AsSpan(y * width, width).CopyTo(line[width..]);
            prediction.Labels.AsSpan(y * width, width).CopyTo(line[(2 * width)..]);
        }
        var options = new OverlayOptions { Alpha = alpha, Background = untinted, Names = names };
        return Overlay.Draw(new Image(3 * width, photo.Height, pixels), new LabelMap(3 * width, photo.Height, labels), palette, options);
    }

    /// The class that is not tinted in overlays: the first, where it is called background.
    public static int? Background(IReadOnlyList<string> classNames) => classNames[0] == "background" ? 0 : null;
}

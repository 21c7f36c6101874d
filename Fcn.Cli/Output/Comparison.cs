// A photograph and two label maps → one picture: photograph, truth, prediction side by side, one legend below.
using Fcn.Data;
using Fcn.Imaging;
using Fcn.Training;

namespace Fcn.Cli.Output;

static class Comparison
{
    // Share of the class colour: classes must be told apart on vivid photographs too.
    const double Alpha = 0.7;

    // No network has a class 254.
    const byte Untouched = 254;

    /// Segments some examples, evenly spread over a set, and draws them into the run's vis/.
    public static void SaveAll(Network network, SegmentationSet set, PixelSize? size, int count, RunFolder folder)
    {
        var resize = new Augmentation { Resize = size };
        count = Math.Min(count, set.Count);
        for (int i = 0; i < count; i++)
        {
            // Resizing leaves nothing to chance, but asks for random numbers all the same.
            var random = new RandomStream(0);
            if (!set.TryLoad((int)((long)i * set.Count / count), out Example? loaded)) continue;
            Example example = resize.Apply(loaded, ref random);
            LabelMap seen = network.Segment(example.Image);
            Image picture = Draw(example.Image, example.Labels, seen, set.Palette, set.ClassNames, Background(set.ClassNames), Alpha);
            picture.SavePng(folder.Picture(example.Id + ".png"));
        }
    }

    /// Background: the label that is not tinted, if any.
    public static Image Draw(
        Image photo, LabelMap truth, LabelMap prediction, Palette palette, IReadOnlyList<string> names, int? background, double alpha)
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

    /// The class that is not tinted in overlays: the first, where it is called background; labelme calls it _background_.
    public static int? Background(IReadOnlyList<string> classNames) => classNames[0].Trim('_') == "background" ? 0 : null;
}

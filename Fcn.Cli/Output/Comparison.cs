// A photograph and two label maps → one picture: photograph, truth, prediction side by side, one legend below.
using Fcn.Data;
using Fcn.Devices;
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
    /// <exception cref="FcnException">Some could not be drawn; the others are.</exception>
    public static void SaveAll(
        Network network, SegmentationSet set, PixelSize? size, int count, RunFolder folder, CancellationToken cancellation)
    {
        var failures = new Failures();
        SaveAll(network, set, size, count, folder, failures, cancellation);
        failures.ThrowIfAny(Math.Min(count, set.Count));
    }

    /// The same for who has more to do before it fails.
    public static void SaveAll(
        Network network, SegmentationSet set, PixelSize? size, int count, RunFolder folder, Failures failures,
        CancellationToken cancellation)
    {
        count = Math.Min(count, set.Count);
        var resize = new Augmentation { Resize = size };
        // Resizing leaves nothing to chance, but asks for random numbers all the same.
        var random = new RandomStream(0);
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int index = (int)((long)i * set.Count / count);
            var step = ImageStep.Read;
            try
            {
                if (!set.TryLoad(index, out Example? loaded)) continue;
                Example example = resize.Apply(loaded, ref random);
                step = ImageStep.Segment;
                LabelMap seen = network.Segment(example.Image);
                step = ImageStep.Write;
                Image picture = Draw(example.Image, example.Labels, seen, set.Palette, set.ClassNames, Background(set.ClassNames), Alpha);
                picture.SavePng(folder.Picture(example.Id + ".png"));
            }
            catch (Exception e) when (Failures.IsOne(e))
            {
                failures.Add(step, set.Ids[index], e);
            }
        }
    }

    /// Background: the label that is not tinted, if any.
    public static Image Draw(
        Image photo, LabelMap truth, LabelMap prediction, Palette palette, IReadOnlyList<string> names, int? background, double alpha)
    {
        byte untinted = (byte)(background ?? Untouched);
        (int width, int row) = (photo.Width, photo.Width * 3);
        string purpose = $"A picture of {3 * (long)width}x{photo.Height} takes";
        const string Remedy = "Bring the images to a smaller size with --size, or draw none with --overlays 0.";
        byte[] pixels = HostMemory.NewArray<byte>(9L * width * photo.Height, purpose, Remedy);
        byte[] labels = HostMemory.NewArray<byte>(3L * width * photo.Height, purpose, Remedy);
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

// In: photographs, 8 bits per channel. Out: the numbers a network's first layer reads, channels innermost.
// (value − mean) · scale in the channel order of the network, values 0..255 as in the reference's data layers (voc_layers.py).
using Fcn.Devices;

namespace Fcn;

/// <summary>
/// Turns pixels into a network's input by the channel order, mean and scale of its <see cref="InputSummary"/>. Whoever feeds a network
/// goes through here.
/// </summary>
public static class Preprocessing
{
    /// <summary>One image as a batch of one.</summary>
    /// <exception cref="FcnException">The image has another number of channels than the network reads.</exception>
    public static InputBatch Prepare(Image image, InputSummary input)
    {
        float[] pixels = Room(1, image.Width, image.Height, input.Channels);
        Fill(image, input, pixels, image.Width * input.Channels);
        return new InputBatch(1, image.Height, image.Width, input.Channels, pixels);
    }

    /// <summary>Images of one size as one batch.</summary>
    /// <exception cref="FcnException">There is none, sizes differ, or an image has other channels than the network reads.</exception>
    public static InputBatch Prepare(IReadOnlyList<Image> images, InputSummary input)
    {
        if (images.Count == 0) throw new FcnException("A batch needs at least one image.");
        (int width, int height) = (images[0].Width, images[0].Height);
        float[] pixels = Room(images.Count, width, height, input.Channels);
        int each = pixels.Length / images.Count;
        for (int n = 0; n < images.Count; n++)
        {
            if (images[n].Width != width || images[n].Height != height)
                throw new FcnException(
                    $"Images of one batch have one size: the first is {width}x{height}, number {n + 1} is " +
                    $"{images[n].Width}x{images[n].Height}. Pass them one by one; padding would change the scores near the border.");
            Fill(images[n], input, pixels.AsSpan(n * each, each), width * input.Channels);
        }
        return new InputBatch(images.Count, height, width, input.Channels, pixels);
    }

    /// <summary>An image for every input of a network, as a batch of one.</summary>
    /// <param name="images">By the names of the inputs; all of one size.</param>
    /// <param name="network">The network.</param>
    /// <exception cref="FcnException">
    /// An input is missing or unknown, sizes differ, or an image has another number of channels than its input reads.
    /// </exception>
    public static InputBatch Prepare(IReadOnlyDictionary<string, Image> images, NetworkSummary network)
    {
        string known = string.Join(", ", network.Inputs.Select(static i => i.Name));
        if (images.Keys.FirstOrDefault(name => network.Inputs.All(i => i.Name != name)) is { } unknown)
            throw new FcnException($"{network.Name} has no input '{unknown}'. It has: {known}.");
        if (network.Inputs.FirstOrDefault(i => !images.ContainsKey(i.Name)) is { } missing)
            throw new FcnException($"{network.Name} reads the input '{missing.Name}', for which there is no image. It has: {known}.");
        (InputSummary first, Image size) = (network.Inputs[0], images[network.Inputs[0].Name]);
        return new InputBatch(1, size.Height, size.Width, [.. network.Inputs.Select(input =>
        {
            Image image = images[input.Name];
            if (image.Width != size.Width || image.Height != size.Height)
                throw new FcnException(
                    $"All inputs of {network.Name} have one size: '{first.Name}' is {size.Width}x{size.Height}, '{input.Name}' is " +
                    $"{image.Width}x{image.Height}. Resize one of them.");
            try
            {
                return Prepare(image, input).Inputs[0];
            }
            catch (FcnException e) when (e is not MachineException)
            {
                throw new FcnException($"Input '{input.Name}': {e.Message}", e);
            }
        })]);
    }

    /// <summary>Writes one image; what lies between the end of a row and the next row stays as it is: padding is the caller's.</summary>
    /// <param name="image">Height · width pixels; the first three channels are R, G, B.</param>
    /// <param name="input">Channels, order, mean and scale. BGR swaps the first three channels; further channels keep their place.</param>
    /// <param name="pixels">Receives row y from index y · <paramref name="rowStride"/> on, width · channels values each.</param>
    /// <param name="rowStride">Values from one row to the next, at least width · channels.</param>
    /// <exception cref="FcnException">The image has another number of channels than the network reads.</exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> or <paramref name="rowStride"/> is too small.</exception>
    public static void Fill(Image image, InputSummary input, Span<float> pixels, int rowStride)
    {
        int channels = input.Channels, row = image.Width * channels;
        if (image.Channels != channels)
            throw new FcnException(
                $"The network reads {Count(channels)} but the image has {Count(image.Channels)}. {Advice(image.Channels, channels)}");
        if (input.Mean.Count != 0 && input.Mean.Count != channels)
            throw new FcnException(
                $"The network reads {Count(channels)} but its mean has {input.Mean.Count} values: give one per channel, or none.");
        if (rowStride < row)
            throw new ArgumentException($"Rows of {image.Width} pixels take {row} values; the stride is {rowStride}.", nameof(rowStride));
        if (pixels.Length < (long)(image.Height - 1) * rowStride + row)
            throw new ArgumentException($"{image.Height} rows of {rowStride} do not fit into {pixels.Length} values.", nameof(pixels));

        bool reversed = channels >= 3 && input.Order == ChannelOrder.Bgr;
        for (int c = 0; c < channels; c++)
        {
            (float mean, float scale) = (input.Mean.Count == 0 ? 0 : input.Mean[c], input.Scale);
            int first = reversed && c < 3 ? 2 - c : c;
            for (int y = 0; y < image.Height; y++)
            {
                ReadOnlySpan<byte> from = image.Pixels.AsSpan(y * row, row);
                Span<float> to = pixels.Slice(y * rowStride, row);
                for (int x = 0; x < row; x += channels) to[x + c] = (from[x + first] - mean) * scale;
            }
        }
    }

    // What a batch is written to.
    internal static float[] Room(int images, int width, int height, int channels) => HostMemory.NewArray<float>(
        (long)images * width * height * channels, $"A batch of {images}x{height}x{width}x{channels} takes",
        "Use smaller images or fewer at a time.");

    static string Count(int channels) => channels == 1 ? "1 channel" : $"{channels} channels";

    static string Advice(int image, int network) => (image, network) switch
    {
        (1, 3) => "Turn the grey image into RGB, or declare the network with [Input(Channels = 1)].",
        (4, 3) => "Drop the alpha channel, or declare the network with [Input(Channels = 4)].",
        _ => $"Declare the network with [Input(Channels = {image})], or pass an image with {Count(network)}.",
    };
}

// Images of 8 bits → the floats the first layer reads: mean subtracted, scaled, channels in the network's order; smaller images padded.
// Padding is 0 after the mean was subtracted, as Caffe's convolutions pad, and its labels are 255, so it is never learned from.
namespace Fcn.Data;

/// <summary>A batch and the memory it lives in, to be filled again and again.</summary>
public sealed class Batch
{
    byte[] labels = [];

    /// <summary>The images as the network reads them.</summary>
    public InputBatch Input { get; private set; } = new(0, 0, 0, 0, []);

    /// <summary>N · H · W classes or 255; empty for images without labels.</summary>
    public ReadOnlySpan<byte> Labels => labels.AsSpan(0, LabelCount);

    /// <summary>What the batch was made of, before padding; empty for images without labels.</summary>
    public IReadOnlyList<Example> Examples => Sources;

    internal List<Example> Sources { get; } = [];

    internal Span<byte> LabelMemory => labels.AsSpan(0, LabelCount);

    int LabelCount { get; set; }

    // Allocates only what is larger than ever before.
    internal void Reshape(int images, PixelSize size, int channels, bool labelled)
    {
        int pixels = checked(images * size.Height * size.Width);
        float[] values = Input.Pixels.Length >= checked(pixels * channels) ? Input.Pixels : new float[pixels * channels];
        if (Input != new InputBatch(images, size.Height, size.Width, channels, values)) Input = new InputBatch(images, size.Height, size.Width, channels, values);
        LabelCount = labelled ? pixels : 0;
        if (labels.Length < LabelCount) labels = new byte[LabelCount];
    }
}

/// <summary>Makes batches for one network. Holds nothing but tables, so several threads may share it.</summary>
public sealed class BatchBuilder
{
    readonly InputSummary input;
    readonly float[][] values;
    readonly int[] place;

    /// <summary>A builder for what a network reads.</summary>
    /// <param name="input">Channels, order, mean and scale. Images have their channels as R, G, B; only three channels are reordered.</param>
    /// <exception cref="FcnException">The mean has neither a value per channel nor none.</exception>
    public BatchBuilder(InputSummary input)
    {
        if (input.Mean.Count != 0 && input.Mean.Count != input.Channels)
            throw new FcnException($"The network's input has {input.Channels} channels but a mean of {input.Mean.Count} values: give one per channel, or none.");
        bool reversed = input.Channels == 3 && input.Order == ChannelOrder.Bgr;
        this.input = input;
        place = [.. Enumerable.Range(0, input.Channels).Select(c => reversed ? 2 - c : c)];
        values = [.. place.Select(to => Table(input.Mean.Count == 0 ? 0 : input.Mean[to], input.Scale))];
    }

    /// <summary>Fills a batch with examples; the size is that of the largest, smaller ones are padded at the right and the bottom.</summary>
    /// <param name="examples">One or more examples.</param>
    /// <param name="into">Filled anew; nothing is allocated once it has held a batch as large.</param>
    /// <param name="least">Smallest size of the batch, such as <see cref="Augmentation.Crop"/>.</param>
    /// <exception cref="ArgumentException">There is no example.</exception>
    /// <exception cref="FcnException">An image has another number of channels than the network reads, or another size than its labels.</exception>
    public void Build(IReadOnlyList<Example> examples, Batch into, PixelSize least = default)
    {
        if (examples.Count == 0) throw new ArgumentException("A batch has at least one example.", nameof(examples));
        PixelSize size = least;
        for (int n = 0; n < examples.Count; n++)
        {
            (string id, Image image, LabelMap labels) = examples[n];
            Check(image, id);
            if (image.Width != labels.Width || image.Height != labels.Height)
                throw new FcnException($"'{id}': the labels are {labels.Width}x{labels.Height} but the image is {image.Width}x{image.Height}: both must have one size.");
            size = new PixelSize(Math.Max(size.Width, image.Width), Math.Max(size.Height, image.Height));
        }
        into.Reshape(examples.Count, size, input.Channels, labelled: true);
        if (!ReferenceEquals(examples, into.Sources))
        {
            into.Sources.Clear();
            for (int n = 0; n < examples.Count; n++) into.Sources.Add(examples[n]);
        }
        int pixels = size.Height * size.Width;
        for (int n = 0; n < examples.Count; n++)
        {
            Write(examples[n].Image, size, into.Input.Pixels.AsSpan(n * pixels * input.Channels, pixels * input.Channels));
            Write(examples[n].Labels, size, into.LabelMemory.Slice(n * pixels, pixels));
        }
    }

    /// <summary>Fills a batch with one image without labels, to be segmented.</summary>
    /// <param name="image">The image, with as many channels as the network reads.</param>
    /// <param name="into">Filled anew; nothing is allocated once it has held an image as large.</param>
    /// <exception cref="FcnException">The image has another number of channels than the network reads.</exception>
    public void Build(Image image, Batch into)
    {
        Check(image, "The image");
        var size = new PixelSize(image.Width, image.Height);
        into.Reshape(1, size, input.Channels, labelled: false);
        into.Sources.Clear();
        Write(image, size, into.Input.Pixels);
    }

    void Check(Image image, string id)
    {
        if (image.Channels != input.Channels) throw new FcnException($"{id}: {image.Channels} channels, but the network reads {input.Channels}.");
    }

    // image (H, W, C) → pixels (size.Height, size.Width, C), padded with 0 at the right and the bottom.
    void Write(Image image, PixelSize size, Span<float> pixels)
    {
        int channels = input.Channels;
        int row = image.Width * channels;
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> from = image.Pixels.AsSpan(y * row, row);
            Span<float> to = pixels.Slice(y * size.Width * channels, size.Width * channels);
            for (int c = 0; c < channels; c++)
            {
                float[] value = values[c];
                for (int at = c, into = place[c]; at < row; at += channels, into += channels) to[into] = value[from[at]];
            }
            to[row..].Clear();
        }
        pixels[(image.Height * size.Width * channels)..(size.Height * size.Width * channels)].Clear();
    }

    static void Write(LabelMap map, PixelSize size, Span<byte> labels)
    {
        for (int y = 0; y < map.Height; y++)
        {
            Span<byte> to = labels.Slice(y * size.Width, size.Width);
            map.Labels.AsSpan(y * map.Width, map.Width).CopyTo(to);
            to[map.Width..].Fill(LabelMap.Ignore);
        }
        labels[(map.Height * size.Width)..].Fill(LabelMap.Ignore);
    }

    // All 256 levels of a channel as the network reads them.
    static float[] Table(float mean, float scale)
    {
        var table = new float[256];
        for (int level = 0; level < table.Length; level++) table[level] = (level - mean) * scale;
        return table;
    }
}

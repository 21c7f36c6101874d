// Images of 8 bits → the floats the first layer reads: mean subtracted, scaled, channels in the network's order; smaller images padded.
// Padding is 0 after the mean was subtracted, as Caffe's convolutions pad, and its labels are 255, so it is never learned from.
namespace Fcn.Data;

/// <summary>A batch and the memory it lives in, to be filled again and again.</summary>
public sealed class Batch
{
    readonly List<Example> examples = [];
    byte[] labels = [];
    int labelCount;

    /// <summary>The images as the network reads them.</summary>
    public InputBatch Input { get; private set; } = new(0, 0, 0, 0, []);

    /// <summary>N · H · W classes, or 255 where nothing is to be learned, such as in the padding.</summary>
    public ReadOnlySpan<byte> Labels => LabelMemory;

    /// <summary>What the batch was made of, before padding.</summary>
    public IReadOnlyList<Example> Examples => examples;

    internal Span<byte> LabelMemory => labels.AsSpan(0, labelCount);

    // Allocates only for what is larger than ever before.
    internal void Reshape(int images, PixelSize size, int channels)
    {
        // The floats come first: where they fit into an array, so do the labels.
        long values = (long)images * size.Height * size.Width * channels;
        float[] pixels = Input.Pixels.Length >= values ? Input.Pixels : Preprocessing.Room(images, size.Width, size.Height, channels);
        int count = images * size.Height * size.Width;
        if (labels.Length < count) labels = new byte[count];
        labelCount = count;
        bool same = (Input.Images, Input.Height, Input.Width, Input.Channels) == (images, size.Height, size.Width, channels);
        if (!same || Input.Pixels != pixels) Input = new InputBatch(images, size.Height, size.Width, channels, pixels);
    }

    internal void Hold(IReadOnlyList<Example> held)
    {
        examples.Clear();
        for (int n = 0; n < held.Count; n++) examples.Add(held[n]);
    }
}

/// <summary>Makes batches for one network. Holds nothing of its own, so several threads may share it.</summary>
/// <param name="input">What the network reads: channels, order, mean and scale.</param>
public sealed class BatchBuilder(InputSummary input)
{
    /// <summary>
    /// Fills a batch with examples; its size is that of the largest, smaller ones are padded at the right and the bottom.
    /// </summary>
    /// <param name="examples">One or more examples.</param>
    /// <param name="into">Filled anew; nothing is allocated once it has held a batch as large.</param>
    /// <param name="least">Smallest size of the batch, such as <see cref="Augmentation.Crop"/>.</param>
    /// <exception cref="ArgumentException">There is no example.</exception>
    /// <exception cref="FcnException">
    /// An image has another number of channels than the network reads, or another size than its labels; or memory is too short for the
    /// batch.
    /// </exception>
    public void Build(IReadOnlyList<Example> examples, Batch into, PixelSize least = default)
    {
        if (examples.Count == 0) throw new ArgumentException("A batch has at least one example.", nameof(examples));
        PixelSize size = least;
        for (int n = 0; n < examples.Count; n++)
        {
            examples[n].RequireOneSize(examples[n].Id);
            size = new PixelSize(Math.Max(size.Width, examples[n].Image.Width), Math.Max(size.Height, examples[n].Image.Height));
        }
        Reshape(into, examples, size);
        into.Hold(examples);
        int pixels = size.Height * size.Width;
        for (int n = 0; n < examples.Count; n++)
        {
            Write(examples[n], size.Width, into.Input.Pixels.AsSpan(n * pixels * input.Channels, pixels * input.Channels));
            Write(examples[n].Labels, size.Width, into.LabelMemory.Slice(n * pixels, pixels));
        }
    }

    // The largest example is why a batch is as large.
    void Reshape(Batch batch, IReadOnlyList<Example> examples, PixelSize size)
    {
        try
        {
            batch.Reshape(examples.Count, size, input.Channels);
        }
        catch (MachineException e)
        {
            string largest = examples.MaxBy(static x => (long)x.Image.Width * x.Image.Height)!.Id;
            throw new MachineException($"'{largest}': {e.Message}", e);
        }
    }

    // image (H, W, C) → pixels (batch height, batch width, C).
    void Write(Example example, int width, Span<float> pixels)
    {
        (Image image, int stride) = (example.Image, width * input.Channels);
        try
        {
            Preprocessing.Fill(image, input, pixels, stride);
        }
        catch (FcnException e)
        {
            throw new FcnException($"'{example.Id}': {e.Message}", e);
        }
        for (int y = 0; y < image.Height; y++) pixels[(y * stride + image.Width * input.Channels)..((y + 1) * stride)].Clear();
        pixels[(image.Height * stride)..].Clear();
    }

    static void Write(LabelMap map, int width, Span<byte> labels)
    {
        for (int y = 0; y < map.Height; y++)
        {
            Span<byte> to = labels.Slice(y * width, width);
            map.Labels.AsSpan(y * map.Width, map.Width).CopyTo(to);
            to[map.Width..].Fill(LabelMap.Ignore);
        }
        labels[(map.Height * width)..].Fill(LabelMap.Ignore);
    }
}

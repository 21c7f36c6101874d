// Images of 8 bits → the floats the first layer reads: mean subtracted, scaled, channels in the network's order; smaller images padded.
// Padding is 0 after the mean was subtracted, as Caffe's convolutions pad, and its labels are 255, so it is never learned from.
using Fcn.Devices;

namespace Fcn.Data;

/// <summary>A batch and the memory it lives in, to be filled again and again.</summary>
public sealed class Batch
{
    readonly List<Example> examples = [];
    byte[] labels = [];
    int labelCount;
    int heads = 1;

    /// <summary>The images as the network reads them.</summary>
    public InputBatch Input { get; private set; } = new(0, 0, 0, 0, []);

    /// <summary>The first head's N · H · W classes, or 255 where nothing is to be learned, such as in the padding.</summary>
    public ReadOnlySpan<byte> Labels => LabelsOf(0);

    /// <summary>The same of all heads, one after the other.</summary>
    public ReadOnlySpan<byte> LabelsOfHeads => labels.AsSpan(0, heads * labelCount);

    /// <summary>What the batch was made of, before padding.</summary>
    public IReadOnlyList<Example> Examples => examples;

    // Pixels with a label, in the head that has most of them.
    internal long Labelled
    {
        get
        {
            int most = 0;
            for (int head = 0; head < heads; head++) most = Math.Max(most, labelCount - LabelsOf(head).Count(LabelMap.Ignore));
            return most;
        }
    }

    internal Span<byte> LabelsOf(int head) => labels.AsSpan(head * labelCount, labelCount);

    // Allocates only for what is larger than ever before.
    internal void Reshape(int images, PixelSize size, IReadOnlyList<InputSummary> inputs, int headCount)
    {
        // The floats come first: where they fit into an array, so do the labels of a head.
        bool same = (Input.Images, Input.Height, Input.Width, Input.Inputs.Count) == (images, size.Height, size.Width, inputs.Count);
        for (int i = 0; same && i < inputs.Count; i++) same = Input.Inputs[i].Channels == inputs[i].Channels;
        if (!same) Input = Fitting(images, size, inputs);
        int count = images * size.Height * size.Width;
        if (labels.LongLength < (long)headCount * count)
            labels = HostMemory.NewArray<byte>((long)headCount * count, $"The labels of {images}x{size} take", "Use smaller images or fewer at a time.");
        (labelCount, heads) = (count, headCount);
    }

    InputBatch Fitting(int images, PixelSize size, IReadOnlyList<InputSummary> inputs) =>
        new(images, size.Height, size.Width, [.. inputs.Select((input, i) => Room(images, size, input.Channels, i))]);

    // An array that was long enough once is used again.
    InputPixels Room(int images, PixelSize size, int channels, int input)
    {
        long values = (long)images * size.Height * size.Width * channels;
        float[] known = input < Input.Inputs.Count ? Input.Inputs[input].Pixels : [];
        return new InputPixels(channels, known.LongLength >= values ? known : Preprocessing.Room(images, size.Width, size.Height, channels));
    }

    internal void Hold(IReadOnlyList<Example> held)
    {
        examples.Clear();
        for (int n = 0; n < held.Count; n++) examples.Add(held[n]);
    }
}

/// <summary>Makes batches for one network. Holds nothing of its own, so several threads may share it.</summary>
public sealed class BatchBuilder
{
    readonly IReadOnlyList<InputSummary> inputs;
    readonly IReadOnlyList<HeadSummary> heads;

    /// <summary>Batches for all inputs and heads of a network.</summary>
    public BatchBuilder(NetworkSummary network) => (inputs, heads) = (network.Inputs, network.Heads);

    /// <summary>Batches for a network of one input and one head.</summary>
    /// <param name="input">What the network reads: channels, order, mean and scale.</param>
    public BatchBuilder(InputSummary input) => (inputs, heads) = ([input], [new HeadSummary("", 0)]);

    /// <summary>
    /// Fills a batch with examples; its size is that of the largest, smaller ones are padded at the right and the bottom.
    /// </summary>
    /// <param name="examples">One or more examples.</param>
    /// <param name="into">Filled anew; nothing is allocated once it has held a batch as large.</param>
    /// <param name="least">Smallest size of the batch, such as <see cref="Augmentation.Crop"/>.</param>
    /// <exception cref="ArgumentException">There is no example.</exception>
    /// <exception cref="FcnException">
    /// An image has another number of channels than the network reads, or another size than its labels; an example lacks an input of the
    /// network; or memory is too short for the batch.
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
            for (int i = 0; i < inputs.Count; i++)
            {
                int channels = inputs[i].Channels;
                Write(examples[n], i, size.Width, into.Input.Inputs[i].Pixels.AsSpan(n * pixels * channels, pixels * channels));
            }
            for (int head = 0; head < heads.Count; head++) Write(LabelsOf(examples[n], head), size.Width, into.LabelsOf(head).Slice(n * pixels, pixels));
        }
    }

    // The largest example is why a batch is as large.
    void Reshape(Batch batch, IReadOnlyList<Example> examples, PixelSize size)
    {
        try
        {
            batch.Reshape(examples.Count, size, inputs, heads.Count);
        }
        catch (MachineException e)
        {
            string largest = examples.MaxBy(static x => (long)x.Image.Width * x.Image.Height)!.Id;
            throw new MachineException($"'{largest}': {e.Message}", e);
        }
    }

    // image (H, W, C) → pixels (batch height, batch width, C).
    void Write(Example example, int number, int width, Span<float> pixels)
    {
        InputSummary input = inputs[number];
        (Image image, int stride) = (ImageOf(example, number), width * input.Channels);
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

    Image ImageOf(Example example, int number) => number == 0 ? example.Image
        : example.Inputs.TryGetValue(inputs[number].Name, out Image? image) ? image
        : throw new FcnException(
            $"'{example.Id}' has nothing for the input '{inputs[number].Name}' of the network: its set must give it in Example.Inputs.");

    // Null for a head that learns nothing here.
    LabelMap? LabelsOf(Example example, int head) => head == 0 ? example.Labels : example.LabelsOfHeads.GetValueOrDefault(heads[head].Name);

    static void Write(LabelMap? map, int width, Span<byte> labels)
    {
        if (map is null)
        {
            labels.Fill(LabelMap.Ignore);
            return;
        }
        for (int y = 0; y < map.Height; y++)
        {
            Span<byte> to = labels.Slice(y * width, width);
            map.Labels.AsSpan(y * map.Width, map.Width).CopyTo(to);
            to[map.Width..].Fill(LabelMap.Ignore);
        }
        labels[(map.Height * width)..].Fill(LabelMap.Ignore);
    }
}

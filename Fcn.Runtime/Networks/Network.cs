// The compiled network as its users see it: images in, labels or scores out, parameters by name, weights from and to files.
using Fcn.Devices;
using Fcn.Weights;

namespace Fcn;

/// <summary>
/// A compiled network. The generator derives every class annotated with <see cref="FcnAttribute"/> from it.
/// Owns the memory of its parameters; not thread-safe.
/// </summary>
public abstract class Network : IDisposable
{
    readonly Dictionary<string, int> indices;

    /// <summary>A network on an engine. Its parameters are what the engine starts with: zeros, until loaded or initialised.</summary>
    protected Network(NetworkSummary description, Engine engine)
    {
        (Description, Engine) = (description, engine);
        indices = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ParameterSummary parameter in description.Parameters) indices.Add(parameter.Name, indices.Count);
    }

    /// <summary>The layer table; the same as the generated static <c>Summary</c>.</summary>
    public NetworkSummary Description { get; }

    /// <summary>The network's parameters and kernels on its device.</summary>
    public Engine Engine { get; }

    /// <summary>Most likely class of every pixel.</summary>
    /// <param name="image">A photograph of any size with as many channels as the network reads.</param>
    /// <returns>A label map of the image's size, labels 0 to Classes − 1.</returns>
    /// <exception cref="FcnException">
    /// The image has another number of channels, is too small or too large for the network, or too large for the memory; or the network
    /// reads several inputs.
    /// </exception>
    /// <exception cref="NotFiniteException">A pixel has a score that is not finite.</exception>
    public LabelMap Segment(Image image) => Segment(Preprocessing.Prepare(image, Description.OnlyInput), 0)[0];

    /// <summary>Most likely class of every pixel by one head of the network; what only others need is not computed.</summary>
    /// <param name="image">As above.</param>
    /// <param name="head">Name of the head: that of its score layer.</param>
    /// <exception cref="FcnException">As above, or the network has no such head.</exception>
    /// <exception cref="NotFiniteException">A pixel has a score that is not finite.</exception>
    public LabelMap Segment(Image image, string head) =>
        Segment(Preprocessing.Prepare(image, Description.OnlyInput), Description.HeadIndex(head))[0];

    /// <summary>Most likely class of every pixel of several images in one pass.</summary>
    /// <param name="images">One or more images, all of one size.</param>
    /// <returns>As many label maps.</returns>
    /// <exception cref="FcnException">
    /// Sizes differ, an image has another number of channels than the network reads, or there are too many for the memory; or the network
    /// reads several inputs.
    /// </exception>
    /// <exception cref="NotFiniteException">A pixel has a score that is not finite.</exception>
    public LabelMap[] Segment(IReadOnlyList<Image> images) => Segment(Preprocessing.Prepare(images, Description.OnlyInput), 0);

    /// <summary>Most likely class of every pixel, by a network of several inputs.</summary>
    /// <param name="inputs">What every input reads, by the inputs' names; all of one size.</param>
    /// <param name="head">Name of the head; null for the first.</param>
    /// <exception cref="FcnException">
    /// An input is missing or unknown, sizes differ, an image has another number of channels than its input reads, or there is no such
    /// head.
    /// </exception>
    /// <exception cref="NotFiniteException">A pixel has a score that is not finite.</exception>
    public LabelMap Segment(IReadOnlyDictionary<string, Image> inputs, string? head = null) =>
        Segment(Preprocessing.Prepare(inputs, Description), Head(head))[0];

    /// <summary>Scores of every pixel and class before the softmax.</summary>
    /// <returns>(1, Classes, H, W).</returns>
    /// <exception cref="FcnException">
    /// The image has another number of channels, is too small or too large for the network, or too large for the memory; or the network
    /// reads several inputs.
    /// </exception>
    /// <exception cref="NotFiniteException">A score is not finite.</exception>
    public Tensor Scores(Image image) => Scores(Preprocessing.Prepare(image, Description.OnlyInput), 0);

    /// <summary>Scores of every pixel and class of one head; what only others need is not computed.</summary>
    /// <returns>(1, the head's Classes, H, W).</returns>
    /// <exception cref="FcnException">As above, or the network has no such head.</exception>
    /// <exception cref="NotFiniteException">A score is not finite.</exception>
    public Tensor Scores(Image image, string head) => Scores(Preprocessing.Prepare(image, Description.OnlyInput), Description.HeadIndex(head));

    /// <summary>Scores of every pixel and class of several images of one size.</summary>
    /// <returns>(N, Classes, H, W).</returns>
    /// <exception cref="FcnException">
    /// Sizes differ, an image has another number of channels than the network reads, or there are too many for the memory; or the network
    /// reads several inputs.
    /// </exception>
    /// <exception cref="NotFiniteException">A score is not finite.</exception>
    public Tensor Scores(IReadOnlyList<Image> images) => Scores(Preprocessing.Prepare(images, Description.OnlyInput), 0);

    /// <summary>Scores of every pixel and class, by a network of several inputs.</summary>
    /// <param name="inputs">What every input reads, by the inputs' names; all of one size.</param>
    /// <param name="head">Name of the head; null for the first.</param>
    /// <returns>(1, the head's Classes, H, W).</returns>
    /// <exception cref="FcnException">
    /// An input is missing or unknown, sizes differ, an image has another number of channels than its input reads, or there is no such
    /// head.
    /// </exception>
    /// <exception cref="NotFiniteException">A score is not finite.</exception>
    public Tensor Scores(IReadOnlyDictionary<string, Image> inputs, string? head = null) => Scores(Preprocessing.Prepare(inputs, Description), Head(head));

    /// <summary>A copy of a parameter: OIHW weights, (O) biases.</summary>
    /// <param name="name">Such as <c>conv1_1.weight</c>.</param>
    /// <exception cref="FcnException">The network has no such parameter.</exception>
    public Tensor Parameter(string name)
    {
        int index = Index(name);
        IReadOnlyList<int> shape = Description.Parameters[index].Shape;
        var values = new float[Tensor.Count(shape)];
        Engine.Read(ParameterStore.Values, index, values);
        return new Tensor(shape, values);
    }

    /// <summary>Replaces a parameter.</summary>
    /// <param name="name">Such as <c>conv1_1.weight</c>.</param>
    /// <param name="value">A tensor of the parameter's shape.</param>
    /// <exception cref="FcnException">The network has no such parameter, it has another shape, or a value is not finite.</exception>
    public void SetParameter(string name, Tensor value)
    {
        int index = Index(name);
        IReadOnlyList<int> shape = Description.Parameters[index].Shape;
        if (!shape.SequenceEqual(value.Shape))
            throw new FcnException(
                $"'{name}' of {Description.Name} has shape {Tensor.Describe(shape)}; got {Tensor.Describe(value.Shape)}.");
        FiniteTensors.Require(value.Data, $"'{name}' of {Description.Name}");
        Engine.Write(ParameterStore.Values, index, value.Data);
    }

    /// <summary>
    /// Gives every parameter its first values by <see cref="ParameterSummary.Fill"/>: zeros, ones, He's normal distribution or bilinear
    /// kernels. Equal seeds give equal values; each parameter's depend on its own name and shape alone, so a layer added elsewhere changes
    /// nothing.
    /// </summary>
    public void Initialize(ulong seed)
    {
        using NativeBuffer buffer = NativeBuffer.ForLargest(Description.Parameters);
        for (int i = 0; i < Description.Parameters.Count; i++)
        {
            Span<float> values = buffer.Of<float>((int)Tensor.Count(Description.Parameters[i].Shape));
            ParameterFill.Fill(Description.Parameters[i], seed, values);
            Engine.Write(ParameterStore.Values, i, values);
        }
    }

    /// <summary>
    /// Replaces all parameters by those of a safetensors file; a checkpoint's momentum is passed over. A matrix with the right values in
    /// the right order stands for a convolution.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="prefix">What is taken off the file's names where they begin with it, such as <c>module.</c>; empty for nothing.</param>
    /// <returns>Notes on tensors that were stored in another shape.</returns>
    /// <exception cref="FcnException">
    /// The file cannot be read, tensors are missing, surplus or misshapen, or a value is not finite: all are listed, nothing was replaced.
    /// </exception>
    public InitReport Load(string path, string prefix = "") => WeightFile.Load(path, Description.Parameters, Write, prefix);

    /// <summary>Writes all parameters as safetensors, <c>layer.weight</c> (OIHW) and <c>layer.bias</c>; whole or not at all.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="metadata">Notes for the file, or null.</param>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null) =>
        WeightFile.Save(path, Description.Parameters, Read, metadata);

    /// <summary>
    /// Replaces those parameters that a safetensors file holds under the same name and in the same shape, such as FCN-32s' in FCN-16s
    /// (reference: copy_from).
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="prefix">What is taken off the file's names where they begin with it, such as <c>module.</c>; empty for nothing.</param>
    /// <returns>What was copied, skipped for its shape and left as it was.</returns>
    /// <exception cref="FcnException">The file cannot be read, nothing in it matches, or a value is not finite.</exception>
    public InitReport InitFrom(string path, string prefix = "") => WeightFile.InitFrom(path, Description.Parameters, Write, prefix);

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }

    int Head(string? name) => name is null ? 0 : Description.HeadIndex(name);

    LabelMap[] Segment(InputBatch input, int head)
    {
        byte[] labels = RoomForLabels(input);
        Engine.Segment(input, labels, head);
        if (input.Images == 1) return [new LabelMap(input.Width, input.Height, labels)];
        int each = labels.Length / input.Images;
        return [.. Enumerable.Range(0, input.Images).Select(n => new LabelMap(input.Width, input.Height, labels[(n * each)..((n + 1) * each)]))];
    }

    Tensor Scores(InputBatch input, int head)
    {
        int[] shape = [input.Images, Description.Heads[head].Classes, input.Height, input.Width];
        float[] scores = HostMemory.NewArray<float>(
            Tensor.Count(shape), $"The scores of {Description.Name} on {input.Images}x{input.Height}x{input.Width} take",
            "Labels take less, and smaller images or parts of them do.");
        Engine.Scores(input, scores, head);
        return new Tensor(shape, scores);
    }

    byte[] RoomForLabels(InputBatch input) => HostMemory.NewArray<byte>(
        (long)input.Images * input.Height * input.Width,
        $"The labels of {Description.Name} on {input.Images}x{input.Height}x{input.Width} take", "Use smaller images or fewer at a time.");

    void Read(int parameter, Span<float> values) => Engine.Read(ParameterStore.Values, parameter, values);

    void Write(int parameter, ReadOnlySpan<float> values) => Engine.Write(ParameterStore.Values, parameter, values);

    int Index(string name)
    {
        if (indices.TryGetValue(name, out int index)) return index;
        string names = string.Join(", ", Description.Parameters.Select(static p => p.Name));
        throw new FcnException($"{Description.Name} has no parameter '{name}'. It has: {names}.");
    }
}

namespace Fcn;

/// <summary>What the compiler knows of a network: the table an author would draw by hand. Generated; sizes hold for every input.</summary>
/// <param name="Name">Class name of the network.</param>
/// <param name="Inputs">Channels, order and mean of every input; one or more. The stream begins at the first.</param>
/// <param name="Heads">Name, classes and loss of everything that the network says of a pixel; one or more.</param>
/// <param name="Layers">The stream in order, skips and upsampling included.</param>
/// <param name="Parameters">Every parameter in the order of declaration, learned or state.</param>
public sealed record NetworkSummary(
    string Name, IReadOnlyList<InputSummary> Inputs, IReadOnlyList<HeadSummary> Heads, IReadOnlyList<LayerSummary> Layers,
    IReadOnlyList<ParameterSummary> Parameters)
{
    /// <summary>A network of one input and one head, <c>score_fr</c>.</summary>
    public NetworkSummary(
        string name, int classes, InputSummary input, IReadOnlyList<LayerSummary> layers, IReadOnlyList<ParameterSummary> parameters)
        : this(name, [input], [new HeadSummary("score_fr", classes)], layers, parameters) { }

    /// <summary>Classes of the first head.</summary>
    public int Classes => Heads[0].Classes;

    /// <summary>The first input.</summary>
    public InputSummary Input => Inputs[0];

    // Of whoever gives one image.
    internal InputSummary OnlyInput => Inputs.Count == 1 ? Inputs[0]
        : throw new FcnException(
            $"{Name} reads {Inputs.Count} inputs ({string.Join(", ", Inputs.Select(static i => i.Name))}): give it an image for each, by name.");

    /// <summary>Place of a head in <see cref="Heads"/>.</summary>
    /// <exception cref="FcnException">The network has no head of this name; the message lists those that it has.</exception>
    public int HeadIndex(string head)
    {
        for (int i = 0; i < Heads.Count; i++)
            if (Heads[i].Name == head) return i;
        throw new FcnException($"{Name} has no head '{head}'. It has: {string.Join(", ", Heads.Select(static h => h.Name))}.");
    }

    /// <summary>Number of learned values.</summary>
    public long ParameterCount => Parameters.Where(static p => p.Kind == ParameterKind.Learned).Sum(static p => Tensor.Count(p.Shape));

    /// <summary>Receptive field in pixels of the last layer before the score: 404 at fc6 and fc7 of VGG-16.</summary>
    public int ReceptiveField => Layers.Where(static l => l.Field is not null).Select(static l => l.Field!.Value).DefaultIfEmpty(1).Max();

    /// <summary>Largest stride of the stream in pixels: 32 for VGG-16.</summary>
    public int Stride => Layers.Select(static l => (int)l.Stride).DefaultIfEmpty(1).Max();

    /// <summary>Crop offsets by layer: score_pool4 5, score_pool3 9, score 31 for FCN-8s.</summary>
    public IReadOnlyDictionary<string, int> Crops =>
        Layers.Where(static l => l.Crop is not null).ToDictionary(static l => l.Name, static l => l.Crop!.Value);
}

/// <summary>What the network reads.</summary>
/// <param name="Channels">Channels of the input.</param>
/// <param name="Order">Order of the colour channels.</param>
/// <param name="Mean">Subtracted from every pixel, in that order; scale 0..255.</param>
/// <param name="Scale">Applied after the mean was subtracted.</param>
/// <param name="Name">As declared: <c>data</c> where nothing is said.</param>
public sealed record InputSummary(int Channels, ChannelOrder Order, IReadOnlyList<float> Mean, float Scale, string Name = "data");

/// <summary>A head: what the network says of every pixel.</summary>
/// <param name="Name">The name of its score layer.</param>
/// <param name="Classes">Channels of its scores.</param>
/// <param name="LossWeight">How much its loss counts in the sum that is trained.</param>
public sealed record HeadSummary(string Name, int Classes, float LossWeight = 1);

/// <summary>One row of the layer table.</summary>
/// <param name="Name">Layer name as declared, or as the reference names it (score_pool4, upscore2, fuse_pool4).</param>
/// <param name="Kind">Kind of layer: conv, pool, concat, sum, batchnorm, score, scale, upscore, fuse, crop.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Height">Output height as a formula in H, such as <c>⌈(H+198)/8⌉</c>.</param>
/// <param name="Size">The same formula as a function of the input's height or width; 0 or less where the input is too small.</param>
/// <param name="Stride">Input pixels from one output to the next; may be a fraction nowhere but in a faulty net, so a whole number.</param>
/// <param name="Field">Receptive field in pixels; null behind upsampling.</param>
/// <param name="Parameters">Learned values.</param>
/// <param name="Crop">Rows and columns cut off before this layer's output meets the stream; null where nothing is cropped.</param>
/// <param name="MultiplyAdds">Multiply-adds for one output pixel over all channels.</param>
public sealed record LayerSummary(
    string Name, string Kind, int Channels, string Height, Func<int, int> Size, int Stride, int? Field, long Parameters, int? Crop, long MultiplyAdds);

/// <summary>One parameter.</summary>
/// <param name="Name"><c>layer.weight</c>, <c>layer.bias</c>, or of a batch normalisation <c>layer.running_mean</c>, <c>layer.running_var</c>.</param>
/// <param name="Shape">OIHW for weights of convolutions, (I, O/groups, H, W) for learned upsampling, (O) for biases
/// and other values per channel.</param>
/// <param name="Fill">How it is initialised when no weights are loaded.</param>
/// <param name="Rate">Learning-rate multiplier (Caffe: lr_mult); 0 freezes it.</param>
/// <param name="Decay">Weight-decay multiplier (Caffe: decay_mult).</param>
public sealed record ParameterSummary(string Name, IReadOnlyList<int> Shape, Fill Fill, float Rate, float Decay)
{
    /// <summary>Whether the solver learns it or training keeps it.</summary>
    public ParameterKind Kind { get; init; }
}

/// <summary>What a parameter is to training. Both kinds are saved, loaded and resumed.</summary>
public enum ParameterKind
{
    /// <summary>Has a gradient, and the solver updates it.</summary>
    Learned,

    /// <summary>Written by every forward pass of training, and left alone by the solver: running statistics of a batch normalisation.</summary>
    State,
}

/// <summary>How a parameter is initialised.</summary>
public enum Fill
{
    /// <summary>All zeros: biases and score layers (paper section 4.1).</summary>
    Zero,

    /// <summary>Normal with deviation √(2 / fan-in) (He et al. 2015; Caffe: msra): convolutions without pre-trained weights.</summary>
    He,

    /// <summary>Bilinear interpolation on the diagonal (reference: surgery.interp): learned upsampling.</summary>
    Bilinear,

    /// <summary>All ones: scales and running variances of batch normalisations.</summary>
    One,
}

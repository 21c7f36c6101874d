namespace Fcn;

/// <summary>
/// Convolution (Caffe: Convolution), followed by a ReLU unless <see cref="Relu"/> is false. Output height is
/// ⌊(H + 2·Pad − ((Kernel − 1)·Dilation + 1)) / Stride⌋ + 1.
/// </summary>
/// <param name="name">
/// The layer's name: letters, digits and underscores. Its parameters are <c>name.weight</c> (O, I/Groups, Kernel, Kernel) and
/// <c>name.bias</c> (O).
/// </param>
/// <param name="channels">Output channels, 1 or more.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ConvAttribute(string name, int channels) : Attribute
{
    /// <summary>The layer's name.</summary>
    public string Name { get; } = name;

    /// <summary>Output channels.</summary>
    public int Channels { get; } = channels;

    /// <summary>Height and width of the kernel, 1 or more.</summary>
    public int Kernel { get; set; } = 3;

    /// <summary>Pixels from one output to the next, 1 or more.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>Zeros added on every side, 0 or more.</summary>
    public int Pad { get; set; } = 1;

    /// <summary>Distance of neighbouring kernel taps (à trous), 1 or more.</summary>
    public int Dilation { get; set; } = 1;

    /// <summary>Groups into which input and output channels are split; divides both.</summary>
    public int Groups { get; set; } = 1;

    /// <summary>Whether a bias is added.</summary>
    public bool Bias { get; set; } = true;

    /// <summary>Whether a ReLU follows.</summary>
    public bool Relu { get; set; } = true;

    /// <summary>
    /// Probability with which an output is dropped in training, [0, 1). Kept values are divided by 1 − Dropout (Caffe: Dropout).
    /// </summary>
    public double Dropout { get; set; }

    /// <summary>Learning-rate multiplier of the weight (Caffe: lr_mult); 0 freezes it.</summary>
    public double WeightRate { get; set; } = 1;

    /// <summary>Learning-rate multiplier of the bias; 2 in every released VGG network.</summary>
    public double BiasRate { get; set; } = 2;

    /// <summary>Weight-decay multiplier of the weight (Caffe: decay_mult).</summary>
    public double WeightDecay { get; set; } = 1;

    /// <summary>Weight-decay multiplier of the bias; 0 in every released VGG network.</summary>
    public double BiasDecay { get; set; }

    /// <summary>Name of the layer that this one reads; empty: the layer before it.</summary>
    public string From { get; set; } = "";
}

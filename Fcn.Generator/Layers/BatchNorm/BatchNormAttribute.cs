namespace Fcn;

/// <summary>
/// Batch normalisation (Ioffe, Szegedy 2015; torch.nn.BatchNorm2d), followed by a ReLU unless <see cref="Relu"/> is false. Training normalises every
/// channel by its mean and variance over the batch, and keeps running ones, which everything else uses. The convolution before it wants
/// <c>Relu = false</c>, and needs no bias.
/// </summary>
/// <param name="name">
/// The layer's name. Learned, a value per channel: <c>name.weight</c>, 1 at first, and <c>name.bias</c>, 0; state: <c>name.running_mean</c>, 0 at
/// first, and <c>name.running_var</c>, 1.
/// </param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class BatchNormAttribute(string name) : Attribute
{
    /// <summary>The layer's name.</summary>
    public string Name { get; } = name;

    /// <summary>Added to the variance before its root is taken; more than 0.</summary>
    public double Eps { get; set; } = 1e-5;

    /// <summary>Share of the last batch in the running statistics, [0, 1): running = (1 − Momentum) · running + Momentum · batch.</summary>
    public double Momentum { get; set; } = 0.1;

    /// <summary>Whether a ReLU follows.</summary>
    public bool Relu { get; set; } = true;

    /// <summary>Learning-rate multiplier of the weight; 0 freezes it.</summary>
    public double WeightRate { get; set; } = 1;

    /// <summary>Learning-rate multiplier of the bias; 0 freezes it.</summary>
    public double BiasRate { get; set; } = 1;

    /// <summary>Weight-decay multiplier of the weight.</summary>
    public double WeightDecay { get; set; }

    /// <summary>Weight-decay multiplier of the bias.</summary>
    public double BiasDecay { get; set; }

    /// <summary>Name of the layer that this one reads; empty: the layer before it.</summary>
    public string From { get; set; } = "";
}

namespace Fcn;

/// <summary>
/// The classifier: a 1×1 convolution from the stream to one channel per class, without ReLU, initialised with zeros (paper section 4.1;
/// Caffe: score_fr). Its output starts the stream of scores that skips are fused into, and with it a head of the network, which ends with
/// <see cref="UpsampleAttribute"/>. A network may have several heads, of classes and losses of their own; what follows an upsampling and
/// names no layer reads the features that the head before it read. Layers of a later head that are not named by the user have its name and
/// an underscore before theirs: <c>parts_score_pool4</c>.
/// </summary>
/// <param name="name">The name of the layer, with parameters <c>name.weight</c> and <c>name.bias</c>, and of the head.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ScoreAttribute(string name = "score_fr") : Attribute
{
    /// <summary>The layer's name.</summary>
    public string Name { get; } = name;

    /// <summary>Learning-rate multiplier of weight; the bias has twice that.</summary>
    public double Rate { get; set; } = 1;

    /// <summary>Classes of this head, 2 to 254; 0 stands for <see cref="FcnAttribute.Classes"/>.</summary>
    public int Classes { get; set; }

    /// <summary>
    /// How much this head's loss counts in training, 0 or more: the sum of all heads' losses is trained, each times its weight (Caffe:
    /// loss_weight; 0.3 for the auxiliary losses of GoogLeNet).
    /// </summary>
    public double LossWeight { get; set; } = 1;

    /// <summary>Name of the layer that this one reads; empty: the layer before it.</summary>
    public string From { get; set; } = "";
}

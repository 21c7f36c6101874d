namespace Fcn;

/// <summary>
/// The classifier: a 1×1 convolution from the stream to one channel per class, without ReLU, initialised with zeros (paper section 4.1;
/// Caffe: score_fr). Its output starts the stream of scores that skips are fused into.
/// </summary>
/// <param name="name">The layer's name; parameters <c>name.weight</c> and <c>name.bias</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ScoreAttribute(string name = "score_fr") : Attribute
{
    /// <summary>The layer's name.</summary>
    public string Name { get; } = name;

    /// <summary>Learning-rate multiplier of weight; the bias has twice that.</summary>
    public double Rate { get; set; } = 1;

    /// <summary>Name of the layer that this one reads; empty: the layer before it.</summary>
    public string From { get; set; } = "";
}

namespace Fcn;

/// <summary>
/// Elementwise sum of maps (Caffe: Eltwise SUM). All have the same stride and the same number of channels; larger ones are cropped to the one
/// that lies within all others, where the coordinate maps say.
/// </summary>
/// <param name="name">The layer's name.</param>
/// <param name="inputs">Names of two or more layers above.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SumAttribute(string name, params string[] inputs) : Attribute
{
    /// <summary>The layer's name.</summary>
    public string Name { get; } = name;

    /// <summary>Names of the layers that are read.</summary>
    public string[] Inputs { get; } = inputs;

    /// <summary>Whether a ReLU follows, as at the end of a residual block.</summary>
    public bool Relu { get; set; }
}

namespace Fcn;

/// <summary>
/// Concatenation of maps along their channels, in the order given (Caffe: Concat). All have the same stride; larger ones are cropped to the one
/// that lies within all others, where the coordinate maps say.
/// </summary>
/// <param name="name">The layer's name.</param>
/// <param name="inputs">Names of two or more layers above.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ConcatAttribute(string name, params string[] inputs) : Attribute
{
    /// <summary>The layer's name.</summary>
    public string Name { get; } = name;

    /// <summary>Names of the layers that are read.</summary>
    public string[] Inputs { get; } = inputs;
}

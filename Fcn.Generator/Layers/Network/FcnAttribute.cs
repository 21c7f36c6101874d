namespace Fcn;

/// <summary>
/// Declares a fully convolutional network: the generator compiles the annotated partial class into a <see cref="Network"/>.
/// The layer attributes that follow are the stream, in order: backbone, score, skips, final upsampling.
/// </summary>
/// <remarks>Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", 2015/2016.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FcnAttribute : Attribute
{
    /// <summary>
    /// Number of classes that the network scores, background included; 2 to 254 (255 is the ignore label). A head may have its own
    /// (<see cref="ScoreAttribute.Classes"/>).
    /// </summary>
    public int Classes { get; set; }
}

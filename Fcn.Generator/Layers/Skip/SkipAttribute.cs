namespace Fcn;

/// <summary>
/// A skip connection (paper section 4.2): the scores so far are upsampled, a new score layer reads the tapped layer, and both are summed
/// where they lie on top of each other. For the tap pool4 the layers are named as in the reference: upscore2 or upscore_<i>previous tap</i>
/// (the upsampling), scale_pool4 (where there is a scale), score_pool4 (the 1×1 convolution, initialised with zeros), fuse_pool4 (the sum).
/// Which of both is cropped to the other, and where, follows from kernels, strides and pads.
/// </summary>
/// <param name="tap">Name of a layer of the stream above, such as "pool4".</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SkipAttribute(string tap) : Attribute
{
    /// <summary>Name of the tapped layer.</summary>
    public string Tap { get; } = tap;

    /// <summary>By how much the scores so far are upsampled to meet the tap: stride of the scores / stride of the tap.</summary>
    public int Upsample { get; set; } = 2;

    /// <summary>Height and width of the upsampling kernel; 0 stands for 2 · Upsample.</summary>
    public int Kernel { get; set; }

    /// <summary>
    /// Whether the upsampling is learned (dense, initialised bilinear) or stays bilinear (depthwise and constant, as released).
    /// </summary>
    public bool Learned { get; set; }

    /// <summary>
    /// Fixed factor on the tapped features before they are scored: 0.01 for pool4 and 0.0001 for pool3 in FCN-8s at-once; 1 otherwise.
    /// </summary>
    public double Scale { get; set; } = 1;

    /// <summary>Learning-rate multiplier of the new score layer's weight; its bias has twice that.</summary>
    public double Rate { get; set; } = 1;

    /// <summary>Name of the layer whose scores are upsampled; empty: the layer before it.</summary>
    public string From { get; set; } = "";
}

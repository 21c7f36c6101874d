namespace Fcn;

/// <summary>
/// The final upsampling of the scores to the resolution of the input (Caffe: Deconvolution, then Crop to the data), the last word of a
/// network, or of each of its heads. Named <c>upscore</c>, or <c>upscore8</c> where skips were fused; its output, cut to the input where
/// the coordinate maps say, is named <c>score</c>.
/// </summary>
/// <param name="factor">Stride of the scores so far; 8 for FCN-8s.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class UpsampleAttribute(int factor) : Attribute
{
    /// <summary>Upsampling factor.</summary>
    public int Factor { get; } = factor;

    /// <summary>Height and width of the kernel; 0 stands for 2 · factor (63 for FCN-AlexNet).</summary>
    public int Kernel { get; set; }

    /// <summary>
    /// Whether the upsampling is learned (dense, initialised bilinear) or stays bilinear (depthwise and constant, as released).
    /// </summary>
    public bool Learned { get; set; }

    /// <summary>Name of the layer that this one reads; empty: the layer before it.</summary>
    public string From { get; set; } = "";
}

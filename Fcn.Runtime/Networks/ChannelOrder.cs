namespace Fcn;

/// <summary>Order of the colour channels in a network's input.</summary>
public enum ChannelOrder
{
    /// <summary>Blue, green, red: OpenCV's and so Caffe's order.</summary>
    Bgr,

    /// <summary>Red, green, blue: torchvision's order.</summary>
    Rgb,
}

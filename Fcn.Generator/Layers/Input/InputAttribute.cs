namespace Fcn;

/// <summary>
/// What the network reads: how many channels, in which order, and the mean that is subtracted. A network may read several inputs, of names
/// of their own and of the same height and width; its stream begins at the first. Inputs stand on the network or on its backbone; of two of
/// one name the network's own counts. Without any: three channels, BGR, the mean of PASCAL VOC (104.00699, 116.66877, 122.67892), values
/// 0..255, as all networks of the reference implementation that start from VGG-16.
/// </summary>
/// <param name="name">The input's name, such as <c>depth</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class InputAttribute(string name = "data") : Attribute
{
    /// <summary>The input's name.</summary>
    public string Name { get; } = name;

    /// <summary>Channels of the input, 1 or more. 3 for colour.</summary>
    public int Channels { get; set; } = 3;

    /// <summary>Order of the colour channels that the first layer's weights expect.</summary>
    public ChannelOrder Order { get; set; } = ChannelOrder.Bgr;

    /// <summary>
    /// Mean of every channel on the scale 0..255, in the order of <see cref="Order"/>; subtracted from the pixels. Empty: nothing is
    /// subtracted.
    /// </summary>
    public float[] Mean { get; set; } = [104.00699f, 116.66877f, 122.67892f];

    /// <summary>Factor applied after the mean was subtracted. 1 as in Caffe; 1/58 brings colours to about unit deviation.</summary>
    public float Scale { get; set; } = 1;
}

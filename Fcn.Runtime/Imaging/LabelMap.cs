namespace Fcn;

/// <summary>One class index per pixel; 255 is the ignore label (void, object borders in PASCAL VOC).</summary>
public sealed class LabelMap
{
    /// <summary>The label of pixels that are neither trained on nor scored.</summary>
    public const byte Ignore = 255;

    /// <summary>A label map of given size over existing labels.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="labels">height · width class indices, row by row.</param>
    /// <exception cref="ArgumentException">A size is below 1 or <paramref name="labels"/> has another length.</exception>
    public LabelMap(int width, int height, byte[] labels)
    {
        if (width < 1 || height < 1) throw new ArgumentException($"A label map needs at least one pixel; got {width}x{height}.");
        if (labels.LongLength != (long)width * height)
            throw new ArgumentException($"A label map of {width}x{height} has {(long)width * height} labels; got {labels.LongLength}.");
        (Width, Height, Labels) = (width, height, labels);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Height · Width class indices, row by row.</summary>
    public byte[] Labels { get; }
}

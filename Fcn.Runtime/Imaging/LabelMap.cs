using Fcn.Files;
using Fcn.Imaging;
using Fcn.Imaging.Png;

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

    /// <summary>
    /// Reads a label PNG: palette indices or grey values as stored, never scaled and never turned into colours. Alpha is
    /// passed over where all of it is opaque.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FcnException">
    /// The file is missing, damaged, larger than 2²⁸ pixels, not a palette or grey PNG, not opaque, or a 16-bit value is above 255.
    /// </exception>
    public static LabelMap Load(string path)
    {
        byte[] file = InputFile.ReadAll(path, ImageLimits.MaxFileBytes);
        if (!file.AsSpan().StartsWith(PngFile.Signature))
        {
            const string wanted = "a PNG", wayOut = "Labels are read from palette or grey PNGs only: a JPEG changes them.";
            throw FileKind.Of(file)?.Instead(path, wanted, wayOut) ?? new FcnException($"'{path}' is not {wanted}. {wayOut}");
        }
        return PngReader.ReadLabels(file, path);
    }

    /// <summary>Writes a palette PNG with all 256 colours, as in PASCAL VOC, beside the target first and then renamed.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="palette">Colours by label; null for <see cref="Palette.Voc"/>.</param>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void Save(string path, Palette? palette = null)
    {
        byte[] colours = (palette ?? Palette.Voc).ToBytes();
        var header = new PngHeader(Width, Height, 8, PngColour.Palette, Interlaced: false);
        AtomicFile.Write(path, stream => PngWriter.Write(stream, header, colours, Labels));
    }
}

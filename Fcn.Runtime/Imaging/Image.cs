using Fcn.Files;
using Fcn.Imaging;
using Fcn.Imaging.Png;

namespace Fcn;

/// <summary>A photograph: 8-bit RGB (or, for other inputs, any number of 8-bit channels), rows from top to bottom, interleaved.</summary>
public sealed class Image
{
    /// <summary>An image of given size over existing pixels.</summary>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="pixels">height · width · channels bytes, row by row, channels interleaved (R, G, B).</param>
    /// <param name="channels">Bytes per pixel; 3 for RGB.</param>
    /// <exception cref="ArgumentException">A size is below 1 or <paramref name="pixels"/> has another length.</exception>
    public Image(int width, int height, byte[] pixels, int channels = 3)
    {
        if (width < 1 || height < 1 || channels < 1)
            throw new ArgumentException($"An image needs at least one pixel and channel; got {width}x{height}x{channels}.");
        long bytes = (long)width * height * channels;
        if (pixels.LongLength != bytes)
            throw new ArgumentException($"An image of {width}x{height}x{channels} has {bytes} bytes; got {pixels.LongLength}.");
        (Width, Height, Channels, Pixels) = (width, height, channels, pixels);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes per pixel.</summary>
    public int Channels { get; }

    /// <summary>Height · Width · Channels bytes, row by row, channels interleaved.</summary>
    public byte[] Pixels { get; }

    /// <summary>Reads a photograph: PNG, JPEG or what a registered codec recognises, told apart by the first bytes of the file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>
    /// RGB of 8 bits. Grey is repeated, alpha dropped, 16-bit samples keep their high byte; colour profiles and EXIF orientation are
    /// ignored, because labels are drawn on the pixels as stored.
    /// </returns>
    /// <exception cref="FcnException">
    /// The file is missing, damaged, not an image, or larger than 2²⁸ pixels; or it is a JPEG and TurboJPEG is not installed.
    /// </exception>
    public static Image Load(string path)
    {
        byte[] file = InputFile.ReadAll(path, ImageLimits.MaxFileBytes);
        return ImageCodecs.Find(file, path).Decode(file, path);
    }

    /// <summary>Writes a PNG, beside the target first and then renamed.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="FcnException">The file cannot be written, or the image has other than 1 to 4 channels.</exception>
    public void SavePng(string path)
    {
        PngColour colour = Channels switch
        {
            1 => PngColour.Grey,
            2 => PngColour.GreyAlpha,
            3 => PngColour.Rgb,
            4 => PngColour.RgbAlpha,
            _ => throw new FcnException($"Cannot write '{path}': a PNG has 1 to 4 channels, the image {Channels}."),
        };
        var header = new PngHeader(Width, Height, 8, colour, Interlaced: false);
        AtomicFile.Write(path, stream => PngWriter.Write(stream, header, [], Pixels));
    }
}

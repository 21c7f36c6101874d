namespace Fcn;

/// <summary>A photograph: 8-bit RGB (or, for other inputs, any number of 8-bit channels), rows from top to bottom, channels interleaved.</summary>
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
        if (width < 1 || height < 1 || channels < 1) throw new ArgumentException($"An image needs at least one pixel and channel; got {width}x{height}x{channels}.");
        if (pixels.LongLength != (long)width * height * channels)
            throw new ArgumentException($"An image of {width}x{height} with {channels} channels has {(long)width * height * channels} bytes; got {pixels.LongLength}.");
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
    /// <returns>RGB of 8 bits. Grey is repeated, alpha dropped, 16-bit samples keep their high byte; EXIF orientation and colour profiles are ignored.</returns>
    /// <exception cref="FcnException">The file is missing, damaged, not an image, or larger than 2²⁸ pixels; or TurboJPEG is not installed.</exception>
    public static Image Load(string path) => throw new NotImplementedException();

    /// <summary>Writes a PNG, beside the target first and then renamed.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="FcnException">The file cannot be written, or the image has other than 1 to 4 channels.</exception>
    public void SavePng(string path) => throw new NotImplementedException();
}

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

    /// <summary>How pixels that were read as stored belong on the photograph; otherwise <see cref="Orientation.TopLeft"/>.</summary>
    public Orientation Orientation { get; init; } = Orientation.TopLeft;

    /// <summary>What was odd about the file it was read from.</summary>
    public IReadOnlyList<ImageWarning> Warnings { get; init; } = [];

    /// <summary>
    /// Reads a photograph: PNG, JPEG or what a registered codec recognises, told apart by the first bytes of the file. Pipes are read, too.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="reading">How; null for upright and the high byte of 16-bit samples. Photographs with labels are read as stored.</param>
    /// <returns>RGB of 8 bits. Grey is repeated, alpha dropped; colour profiles are ignored.</returns>
    /// <exception cref="MissingLibraryException">It is a JPEG, and TurboJPEG is not installed or broken.</exception>
    /// <exception cref="FcnException">The file is missing, damaged, not an image, or larger than 2²⁸ pixels.</exception>
    public static Image Load(string path, ImageReading? reading = null)
    {
        reading ??= new ImageReading();
        byte[] file = InputFile.ReadAll(path, ImageLimits.MaxFileBytes);
        Image image = ImageCodecs.Find(file, path).Decode(file, path, reading);
        if (image.Orientation == Orientation.TopLeft) return image;
        if (!reading.AsStored) return image.Upright();
        string message = $"'{path}' has the EXIF orientation {(int)image.Orientation}: viewers turn it, but its pixels are taken as " +
            "stored. Make sure that the labels were drawn on those.";
        return new Image(image.Width, image.Height, image.Pixels, image.Channels)
        {
            Orientation = image.Orientation, Warnings = [.. image.Warnings, new ImageWarning(ImageOddity.Turned, path, message)],
        };
    }

    /// <summary>The photograph as it is seen: turned and mirrored by its <see cref="Orientation"/>.</summary>
    public Image Upright()
    {
        if (Orientation == Orientation.TopLeft) return this;
        // Where the first pixel comes from, and the ways to its neighbours on the right and below.
        int last = Width * Height - 1, row = Width;
        (int first, int right, int down) = Orientation switch
        {
            Orientation.TopRight => (row - 1, -1, row),
            Orientation.BottomRight => (last, -1, -row),
            Orientation.BottomLeft => (last - row + 1, 1, -row),
            Orientation.LeftTop => (0, row, 1),
            Orientation.RightTop => (last - row + 1, -row, 1),
            Orientation.RightBottom => (last, -row, -1),
            _ => (row - 1, row, -1),
        };
        (int width, int height) = Orientation < Orientation.LeftTop ? (Width, Height) : (Height, Width);
        byte[] turned = GC.AllocateUninitializedArray<byte>(Pixels.Length);
        for (int y = 0, to = 0; y < height; y++)
            for (int x = 0, from = first + y * down; x < width; x++, from += right, to += Channels)
                Pixels.AsSpan(from * Channels, Channels).CopyTo(turned.AsSpan(to));
        return new Image(width, height, turned, Channels) { Warnings = Warnings };
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

using Fcn.Imaging;
using Fcn.Imaging.Png;

namespace Fcn.ImageSharp;

// In: a JPEG, PNG, WebP, TIFF or BMP file. Out: RGB of 8 bits, the pixels as stored; or a message that names the file.

/// <summary>Reads photographs with SixLabors.ImageSharp: JPEG, PNG, WebP, TIFF and BMP, with no native library.</summary>
/// <remarks>
/// Pixels come as <see cref="Fcn.Image.Load"/> promises: grey is repeated, alpha dropped without blending, samples of more than 8 bits
/// keep their high byte; colour profiles are ignored. Of a TIFF with several pictures the first is read. PNGs go to
/// the runtime's own reader, for the reasons in docs/decisions/0018-imagesharp-2.md: a palette PNG opened as a photograph has its colours
/// looked up. Labels never pass here: <see cref="LabelMap.Load"/> reads the stored indices itself. The other files are checked for
/// completeness before they are decoded, as ImageSharp shows what is missing as black or grey; damage between the markers of a JPEG,
/// which TurboJPEG refuses, goes unnoticed.
/// </remarks>
public sealed class ImageSharpCodec : IImageCodec
{
    private static readonly ImageSharpCodec Shared = new();
    private static readonly Lock Registering = new();

    private static readonly FileKind[] Kinds = [new JpegKind(), new WebpKind(), new TiffKind(), new BmpKind()];

    /// <summary>
    /// Puts ImageSharp before the decoders that are known so far, the built-in ones among them. Calling it again changes nothing.
    /// </summary>
    public static void Register()
    {
        lock (Registering)
            if (!ImageCodecs.All.Contains(Shared)) ImageCodecs.Register(Shared);
    }

    /// <summary>The formats' names, as they appear in messages.</summary>
    public string Name => "JPEG, PNG, WebP, TIFF, BMP";

    /// <summary>Whether a file opens as a JPEG, PNG, WebP, TIFF or BMP.</summary>
    /// <param name="start">The first 16 bytes of the file, or all of a shorter file.</param>
    public bool Recognises(ReadOnlySpan<byte> start) => start.StartsWith(PngFile.Signature) || KindOf(start) is not null;

    /// <summary>Decodes a file to RGB of 8 bits.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="path">Where it came from; every message names it.</param>
    /// <param name="reading">How 16-bit PNGs are read; a TIFF keeps the high byte.</param>
    /// <returns>The pixels as stored, and their EXIF orientation.</returns>
    /// <exception cref="FcnException">
    /// The file is of none of the five formats, damaged, cut off, larger than 2²⁸ pixels, in printer's colours (CMYK), or of a kind that
    /// ImageSharp does not read.
    /// </exception>
    public Fcn.Image Decode(ReadOnlyMemory<byte> file, string path, ImageReading? reading = null)
    {
        if (file.Span.StartsWith(PngFile.Signature)) return PngReader.ReadRgb(file, path, reading);
        FileKind kind = KindOf(file.Span) ?? throw new FcnException($"'{path}' is none of {Name}. Convert it to PNG or JPEG.");
        return kind.Decode(file, path);
    }

    private static FileKind? KindOf(ReadOnlySpan<byte> start)
    {
        foreach (FileKind kind in Kinds)
            if (kind.Recognises(start)) return kind;
        return null;
    }
}

using static Fcn.Imaging.Jpeg.TurboJpeg;

namespace Fcn.Imaging.Jpeg;

// In: a JPEG file. Out: RGB of 8 bits by TurboJPEG's default (slow, exact) inverse transform and smooth chroma, as PIL and djpeg decode.
internal sealed class JpegCodec : IImageCodec
{
    // Every block of 8x8 pixels takes at least one bit under Huffman coding; arithmetic coding has no such bound.
    public const int MaxPixelsPerByte = 512;

    private static ReadOnlySpan<byte> EndOfImage => [0xFF, 0xD9];

    // Compressed pixels that no encoder wrote, and more of them behind each of the eight restart markers, for a decoder that waits for one.
    private static readonly byte[] Filler =
        [.. Enumerable.Range(-1, 9).SelectMany(static n => (byte[])[.. n < 0 ? (byte[])[] : [0xFF, (byte)(0xD0 + n)], .. Noise])];

    private static IEnumerable<byte> Noise => Enumerable.Range(0, 512).Select(static i => (byte)(i * 73 % 255));

    public string Name => "JPEG";

    public bool Recognises(ReadOnlySpan<byte> start) => start is [0xFF, 0xD8, 0xFF, ..];

    public Image Decode(ReadOnlyMemory<byte> file, string path, ImageReading? reading = null)
    {
        TurboJpeg api = Instance ?? throw new MissingLibraryException(path, Missing(Fault));
        using Decoder decoder = api.Start();
        if (!decoder.Started) throw new FcnException($"Cannot read '{path}': TurboJPEG could not start, probably for lack of memory.");
        if (decoder.ReadHeader(file.Span, out int width, out int height, out int colourSpace) == Outcome.Failed)
            throw Damaged(path, decoder.Error);
        if (width == 0 || height == 0) throw Damaged(path, "it ends before a picture begins");
        ImageLimits.Check(width, height, path);
        JpegNotes notes = JpegNotes.Read(file.Span);
        if (!notes.IsArithmetic && (long)width * height > (long)file.Length * MaxPixelsPerByte)
            throw Damaged(path, $"{file.Length} bytes cannot hold {width}x{height} pixels");
        bool printed = colourSpace is Cmyk or Ycck;
        int pixels = printed ? CmykPixels : RgbPixels, bytes = printed ? 4 : 3;
        var warnings = new List<ImageWarning>();

        byte[] decoded = new byte[checked(width * height * bytes)];
        Outcome outcome = decoder.Decompress(file.Span, decoded, width, height, pixels);
        if (outcome == Outcome.Failed) throw Damaged(path, decoder.Error);
        if (outcome == Outcome.Warned)
        {
            string words = decoder.Error;
            if (!AreAllRowsThere(decoder, file.Span, notes.FirstScan, decoded, width, height, pixels))
                throw Damaged(path, $"rows are missing ({words})");
            warnings.Add(ImageWarning.Damage(path, words));
        }
        if (printed)
        {
            decoded = WithoutInk(decoded);
            warnings.Add(new ImageWarning(ImageOddity.Printed, path, $"'{path}' is a CMYK JPEG, made for printing: its colours are taken " +
                "without its profile and differ from those of a viewer. Better convert it first: magick in.jpg -colorspace sRGB out.jpg"));
        }
        return new Image(width, height, decoded) { Orientation = notes.Orientation, Warnings = warnings };
    }

    // The decoder makes up what a short file lacks, or leaves rows as they were. If all rows arrived, it makes no difference what follows
    // the picture's last byte, nor what the rows were filled with before. Segments before the scan hold other pictures, and so may what
    // follows the picture: its end is the first behind the scan's beginning, for compressed pixels never look like one.
    private static bool AreAllRowsThere(
        Decoder decoder, ReadOnlySpan<byte> file, int scan, byte[] decoded, int width, int height, int pixels)
    {
        int length = file[scan..].IndexOf(EndOfImage);
        byte[] continued = [.. length < 0 ? file : file[..(scan + length)], .. Filler, .. EndOfImage], other = new byte[decoded.Length];
        Array.Fill(other, (byte)255);
        return decoder.Decompress(continued, other, width, height, pixels) != Outcome.Failed && other.AsSpan().SequenceEqual(decoded);
    }

    // Adobe's programs, which write these files, store how much of each ink is missing: c · k / 255 is what is left of red.
    private static byte[] WithoutInk(byte[] cmyk)
    {
        byte[] rgb = GC.AllocateUninitializedArray<byte>(cmyk.Length / 4 * 3);
        for (int from = 0, to = 0; from < cmyk.Length; from += 4)
            for (int c = 0; c < 3; c++) rgb[to++] = (byte)((cmyk[from + c] * cmyk[from + 3] + 127) / 255);
        return rgb;
    }

    private static FcnException Damaged(string path, string what) =>
        new($"'{path}' is a damaged JPEG: {what}. Copy, download or export it again.");

    // fault: why a library that was found does not work; null where there is none.
    internal static string Missing(string? fault)
    {
        string install =
            OperatingSystem.IsWindows() ? "winget install libjpeg-turbo.libjpeg-turbo.VC, or put turbojpeg.dll beside the program"
            : OperatingSystem.IsMacOS() ? "brew install jpeg-turbo"
            : "apt-get install libturbojpeg0 (Debian, Ubuntu), dnf install turbojpeg (Fedora)";
        string state = fault is null ? "is not installed. Install it" : $"is there but does not work ({fault}). Install it again";
        return $"JPEG files are decoded by TurboJPEG, which {state}: {install}; or convert the photographs to PNG, which needs no library.";
    }
}

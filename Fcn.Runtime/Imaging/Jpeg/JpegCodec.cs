namespace Fcn.Imaging.Jpeg;

// In: a JPEG file. Out: RGB of 8 bits by TurboJPEG's default (slow, exact) inverse transform and smooth chroma, as PIL and djpeg decode.
internal sealed class JpegCodec : IImageCodec
{
    // Every block of 8x8 pixels takes at least one bit under Huffman coding.
    public const int MaxPixelsPerByte = 512;

    public string Name => "JPEG";

    public bool Recognises(ReadOnlySpan<byte> start) => start is [0xFF, 0xD8, 0xFF, ..];

    public Image Decode(ReadOnlyMemory<byte> file, string path)
    {
        TurboJpeg api = TurboJpeg.Instance ?? throw new FcnException(Missing(path));
        using TurboJpeg.Decoder decoder = api.Start();
        if (!decoder.Started) throw new FcnException($"Cannot read '{path}': TurboJPEG could not start, probably for lack of memory.");
        if (!decoder.ReadHeader(file.Span, out int width, out int height, out int colourSpace)) throw Damaged(path, decoder.Error);
        if (width == 0 || height == 0) throw Damaged(path, "it ends before a picture begins");
        if (colourSpace is TurboJpeg.Cmyk or TurboJpeg.Ycck)
            throw new FcnException($"'{path}' is a CMYK JPEG, made for printing. Convert it first: magick in.jpg -colorspace sRGB out.jpg");
        ImageLimits.Check(width, height, path);
        if ((long)width * height > (long)file.Length * MaxPixelsPerByte)
            throw Damaged(path, $"{file.Length} bytes cannot hold {width}x{height} pixels");
        byte[] rgb = GC.AllocateUninitializedArray<byte>(width * height * 3);
        if (!decoder.Decompress(file.Span, rgb, width, height)) throw Damaged(path, decoder.Error);
        return new Image(width, height, rgb);
    }

    private static FcnException Damaged(string path, string what) =>
        new($"'{path}' is a damaged JPEG: {what}. Copy, download or export it again.");

    internal static string Missing(string path)
    {
        string install =
            OperatingSystem.IsWindows() ? "winget install libjpeg-turbo.libjpeg-turbo.VC, or put turbojpeg.dll beside the program"
            : OperatingSystem.IsMacOS() ? "brew install jpeg-turbo"
            : "apt-get install libturbojpeg0 (Debian, Ubuntu), dnf install turbojpeg (Fedora)";
        return $"Cannot read '{path}': JPEG files are decoded by TurboJPEG, which is not installed. Install it: {install}; " +
            "or convert the photographs to PNG, which needs no library.";
    }
}

using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Tiff.Constants;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace Fcn.Integrations.Tests.ImageSharp;

/// <summary>One picture, noise but for "webp lossy", in every format that ImageSharp writes, with the pixels that were put in.</summary>
internal static class Samples
{
    public const int Width = 37, Height = 29;

    public static readonly string[] Exact =
    [
        "webp lossless", "webp lossless with alpha", "tiff", "tiff LZW", "tiff Deflate", "tiff PackBits", "tiff grey",
        "tiff black and white", "bmp 24 bits", "bmp 32 bits with alpha",
    ];

    /// <summary>A file and its pixels in RGB; those of "webp lossy" are what they were before they were coded.</summary>
    public static (byte[] File, byte[] Rgb) Make(string kind)
    {
        var random = new Random(kind.Length);
        using var image = new Image<Rgba32>(Width, Height);
        byte[] rgb = new byte[Width * Height * 3];
        for (int y = 0, i = 0; y < Height; y++)
            for (int x = 0; x < Width; x++, i += 3)
            {
                byte value = kind == "webp lossy" ? (byte)(x * 3 + y * 2) : (byte)random.Next(256);
                byte level = kind.EndsWith("black and white") ? (byte)(value / 128 * 255) : value;
                bool grey = kind is "tiff grey" or "tiff black and white";
                var pixel = new Rgba32(grey ? level : (byte)(x * 6), level, grey ? level : (byte)(y * 8));
                if (kind.EndsWith("alpha")) pixel.A = (byte)(1 + random.Next(255));
                image[x, y] = pixel;
                (rgb[i], rgb[i + 1], rgb[i + 2]) = (pixel.R, pixel.G, pixel.B);
            }
        using var file = new MemoryStream();
        image.Save(file, EncoderOf(kind));
        return (file.ToArray(), rgb);
    }

    private static IImageEncoder EncoderOf(string kind) => kind switch
    {
        "webp lossy" => new WebpEncoder { FileFormat = WebpFileFormatType.Lossy },
        "webp lossless" or "webp lossless with alpha" => new WebpEncoder { FileFormat = WebpFileFormatType.Lossless },
        "tiff" => new TiffEncoder { Compression = TiffCompression.None, BitsPerPixel = TiffBitsPerPixel.Bit24 },
        "tiff LZW" => new TiffEncoder { Compression = TiffCompression.Lzw, BitsPerPixel = TiffBitsPerPixel.Bit24 },
        "tiff Deflate" => new TiffEncoder { Compression = TiffCompression.Deflate, BitsPerPixel = TiffBitsPerPixel.Bit24 },
        "tiff PackBits" => new TiffEncoder { Compression = TiffCompression.PackBits, BitsPerPixel = TiffBitsPerPixel.Bit24 },
        "tiff grey" => new TiffEncoder
        {
            BitsPerPixel = TiffBitsPerPixel.Bit8, PhotometricInterpretation = TiffPhotometricInterpretation.BlackIsZero,
        },
        "tiff black and white" => new TiffEncoder { BitsPerPixel = TiffBitsPerPixel.Bit1, Compression = TiffCompression.CcittGroup4Fax },
        "bmp 24 bits" => new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel24 },
        "bmp 32 bits with alpha" => new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel32, SupportTransparency = true },
        _ => throw new ArgumentException(kind),
    };
}

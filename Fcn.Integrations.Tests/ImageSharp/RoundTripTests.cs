using Fcn.ImageSharp;
using Fcn.Imaging;
using Fcn.Tests;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.PixelFormats;
using Xunit;

namespace Fcn.Integrations.Tests.ImageSharp;

/// <summary>WebP, TIFF and BMP as ImageSharp itself writes them, and by hand what it does not write.</summary>
public sealed class RoundTripTests
{
    private static readonly ImageSharpCodec Codec = new();

    public static TheoryData<string> Exact => [.. Samples.Exact];

    [Theory, MemberData(nameof(Exact))]
    public void Pixels_come_back_as_they_were(string kind)
    {
        (byte[] file, byte[] rgb) = Samples.Make(kind);
        Fcn.Image image = Codec.Decode(file, kind);
        Assert.Equal((Samples.Width, Samples.Height, 3), (image.Width, image.Height, image.Channels));
        Assert.Equal(rgb, image.Pixels);
    }

    [Fact]
    public void Lossy_webp_is_close()
    {
        (byte[] file, byte[] rgb) = Samples.Make("webp lossy");
        Assert.InRange(Codec.Decode(file, "a.webp").Pixels.Zip(rgb, static (a, b) => Math.Abs(a - b)).Average(), 0.1, 8);
    }

    // Big-endian, one strip, samples of 16 bits whose rounding would differ from their high byte.
    [Theory, InlineData(1), InlineData(3)]
    public void Samples_of_16_bits_in_a_tiff_keep_their_high_byte(int channels)
    {
        byte[] samples = [.. Enumerable.Range(0, 4 * channels * 2).Select(static i => (byte)(i % 2 == 0 ? i * 9 : 0xFF))];
        byte[] file = HandTiff.Make(4, 1, channels, 16, samples, orientation: 6);
        byte[] expected = [.. Enumerable.Range(0, 12).Select(i => samples[(channels == 1 ? i / 3 : i) * 2])];
        Fcn.Image image = Codec.Decode(file, "a.tif");
        Assert.Equal(Orientation.RightTop, image.Orientation);
        Assert.Equal((4, 1), (image.Width, image.Height)); // orientation 6 asks for a quarter turn
        Assert.Equal(expected, image.Pixels);
    }

    [Fact]
    public void Printers_colours_in_a_tiff_are_an_error_that_says_how_to_convert()
    {
        byte[] file = HandTiff.Make(2, 1, 4, 8, new byte[8], photometric: 5);
        Assert.Equal("'a.tif' is a CMYK TIFF, made for printing. Convert it first: magick in.tif -colorspace sRGB out.tif",
            Refusal.Of(() => Codec.Decode(file, "a.tif")));
    }

    [Fact]
    public void A_tiff_whose_size_is_too_large_is_refused_before_it_is_decoded()
    {
        byte[] file = HandTiff.Make(20_000, 20_000, 1, 8, [0]);
        Assert.Contains("'a.tif' has 20000x20000 pixels; at most 1000000 on a side and 268435456 in all are read.",
            Refusal.Of(() => Codec.Decode(file, "a.tif")));
    }

    [Fact]
    public void Strips_that_are_too_short_are_an_error_with_the_numbers()
    {
        byte[] file = HandTiff.Make(10, 10, 3, 8, new byte[299]);
        Assert.Contains("'a.tif' is a damaged TIFF: its strips have 299 bytes; 10x10 pixels take 300",
            Refusal.Of(() => Codec.Decode(file, "a.tif")));
    }

    [Fact]
    public void Run_length_coded_bitmaps_are_read()
    {
        // 4x2, 8 bits: bottom row 4 times colour 1, top row colours 0 1 0 1 as they are; palette of two colours.
        byte[] packed = [4, 1, 0, 0, 0, 4, 0, 1, 0, 1, 0, 1];
        byte[] file = new byte[62 + packed.Length];
        "BM"u8.CopyTo(file);
        (file[2], file[10], file[14], file[18], file[22], file[26], file[28], file[30]) = ((byte)file.Length, 62, 40, 4, 2, 1, 8, 1);
        (file[34], file[46]) = ((byte)packed.Length, 2);
        ((byte[])[30, 20, 10, 0, 60, 50, 40, 0]).CopyTo(file, 54); // blue, green, red, nothing
        packed.CopyTo(file, 62);
        byte[] dark = [10, 20, 30], light = [40, 50, 60];
        Assert.Equal([.. dark, .. light, .. dark, .. light, .. light, .. light, .. light, .. light], Codec.Decode(file, "a.bmp").Pixels);
    }
}

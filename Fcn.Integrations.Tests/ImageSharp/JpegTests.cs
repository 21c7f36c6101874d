using Fcn.ImageSharp;
using Fcn.Imaging;
using Fcn.Tests;
using Fcn.Tests.Imaging;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Integrations.Tests.ImageSharp;

public sealed class JpegTests(ITestOutputHelper output)
{
    private static readonly ImageSharpCodec Codec = new();

    // What Pillow 9.4 decodes, at (0, 0), (12, 4), (20, 4), (4, 12), (23, 15). Chroma at half resolution ("progressive") is spread
    // flat here and smoothly there.
    [Theory]
    [InlineData("colour", 2, "254 0 0", "0 255 1", "0 0 254", "41 41 41", "230 230 230")]
    [InlineData("progressive", 12, "254 1 0", "6 253 0", "1 0 252", "47 38 39", "230 230 232")]
    [InlineData("grey", 2, "76 76 76", "150 150 150", "29 29 29", "41 41 41", "230 230 230")]
    public void Pictures_have_the_colours_other_decoders_give(string kind, int distance, params string[] expected)
    {
        byte[] file = kind switch { "colour" => TinyJpeg.Colour, "progressive" => TinyJpeg.Progressive, _ => TinyJpeg.Grey };
        Image image = Codec.Decode(file, "a.jpg");
        Assert.Equal((24, 16, 3), (image.Width, image.Height, image.Channels));
        (int X, int Y)[] places = [(0, 0), (12, 4), (20, 4), (4, 12), (23, 15)];
        foreach (var ((x, y), colour) in places.Zip(expected))
        {
            int[] wanted = [.. colour.Split(' ').Select(int.Parse)];
            for (int c = 0; c < 3; c++)
                Assert.InRange(image.Pixels[(y * 24 + x) * 3 + c], wanted[c] - distance, wanted[c] + distance);
        }
    }

    // Measured 1.60, 0.34 and 0.17: the chroma of all three is stored at half resolution.
    [Theory, InlineData("voc-demo/image.jpg"), InlineData("voc-demo/progressive.jpg"), InlineData("camvid/JPEGImages/0001TP_006690.jpg")]
    public void Photographs_are_close_to_what_TurboJPEG_gives(string name)
    {
        if (SharedData.File(name, output) is not { } path || Turbo(path) is not { } turbo) return;
        Image image = Codec.Decode(File.ReadAllBytes(path), path);
        Assert.Equal((turbo.Width, turbo.Height), (image.Width, image.Height));
        int[] apart = [.. image.Pixels.Zip(turbo.Pixels, static (a, b) => Math.Abs(a - b))];
        output.WriteLine($"{name}: mean difference {apart.Average():F3}, largest {apart.Max()}");
        Assert.InRange(apart.Average(), 0, 2);
    }

    // Pillow gives the same three pixels.
    [Theory]
    [InlineData("voc-demo/image.jpg", 334, 500, 31, 32, 26)]
    [InlineData("voc-demo/progressive.jpg", 1800, 1200, 139, 190, 247)]
    public void Photographs_have_their_known_size_and_pixel(string name, int width, int height, int r, int g, int b)
    {
        if (SharedData.File(name, output) is not { } path) return;
        Image image = Codec.Decode(File.ReadAllBytes(path), path);
        Assert.Equal((width, height), (image.Width, image.Height));
        int at = (50 * width + 100) * 3;
        output.WriteLine($"{name}: {image.Pixels[at]} {image.Pixels[at + 1]} {image.Pixels[at + 2]}");
        foreach (var (value, wanted) in image.Pixels[at..(at + 3)].Zip((int[])[r, g, b])) Assert.InRange(value, wanted - 2, wanted + 2);
    }

    [Fact]
    public void Every_truncation_is_an_error_that_names_the_file()
    {
        foreach (byte[] file in (byte[][])[TinyJpeg.Colour, TinyJpeg.Progressive, TinyJpeg.Grey])
            for (int length = 3; length < file.Length; length++)
                Assert.StartsWith("'cut.jpg' is a damaged JPEG: ", Refusal.Of(() => Codec.Decode(file.AsMemory(0, length), "cut.jpg")));
    }

    [Fact]
    public void A_closing_marker_before_the_picture_is_an_error() =>
        Assert.Contains("it ends before a picture begins", Refusal.Of(() => Codec.Decode(new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 }, "a.jpg")));

    [Fact]
    public void Printers_colours_are_an_error_that_says_how_to_convert() =>
        Assert.Equal("'print.jpg' is a CMYK JPEG, made for printing. Convert it first: magick in.jpg -colorspace sRGB out.jpg",
            Refusal.Of(() => Codec.Decode(TinyJpeg.Cmyk, "print.jpg")));

    [Theory]
    [InlineData(0x3F3F, "179 bytes cannot hold 16191x16191 pixels")]
    [InlineData(0x7FFF, "'huge.jpg' has 32767x32767 pixels; at most 1000000 on a side and 268435456 in all are read.")]
    public void A_size_that_the_bytes_cannot_fill_takes_no_memory(int side, string expected)
    {
        byte[] file = TinyJpeg.Grey;
        int size = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5;
        for (int i = 0; i < 4; i++) file[size + i] = (byte)(i % 2 == 0 ? side >> 8 : side);
        Refusal.Of(() => Codec.Decode(file, "huge.jpg")); // what is made once only
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(expected, Refusal.Of(() => Codec.Decode(file, "huge.jpg")));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private Image? Turbo(string path)
    {
        try
        {
            return ImageCodecs.All.Single(static codec => codec.Name == "JPEG").Decode(File.ReadAllBytes(path), path);
        }
        catch (FcnException e) when (e.Message.Contains("TurboJPEG, which is not installed"))
        {
            output.WriteLine("Not run: TurboJPEG is not installed here.");
            return null;
        }
    }
}

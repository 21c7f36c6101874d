using Fcn.Data;
using Fcn.Imaging;
using Fcn.Imaging.Jpeg;
using Fcn.Tests.Imaging;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Fuzz;

public sealed class JpegFuzzTests(ITestOutputHelper output)
{
    // Markers: start, frame (baseline, progressive, arithmetic), tables, scan, restart, end, Adobe.
    private static readonly string[] Words =
    [
        "\xFF\xD8", "\xFF\xC0", "\xFF\xC2", "\xFF\xC9", "\xFF\xC4", "\xFF\xDB", "\xFF\xDA",
        "\xFF\xDD\0\x04\0\x01", "\xFF\xD0", "\xFF\xD9", "\xFF\xEE",
    ];

    [Fact]
    public void Damaged_photographs_are_refused_or_read()
    {
        if (TurboJpeg.Instance is null)
        {
            output.WriteLine("Not run: TurboJPEG is not installed here.");
            return;
        }
        byte[][] corpus = [TinyJpeg.Colour, TinyJpeg.Progressive, TinyJpeg.Grey, TinyJpeg.Cmyk];
        // Twice a picture of up to four components where a warning makes it be decoded again, and RGB of it; arithmetic codes have no
        // bound.
        FuzzTally tally = FuzzRun.Over(corpus, 12_000, new Mutations(3, Words), static path =>
        {
            Image image = Image.Load(path, new ImageReading { AsStored = true });
            Assert.Equal(image.Width * image.Height * 3, image.Pixels.Length);
            // A survey reads sizes from headers: what it says of a photograph that can be decoded is true.
            if (PhotographHeader.Size(path) is { } size) Assert.Equal(new PixelSize(image.Width, image.Height), size);
        }, static file => JpegNotes.Read(file).IsArithmetic ? long.MaxValue : (1 << 17) + 4L * file.Length + 11L * 512 * file.Length);
        output.WriteLine(tally.ToString());
        Assert.InRange(tally.Read, 100, 11_000);
        Assert.InRange(tally.Refused, 1_000, 11_900);
    }
}

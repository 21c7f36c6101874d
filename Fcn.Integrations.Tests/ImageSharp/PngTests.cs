using System.Runtime.InteropServices;
using Fcn.ImageSharp;
using Fcn.Tests;
using Fcn.Tests.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using Xunit;
using static Fcn.Tests.Imaging.PngSamples;

namespace Fcn.Integrations.Tests.ImageSharp;

/// <summary>PNGs of every kind give the pixels of the specification, and of ImageSharp's own decoder where that can be used.</summary>
public sealed class PngTests
{
    private static readonly ImageSharpCodec Codec = new();
    private static readonly (int Width, int Height)[] Sizes = [(1, 1), (3, 2), (5, 1), (1, 6), (8, 8), (13, 9), (33, 17)];

    // Every colour type at every depth the specification allows.
    public static TheoryData<int, int> Kinds => new()
    {
        { 0, 1 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 }, { 3, 1 }, { 3, 2 }, { 3, 4 }, { 3, 8 },
        { 4, 8 }, { 4, 16 }, { 6, 8 }, { 6, 16 },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_gives_the_pixels_of_the_specification_and_of_another_decoder(int colour, int depth)
    {
        foreach (var (width, height) in Sizes)
            foreach (bool interlaced in (bool[])[false, true])
            {
                TestPng png = Make(width, height, depth, colour, interlaced);
                ushort[] samples = Samples(png);
                byte[] file = png.Encode(samples);
                Fcn.Image image = Codec.Decode(file, "a.png");
                Assert.Equal((width, height, 3), (image.Width, image.Height, image.Channels));
                Assert.Equal(Expected(png, samples), image.Pixels);
                if (!interlaced) Assert.Equal(ImageSharpItself(file), image.Pixels);
            }
    }

    [Theory, InlineData(0, 8), InlineData(0, 16), InlineData(2, 8), InlineData(2, 16), InlineData(3, 8)]
    public void Transparency_is_dropped_without_blending(int colour, int depth)
    {
        TestPng png = Make(13, 9, depth, colour, interlaced: false);
        ushort[] samples = Samples(png);
        byte[] clear = colour == 3 ? [0, 128, 255]
            : [.. samples.Take(png.Channels).SelectMany(static s => new[] { (byte)(s >> 8), (byte)s })];
        byte[] file = (png with { Transparency = clear }).Encode(samples);
        Assert.Equal(Expected(png, samples), Codec.Decode(file, "a.png").Pixels);
    }

    [Fact]
    public void A_palette_file_opened_as_a_photograph_has_its_colours_looked_up()
    {
        byte[] file = new TestPng(3, 1, 2, 3) { Palette = [10, 20, 30, 40, 50, 60, 70, 80, 90] }.Encode([2, 0, 1]);
        Assert.Equal([70, 80, 90, 10, 20, 30, 40, 50, 60], Codec.Decode(file, "a.png").Pixels);
    }

    [Fact]
    public void A_palette_that_is_too_short_is_an_error_and_not_another_colour()
    {
        byte[] file = new TestPng(2, 1, 8, 3) { Palette = [1, 2, 3] }.Encode([0, 200]);
        Assert.Contains("'a.png' is not a readable PNG: pixel (1, 0) has colour 200 of a palette of 1",
            Refusal.Of(() => Codec.Decode(file, "a.png")));
    }

    [Fact]
    public void Rows_that_end_early_and_wrong_checksums_are_errors()
    {
        var png = new TestPng(4, 3, 8, 0);
        byte[] early = [.. TestPng.Signature, .. TestPng.Chunk("IHDR", png.Header()),
            .. TestPng.Chunk("IDAT", png.Compress([0, 1, 2, 3, 4, 0, 5])), .. TestPng.Chunk("IEND", [])];
        Assert.Contains("'a.png' is not a readable PNG: its pixels end in row 1 of 3",
            Refusal.Of(() => Codec.Decode(early, "a.png")));

        byte[] file = png.Encode(new ushort[12]);
        file[^(12 + 4 + 1)] ^= 1; // the last byte of Adler-32
        Assert.Contains("the checksum of chunk IDAT", Refusal.Of(() => Codec.Decode(file, "a.png")));
        byte[] mended = TestPng.WithChecksums(file);
        Assert.Contains("its compressed pixels are damaged", Refusal.Of(() => Codec.Decode(mended, "a.png")));
    }

    // ImageSharp 2.1.13 never comes back from interlaced files of fewer than five columns, which is why it is not asked for PNGs.
    [Fact]
    public async Task Narrow_interlaced_files_are_read()
    {
        byte[] file = new TestPng(1, 2, 8, 0, Interlaced: true).Encode([7, 9]);
        Task<Fcn.Image> reading = Task.Run(() => Codec.Decode(file, "a.png"));
        Fcn.Image image = await reading.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal([7, 7, 7, 9, 9, 9], image.Pixels);
    }

    private static byte[] ImageSharpItself(byte[] file)
    {
        using Image<Rgb48> image = SixLabors.ImageSharp.Image.Load<Rgb48>(file);
        ushort[] samples = new ushort[image.Width * image.Height * 3];
        image.CopyPixelDataTo(MemoryMarshal.AsBytes(samples.AsSpan()));
        return [.. samples.Select(static s => (byte)(s >> 8))];
    }

    internal static TestPng Make(int width, int height, int depth, int colour, bool interlaced) =>
        new(width, height, depth, colour, interlaced) { Palette = colour == 3 ? Colours : null };

    private static readonly byte[] Colours = [.. Enumerable.Range(0, 768).Select(static i => (byte)(i * 37 + i / 3))];
}

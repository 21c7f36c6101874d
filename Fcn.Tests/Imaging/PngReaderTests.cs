using System.IO.Compression;
using Fcn.Imaging;
using Fcn.Imaging.Png;
using Xunit;
using static Fcn.Tests.Imaging.PngSamples;
using Xunit.Abstractions;

namespace Fcn.Tests.Imaging;

public sealed class PngReaderTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Every colour type at every depth the specification allows.
    public static TheoryData<int, int> Kinds => new()
    {
        { 0, 1 }, { 0, 2 }, { 0, 4 }, { 0, 8 }, { 0, 16 }, { 2, 8 }, { 2, 16 }, { 3, 1 }, { 3, 2 }, { 3, 4 }, { 3, 8 },
        { 4, 8 }, { 4, 16 }, { 6, 8 }, { 6, 16 },
    };

    private static readonly (int Width, int Height)[] Sizes = [(1, 1), (3, 2), (5, 1), (1, 6), (8, 8), (13, 9), (33, 17)];

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_gives_the_colours_of_the_specification(int colour, int depth)
    {
        foreach (var (width, height) in Sizes)
            foreach (bool interlaced in (bool[])[false, true])
            {
                TestPng png = Make(width, height, depth, colour, interlaced);
                ushort[] samples = Samples(png);
                Image image = Image.Load(_folder.Write("a.png", png.Encode(samples)));
                Assert.Equal((width, height, 3), (image.Width, image.Height, image.Channels));
                Assert.Equal(Expected(png, samples), image.Pixels);
            }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Labels_are_the_stored_numbers(int colour, int depth)
    {
        if (colour is not (0 or 3)) return;
        foreach (var (width, height) in Sizes)
            foreach (bool interlaced in (bool[])[false, true])
            {
                TestPng png = Make(width, height, depth, colour, interlaced);
                ushort[] samples = [.. Samples(png).Select(static s => (ushort)(s & 255))];
                LabelMap labels = LabelMap.Load(_folder.Write("a.png", png.Encode(samples)));
                Assert.Equal((width, height), (labels.Width, labels.Height));
                Assert.Equal(samples.Select(static s => (byte)s), labels.Labels);
            }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Every_filter_is_undone(int filter)
    {
        TestPng png = Make(19, 11, 8, 2, interlaced: false) with { Filter = filter };
        ushort[] samples = Samples(png);
        Assert.Equal(Expected(png, samples), Image.Load(_folder.Write("a.png", png.Encode(samples))).Pixels);
    }

    [Theory, InlineData(1), InlineData(7)]
    public void Pixels_may_be_cut_into_many_chunks(int bytes)
    {
        TestPng png = Make(19, 11, 8, 2, interlaced: true) with { IdatBytes = bytes };
        ushort[] samples = Samples(png);
        Assert.Equal(Expected(png, samples), Image.Load(_folder.Write("a.png", png.Encode(samples))).Pixels);
    }

    [Fact]
    public void Transparency_is_dropped()
    {
        TestPng grey = Make(4, 4, 8, 0, false) with { Transparency = [0, 7] };
        ushort[] samples = Samples(grey);
        Assert.Equal(Expected(grey, samples), Image.Load(_folder.Write("a.png", grey.Encode(samples))).Pixels);
        TestPng palette = Make(4, 4, 8, 3, false) with { Transparency = [0, 128, 255] };
        Assert.Equal(samples.Select(static s => (byte)s), LabelMap.Load(_folder.Write("b.png", palette.Encode(samples))).Labels);
    }

    // Written by Pillow 9.4: 5x2, 2 bits, palette black, maroon, green, void.
    private const string Pillow = "89504e470d0a1a0a0000000d4948445200000005000000020203000000ed04fece0000000c504c5445000000800000008000" +
        "e0e0c08ea266b70000000e49444154789c6390666078e20000029501400b14d1e10000000049454e44ae426082";

    [Fact]
    public void A_palette_file_of_another_program_is_read_as_both_labels_and_picture()
    {
        string path = _folder.Write("pillow.png", Convert.FromHexString(Pillow));
        Assert.Equal([0, 1, 2, 3, 0, 3, 2, 1, 0, 1], LabelMap.Load(path).Labels);
        byte[] first = [0, 0, 0, 128, 0, 0, 0, 128, 0, 224, 224, 192, 0, 0, 0];
        Assert.Equal(first, Image.Load(path).Pixels[..15]);
    }

    [Fact]
    public void A_label_of_the_voc_set_has_its_known_classes_and_border()
    {
        if (SharedData.File("voc-demo/label.png", output) is not { } path) return;
        LabelMap labels = LabelMap.Load(path);
        Assert.Equal((334, 500), (labels.Width, labels.Height));
        Assert.Equal<byte>([0, 2, 15, 255], labels.Labels.Distinct().Order());
    }

    [Theory]
    [InlineData(10, 1023, 255)]
    [InlineData(12, 4095, 255)]
    [InlineData(14, 16383, 255)]
    [InlineData(8, 200, 200)]
    [InlineData(3, 6, 6)]
    public void Data_of_fewer_bits_in_sixteen_is_dark_with_a_warning_or_scaled(int bits, int largest, int scaled)
    {
        foreach (int colour in (int[])[0, 2, 4, 6])
        {
            // Alpha is full: it does not count.
            var png = new TestPng(2, 2, 16, colour);
            int channels = png.Channels, colours = channels is 2 or 4 ? channels - 1 : channels;
            int Sample(int i) => i % channels >= colours ? 65535 : i == 0 ? largest : 2;
            ushort[] samples = [.. Enumerable.Range(0, 4 * channels).Select(i => (ushort)Sample(i))];
            string path = _folder.Write("deep.png", png.Encode(samples));
            Image plain = Image.Load(path), bright = Image.Load(path, new ImageReading { SixteenBit = SixteenBit.Scale });
            Assert.Equal((largest >> 8, scaled), (plain.Pixels[0], bright.Pixels[0]));
            ImageWarning warning = Assert.Single(plain.Warnings);
            Assert.Equal(ImageOddity.Dark, warning.Oddity);
            Assert.Contains($"only the lower {bits} are used", warning.Message);
            Assert.Contains("--sixteen-bit scale", warning.Message);
            Assert.Empty(bright.Warnings);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16384)]
    public void Black_and_the_whole_range_are_no_cause_for_a_warning(int largest) =>
        Assert.Empty(Image.Load(_folder.Write("deep.png", new TestPng(1, 1, 16, 0).Encode([(ushort)largest]))).Warnings);

    [Fact]
    public void Sixteen_bit_labels_above_255_are_an_error_with_their_place()
    {
        var png = new TestPng(2, 2, 16, 0);
        var e = Assert.Throws<FcnException>(() => LabelMap.Load(_folder.Write("deep.png", png.Encode([1, 2, 3, 300]))));
        Assert.Equal($"'{_folder["deep.png"]}' has the label 300 at (1, 1); labels are 0..255.", e.Message);
    }

    [Fact]
    public void Coloured_labels_are_an_error_that_says_what_to_do()
    {
        TestPng png = Make(2, 2, 8, 2, false);
        var e = Assert.Throws<FcnException>(() => LabelMap.Load(_folder.Write("rgb.png", png.Encode(Samples(png)))));
        Assert.Contains("rgb.png' holds colours (Rgb, 8 bits), not class indices. Convert it to a palette PNG", e.Message);
    }

    [Fact]
    public void A_palette_too_short_for_a_picture_is_still_good_for_labels()
    {
        var png = new TestPng(2, 1, 8, 3) { Palette = [1, 2, 3] };
        string path = _folder.Write("short.png", png.Encode([0, 200]));
        Assert.Equal([0, 200], LabelMap.Load(path).Labels);
        Assert.Contains("pixel (1, 0) has colour 200 of a palette of 1", Refusal.Of(() => Image.Load(path)));
    }

    // Unpacking takes two rows. The bits in use have to be known before only where samples are scaled by them.
    [Fact]
    public void Only_scaled_pictures_are_unpacked_twice()
    {
        const int Width = 100_000, Rows = 2 * 2 * Width;
        byte[] file = new TestPng(Width, 1, 16, 0).Encode(new ushort[Width]);
        Assert.InRange(Allocated(SixteenBit.High) + Rows, 0, Allocated(SixteenBit.Scale));

        long Allocated(SixteenBit sixteenBit)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            PngReader.ReadRgb(file, "a.png", new ImageReading { SixteenBit = sixteenBit });
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static TestPng Make(int width, int height, int depth, int colour, bool interlaced) =>
        new(width, height, depth, colour, interlaced) { Palette = colour == 3 ? Colours : null, Level = CompressionLevel.Fastest };

    private static readonly byte[] Colours = [.. Enumerable.Range(0, 768).Select(static i => (byte)(i * 37 + i / 3))];

    [Fact]
    public void The_header_counts_the_bytes_of_all_passes()
    {
        Assert.Equal(17 * (1 + 33 * 3), new PngHeader(33, 17, 8, PngColour.Rgb, false).UnpackedBytes);
        Assert.Equal(1 + 1, new PngHeader(1, 1, 1, PngColour.Grey, true).UnpackedBytes);
        // 1x1, 1x1, 2x1, 2x2, 4x2, 4x4 and 8x4 pixels, each row in one byte behind its filter's.
        Assert.Equal(2 * (1 + 1 + 1 + 2 + 2 + 4 + 4), new PngHeader(8, 8, 1, PngColour.Grey, true).UnpackedBytes);
    }
}

using Fcn.ImageSharp;
using Fcn.Imaging;
using Fcn.Tests;
using Fcn.Tests.Imaging;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Integrations.Tests.ImageSharp;

/// <summary>Registering a decoder of photographs changes nothing about labels.</summary>
public sealed class LabelTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TempFolder _folder = new();

    public LabelTests(ITestOutputHelper output)
    {
        _output = output;
        ImageSharpCodec.Register();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Registering_twice_puts_one_codec_before_the_built_in_ones()
    {
        ImageSharpCodec.Register();
        Assert.Equal(["JPEG, PNG, WebP, TIFF, BMP", "PNG", "JPEG"], ImageCodecs.All.Select(static codec => codec.Name));
        (byte[] file, byte[] rgb) = Samples.Make("webp lossless");
        Assert.Equal(rgb, Image.Load(_folder.Write("a.dat", file)).Pixels);
        Assert.Contains("is a GIF picture, not an image of a known format (JPEG, PNG, WebP, TIFF, BMP, PNG, JPEG). Convert it",
            Refusal.Of(() => Image.Load(_folder.Write("a.gif", "GIF89a"u8.ToArray()))));
        Assert.Contains("42 4D 20 6D \"BM means Birming\"",
            Refusal.Of(() => Image.Load(_folder.Write("a.txt", "BM means Birmingham"u8.ToArray()))));
    }

    [Theory]
    [InlineData(0, 1), InlineData(0, 2), InlineData(0, 4), InlineData(0, 8), InlineData(0, 16)]
    [InlineData(3, 1), InlineData(3, 2), InlineData(3, 4), InlineData(3, 8)]
    public void Labels_are_the_stored_numbers(int colour, int depth)
    {
        foreach (bool interlaced in (bool[])[false, true])
        {
            TestPng png = PngTests.Make(33, 17, depth, colour, interlaced);
            ushort[] samples = [.. PngSamples.Samples(png).Select(static s => (ushort)(s & 255))];
            string path = _folder.Write("a.png", png.Encode(samples));
            Assert.Equal(samples.Select(static s => (byte)s), LabelMap.Load(path).Labels);
        }
    }

    [Fact]
    public void A_mask_that_was_written_here_comes_back_and_shows_its_colours_as_a_photograph()
    {
        byte[] labels = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        new LabelMap(16, 16, labels).Save(_folder["mask.png"]);
        Assert.Equal(labels, LabelMap.Load(_folder["mask.png"]).Labels);
        Assert.Equal(labels.SelectMany(static l => new[] { Palette.Voc[l].R, Palette.Voc[l].G, Palette.Voc[l].B }),
            Image.Load(_folder["mask.png"]).Pixels);
    }

    [Fact]
    public void Other_formats_are_still_refused_as_labels()
    {
        string path = _folder.Write("a.bmp", Samples.Make("bmp 24 bits").File);
        Assert.Equal($"'{path}' is a BMP picture, not a PNG. Labels are read from palette or grey PNGs only: a JPEG changes them.",
            Refusal.Of(() => LabelMap.Load(path)));
    }

    [Fact]
    public void The_camvid_labels_keep_their_classes_and_fit_their_photographs()
    {
        if (SharedData.File("camvid/SegmentationClass/0001TP_006690.png", _output) is not { } first) return;
        string folder = Path.GetDirectoryName(first)!, photographs = Path.Combine(folder, "..", "JPEGImages");
        IImageCodec runtime = ImageCodecs.All.Single(static codec => codec.Name == "PNG");
        int[] counts = new int[256];
        foreach (string path in Directory.EnumerateFiles(folder, "*.png").Order(StringComparer.Ordinal).Take(40))
        {
            LabelMap labels = LabelMap.Load(path);
            Image photo = Image.Load(Path.Combine(photographs, Path.GetFileNameWithoutExtension(path) + ".jpg"));
            Assert.Equal((photo.Width, photo.Height), (labels.Width, labels.Height));
            Assert.Equal(runtime.Decode(File.ReadAllBytes(path), path).Pixels, Image.Load(path).Pixels);
            foreach (byte label in labels.Labels) counts[label]++;
        }
        int[] present = [.. Enumerable.Range(0, 256).Where(label => counts[label] > 0)];
        _output.WriteLine("Labels: " + string.Join(", ", present.Select(label => $"{label} ({counts[label]})")));
        Assert.All(present, static label => Assert.True(label is < 12 or 255, $"label {label}"));
        Assert.Subset(present.ToHashSet(), new HashSet<int> { 0, 1, 3, 4 });
    }
}

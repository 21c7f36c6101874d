using Fcn.Data;
using Xunit;

namespace Fcn.Tests.Data;

public sealed class AugmentationTests
{
    // A grey image of 5x3, resampled by torch 1.13: F.interpolate(x, size, mode='bilinear', align_corners=False) in double precision,
    // halves rounded up, and mode='nearest-exact'.
    static readonly byte[] Photo = [10, 200, 30, 90, 250, 0, 60, 120, 180, 240, 255, 5, 77, 143, 31];

    // Every pixel its own value, so that where it went can be seen: label i, red 3i.
    static Example Numbered(int width, int height) => new(
        "numbered", new Image(width, height, [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)i)]),
        new LabelMap(width, height, [.. Enumerable.Range(0, width * height).Select(i => (byte)i)]));

    static byte[] Reds(Example example) => [.. example.Image.Pixels.Where((_, i) => i % 3 == 0)];

    static Example Apply(Augmentation augmentation, Example example, ulong seed)
    {
        var random = new RandomStream(seed);
        return augmentation.Apply(example, ref random);
    }

    [Theory]
    [InlineData(7, 4,
        new byte[] { 10, 119, 151, 30, 73, 159, 250, 4, 66, 105, 86, 129, 188, 244,
            96, 63, 58, 104, 148, 164, 162, 255, 112, 26, 77, 124, 95, 31 },
        new byte[] { 10, 200, 200, 30, 90, 90, 250, 0, 60, 60, 120, 180, 180, 240,
            0, 60, 60, 120, 180, 180, 240, 255, 5, 5, 77, 143, 143, 31 })]
    [InlineData(3, 2, new byte[] { 60, 53, 203, 134, 88, 106 }, new byte[] { 10, 30, 250, 255, 77, 31 })]
    [InlineData(1, 1, new byte[] { 120 }, new byte[] { 120 })]
    [InlineData(5, 3,
        new byte[] { 10, 200, 30, 90, 250, 0, 60, 120, 180, 240, 255, 5, 77, 143, 31 },
        new byte[] { 10, 200, 30, 90, 250, 0, 60, 120, 180, 240, 255, 5, 77, 143, 31 })]
    public void ResamplesAsTorchDoes(int width, int height, byte[] bilinear, byte[] nearest)
    {
        (var columns, var rows) = (new Axis(5, width, 0, width, mirrored: false), new Axis(3, height, 0, height, mirrored: false));
        Assert.Equal(bilinear, Axis.Sample(new Image(5, 3, Photo, channels: 1), columns, rows).Pixels);
        Assert.Equal(nearest, Axis.Sample(new LabelMap(5, 3, Photo), columns, rows).Labels);
    }

    [Fact]
    public void MirrorReversesRowsAndTwiceIsNothing()
    {
        Example example = Numbered(4, 3);
        (var mirror, var same) = (new Axis(4, 4, 0, 4, mirrored: true), new Axis(3, 3, 0, 3, mirrored: false));
        Image once = Axis.Sample(example.Image, mirror, same);
        Assert.Equal([9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2], once.Pixels[..12]);
        Assert.Equal([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8], Axis.Sample(example.Labels, mirror, same).Labels);
        Assert.Equal(example.Image.Pixels, Axis.Sample(once, mirror, same).Pixels);
    }

    [Fact]
    public void HalfOfTheImagesAreMirroredAndLabelsWithThem()
    {
        Example example = Numbered(6, 5);
        int mirrored = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            Example result = Apply(new Augmentation { Mirror = true }, example, seed);
            Assert.Equal(result.Labels.Labels.Select(static l => (byte)(3 * l)), Reds(result));
            if (result.Labels.Labels[0] == 5) mirrored++;
            else Assert.Same(example, result);
        }
        Assert.InRange(mirrored, 150, 250);
    }

    [Fact]
    public void CropsReachEveryPlaceAndAreRectanglesOfTheImage()
    {
        Example example = Numbered(7, 6);
        var seen = new HashSet<int>();
        for (ulong seed = 0; seed < 300; seed++)
        {
            Example part = Apply(new Augmentation { Crop = new PixelSize(4, 3) }, example, seed);
            int first = part.Labels.Labels[0];
            seen.Add(first);
            Assert.Equal((4, 3), (part.Image.Width, part.Image.Height));
            Assert.Equal(Enumerable.Range(0, 12).Select(i => (byte)(first + i / 4 * 7 + i % 4)), part.Labels.Labels);
            Assert.Equal(part.Labels.Labels.Select(static l => (byte)(3 * l)), Reds(part));
        }
        Assert.Equal(4 * 4, seen.Count);
    }

    [Fact]
    public void ScaledAndCroppedPartsFitIntoTheCrop()
    {
        var augmentation = new Augmentation { Mirror = true, MinScale = 0.5, MaxScale = 2, Crop = new PixelSize(20, 12) };
        (var widths, Example example) = (new HashSet<int>(), Numbered(24, 10));
        for (ulong seed = 0; seed < 200; seed++)
        {
            Example result = Apply(augmentation, example, seed);
            Assert.InRange(result.Image.Width, 12, 20);
            Assert.InRange(result.Image.Height, 5, 12);
            Assert.Equal((result.Image.Width, result.Image.Height), (result.Labels.Width, result.Labels.Height));
            Assert.Subset(example.Labels.Labels.ToHashSet(), result.Labels.Labels.ToHashSet());
            widths.Add(result.Image.Width);
            Assert.Equal(result.Image.Pixels, Apply(augmentation, example, seed).Image.Pixels);
        }
        Assert.Equal(Enumerable.Range(12, 9), widths.Order());
    }

    [Fact]
    public void ResizeIsFixedAndHalvingIsTheMeanOfFour()
    {
        var resize = new Augmentation { Resize = new PixelSize(240, 180) };
        Example example = Numbered(480, 360), half = Apply(resize, example, 1);
        Assert.True(resize.IsFixed);
        Assert.Equal((240, 180), (half.Image.Width, half.Image.Height));
        int At(int x, int y, int c) => example.Image.Pixels[(y * 480 + x) * 3 + c];
        for (int y = 0; y < 180; y += 7)
            for (int x = 0; x < 240; x += 5)
                for (int c = 0; c < 3; c++)
                    Assert.Equal(
                        (At(2 * x, 2 * y, c) + At(2 * x + 1, 2 * y, c) + At(2 * x, 2 * y + 1, c) + At(2 * x + 1, 2 * y + 1, c) + 2) / 4,
                        half.Image.Pixels[(y * 240 + x) * 3 + c]);
        Assert.Equal(half.Image.Pixels, Apply(resize, example, 2).Image.Pixels);
    }

    [Fact]
    public void OneOptionDoesNotChangeWhatAnotherDraws()
    {
        Example example = Numbered(9, 8);
        for (ulong seed = 0; seed < 50; seed++)
        {
            Example plain = Apply(new Augmentation { Crop = new PixelSize(9, 3) }, example, seed);
            Example mirrored = Apply(new Augmentation { Crop = new PixelSize(9, 3), Mirror = true }, example, seed);
            Assert.Equal(plain.Labels.Labels.Order(), mirrored.Labels.Labels.Order());
        }
    }

    [Fact]
    public void NothingIsChangedByDefault()
    {
        Example example = Numbered(5, 5);
        Assert.Same(example, Apply(Augmentation.None, example, 3));
        Assert.True(Augmentation.None.IsFixed);
        Assert.False(new Augmentation { Mirror = true }.IsFixed);
    }

    [Fact]
    public void SettingsOutOfRangeAreRefused()
    {
        foreach ((double min, double max) in new[] { (0.0, 1.0), (2, 1), (1, 17), (double.NaN, 1), (1, double.PositiveInfinity) })
            Assert.Contains("within 1/16 to 16", Refusal.Of(() => new Augmentation { MinScale = min, MaxScale = max }.Validate()));
        Assert.Contains("Crop of 0x4", Refusal.Of(() => new Augmentation { Crop = new PixelSize(0, 4) }.Validate()));
        Assert.Contains("Resize to 4x-1", Refusal.Of(() => new Augmentation { Resize = new PixelSize(4, -1) }.Validate()));
        foreach (string text in new[] { "", "x", "240", "240x", "0x5", "-1x5", "1x2x3", "70000x1", "a x b" })
            Assert.Contains($"'{text}' is no size", Refusal.Of(() => PixelSize.Parse(text)));
        Assert.Equal(new PixelSize(240, 180), PixelSize.Parse("240x180"));
    }
}

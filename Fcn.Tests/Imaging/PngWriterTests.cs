using System.Buffers.Binary;
using System.Text;
using Fcn.Imaging;
using Xunit;

namespace Fcn.Tests.Imaging;

public sealed class PngWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_mask_is_a_palette_png_with_all_256_colours()
    {
        byte[] labels = [0, 1, 2, 20, 21, 255];
        new LabelMap(3, 2, labels).Save(_folder["mask.png"]);
        byte[] file = File.ReadAllBytes(_folder["mask.png"]);
        Assert.Equal("89504E470D0A1A0A0000000D49484452" + "00000003" + "00000002" + "0803000000", Convert.ToHexString(file.AsSpan(0, 29)));
        Assert.Equal(768, BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(33)));
        Assert.Equal("PLTE", Encoding.ASCII.GetString(file, 37, 4));
        Assert.Equal("000000" + "800000" + "008000" + "808000", Convert.ToHexString(file.AsSpan(41, 12)));
        Assert.Equal("E0E0C0", Convert.ToHexString(file.AsSpan(41 + 255 * 3, 3)));
        Assert.Equal(TestPng.WithChecksums(file), file);
        Assert.Equal("0000000049454E44AE426082", Convert.ToHexString(file.AsSpan(file.Length - 12)));
        Assert.Equal(labels, LabelMap.Load(_folder["mask.png"]).Labels);
    }

    [Fact]
    public void A_mask_keeps_the_palette_it_is_given()
    {
        new LabelMap(1, 1, [3]).Save(_folder["mask.png"], Palette.CamVid);
        Assert.Equal([128, 64, 128], Image.Load(_folder["mask.png"]).Pixels);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Pictures_come_back_as_they_were(int channels)
    {
        byte[] pixels = new byte[41 * 23 * channels];
        new Random(channels).NextBytes(pixels);
        for (int i = 0; i < pixels.Length / 2; i++) pixels[i] = (byte)(i / 3); // a smooth half, which prefers other filters than noise
        new Image(41, 23, pixels, channels).SavePng(_folder["a.png"]);
        byte[] rgb = [.. Enumerable.Range(0, 41 * 23 * 3).Select(i => pixels[i / 3 * channels + (channels < 3 ? 0 : i % 3)])];
        Assert.Equal(rgb, Image.Load(_folder["a.png"]).Pixels);
    }

    [Fact]
    public void Large_pictures_are_cut_into_chunks()
    {
        byte[] noise = new byte[300 * 300 * 3];
        new Random(1).NextBytes(noise);
        new Image(300, 300, noise).SavePng(_folder["a.png"]);
        Assert.Equal(noise, Image.Load(_folder["a.png"]).Pixels);
        Assert.Equal(1 << 16, BinaryPrimitives.ReadInt32BigEndian(File.ReadAllBytes(_folder["a.png"]).AsSpan(33)));
    }

    [Fact]
    public void Filters_are_chosen_for_a_gradient()
    {
        byte[] pixels = [.. Enumerable.Range(0, 256 * 64 * 3).Select(static i => (byte)(i / 3 % 256 + i / 768))];
        new Image(256, 64, pixels).SavePng(_folder["a.png"]);
        Assert.InRange(new FileInfo(_folder["a.png"]).Length, 100, 600); // unfiltered it takes thousands
    }

    [Fact]
    public void What_cannot_be_written_is_an_error_and_leaves_nothing()
    {
        var image = new Image(1, 1, [1, 2, 3]);
        Assert.Contains("its folder does not exist; create it first", Refusal.Of(() => image.SavePng(_folder["no/a.png"])));
        Assert.Contains("a PNG has 1 to 4 channels, the image 5",
            Refusal.Of(() => new Image(1, 1, new byte[5], 5).SavePng(_folder["a.png"])));
        Assert.Empty(_folder.Names);
    }
}

using Fcn.Imaging;
using Xunit;

namespace Fcn.Tests.Imaging;

public sealed class PaletteTests
{
    [Fact]
    public void The_first_21_colours_are_those_of_the_voc_files()
    {
        Rgb[] expected =
        [
            new(0, 0, 0), new(128, 0, 0), new(0, 128, 0), new(128, 128, 0), new(0, 0, 128), new(128, 0, 128), new(0, 128, 128),
            new(128, 128, 128), new(64, 0, 0), new(192, 0, 0), new(64, 128, 0), new(192, 128, 0), new(64, 0, 128), new(192, 0, 128),
            new(64, 128, 128), new(192, 128, 128), new(0, 64, 0), new(128, 64, 0), new(0, 192, 0), new(128, 192, 0), new(0, 64, 128),
        ];
        Assert.Equal(expected, Enumerable.Range(0, 21).Select(static label => Palette.Voc[label]));
    }

    [Fact]
    public void All_colours_differ_and_void_is_the_formulas_own()
    {
        Assert.Equal(256, Enumerable.Range(0, 256).Select(static label => Palette.Voc[label]).Distinct().Count());
        Assert.Equal(new Rgb(224, 224, 192), Palette.Voc[255]);
    }

    [Fact]
    public void Camvid_has_its_eleven_colours_and_black_for_unlabelled()
    {
        Assert.Equal(new Rgb(128, 128, 128), Palette.CamVid[0]);
        Assert.Equal(new Rgb(128, 64, 128), Palette.CamVid[3]);
        Assert.Equal(new Rgb(0, 128, 192), Palette.CamVid[10]);
        Assert.Equal(new Rgb(0, 0, 0), Palette.CamVid[11]);
        Assert.Equal(Palette.Voc[12], Palette.CamVid[12]);
        Assert.Equal(new Rgb(224, 224, 192), Palette.CamVid[255]);
    }

    [Fact]
    public void More_than_255_colours_are_refused() => Assert.Throws<ArgumentException>(static () => new Palette(new Rgb[256]));
}

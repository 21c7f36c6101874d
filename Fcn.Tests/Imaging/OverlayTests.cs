using Fcn.Imaging;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Imaging;

public sealed class OverlayTests(ITestOutputHelper output)
{
    private static readonly Image Photo = new(2, 2, [100, 50, 201, 10, 20, 30, 0, 0, 0, 255, 255, 255]);

    [Fact]
    public void Classes_are_blended_half_and_half_rounded_down_and_the_background_stays()
    {
        Image overlay = Overlay.Draw(Photo, new LabelMap(2, 2, [1, 0, 255, 15]), Palette.Voc);
        Assert.Equal([114, 25, 100, 10, 20, 30, 112, 112, 96, 223, 191, 191], overlay.Pixels);
        Assert.Equal((2, 2), (overlay.Width, overlay.Height));
        Assert.Equal(100, Photo.Pixels[0]);
    }

    [Fact]
    public void Without_a_background_class_every_pixel_is_tinted()
    {
        var everywhere = new OverlayOptions { Background = null, Alpha = 1 };
        Image overlay = Overlay.Draw(Photo, new LabelMap(2, 2, [0, 0, 0, 0]), Palette.CamVid, everywhere);
        Assert.All(overlay.Pixels, static p => Assert.Equal(128, p));
    }

    [Fact]
    public void The_legend_names_the_classes_that_are_there()
    {
        byte[] quarters = [0, 2, 7, 255];
        var labels = new LabelMap(200, 20, [.. Enumerable.Range(0, 4000).Select(i => quarters[i / 1000])]);
        var photo = new Image(200, 20, new byte[200 * 20 * 3]);
        Image overlay = Overlay.Draw(photo, labels, Palette.Voc, new OverlayOptions { Names = ["background", "aeroplane", "bicycle"] });
        Assert.Equal((200, 36), (overlay.Width, overlay.Height));

        // Swatches of 10 dots: bicycle at 4, then after 3 + 7 * 6 + 8 the label 7, which has no name, then after 3 + 6 + 8 the void.
        Assert.Equal(Palette.Voc[2], At(overlay, 6, 27));
        Assert.Equal(Palette.Voc[7], At(overlay, 69, 27));
        Assert.Equal(Palette.Voc[255], At(overlay, 96, 27));
        Assert.Equal(new Rgb(255, 255, 255), At(overlay, 1, 21));
        Assert.Equal(new Rgb(32, 32, 32), At(overlay, 17, 26)); // the stem of the b
    }

    [Fact]
    public void A_narrow_legend_flows_over_several_rows_and_cuts_long_names()
    {
        var labels = new LabelMap(64, 4, [.. Enumerable.Range(0, 256).Select(static i => (byte)(i % 4))]);
        Image overlay = Overlay.Draw(new Image(64, 4, new byte[64 * 4 * 3]), labels, Palette.Voc,
            new OverlayOptions { Names = ["background", "a very long name", "another long name", "x"] });
        Assert.Equal(4 + 4 + 3 * 12, overlay.Height);
        Image tiny = Overlay.Draw(Photo, new LabelMap(2, 2, [1, 0, 0, 0]), Palette.Voc, new OverlayOptions { Names = ["a", "b"] });
        Assert.Equal((2, 18), (tiny.Width, tiny.Height));
    }

    [Fact]
    public void An_overlay_of_background_alone_has_no_legend()
    {
        var named = new OverlayOptions { Names = ["background"] };
        Assert.Equal(2, Overlay.Draw(Photo, new LabelMap(2, 2, new byte[4]), Palette.Voc, named).Height);
    }

    [Fact]
    public void Wrong_sizes_and_options_are_errors_with_the_numbers()
    {
        Assert.Equal("An overlay needs labels of the photograph's size 2x2; they have 2x1.",
            Refusal.Of(static () => Overlay.Draw(Photo, new LabelMap(2, 1, [0, 0]), Palette.Voc)));
        Assert.Contains("got 1.5", Refusal.Of(static () =>
            Overlay.Draw(Photo, new LabelMap(2, 2, new byte[4]), Palette.Voc, new OverlayOptions { Alpha = 1.5 })));
        Assert.Contains("1 channels", Refusal.Of(static () =>
            Overlay.Draw(new Image(1, 1, [1], 1), new LabelMap(1, 1, [0]), Palette.Voc)));
    }

    [Fact]
    public void Letters_look_like_letters()
    {
        var picture = new Image(17, 8, new byte[17 * 8 * 3]);
        Font.Draw(picture, "Fg\u00e9", 0, 0, 1, new Rgb(255, 255, 255));
        string[] rows = [.. Enumerable.Range(0, 8).Select(y =>
            string.Concat(Enumerable.Range(0, 17).Select(x => picture.Pixels[(y * 17 + x) * 3] == 0 ? '.' : '#')))];
        output.WriteLine(string.Join('\n', rows));
        Assert.Equal(
        [
            "#####........###.",
            "#...........#...#",
            "#......####.....#",
            "####..#...#....#.",
            "#.....#...#...#..",
            "#......####......",
            "#.........#...#..",
            ".......###.......",
        ], rows);
    }

    [Fact]
    public void Drawing_outside_the_picture_is_cut_off()
    {
        var picture = new Image(4, 4, new byte[48]);
        Font.Draw(picture, "W", -2, -2, 3, new Rgb(255, 255, 255));
        Font.Fill(picture, 3, 3, 100, 100, new Rgb(1, 2, 3));
        Assert.Equal(new Rgb(1, 2, 3), At(picture, 3, 3));
    }

    private static Rgb At(Image image, int x, int y)
    {
        int i = (y * image.Width + x) * 3;
        return new Rgb(image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]);
    }
}

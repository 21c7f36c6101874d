using Fcn.Data;
using Fcn.Imaging;
using Fcn.Imaging.Jpeg;
using Fcn.Tests.Data;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Imaging;

public sealed class OrientationTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // EXIF's own picture of its eight values: an F, as stored when the photograph shows F.
    private static readonly string[] Stored =
    [
        "###/#  /## /#  /#  ", "###/  #/ ##/  #/  #", "  #/  #/ ##/  #/###", "#  /#  /## /#  /###",
        "#####/# #  /#    ", "#    /# #  /#####", "    #/  # #/#####", "#####/  # #/    #",
    ];

    private static byte[] Picture(string rows) =>
        [.. rows.Where(static c => c is '#' or ' ').Select(static c => (byte)(c == '#' ? 255 : 7))];

    [Fact]
    public void Every_orientation_is_turned_to_what_a_viewer_shows()
    {
        for (int i = 0; i < 8; i++)
        {
            int width = Stored[i].IndexOf('/', StringComparison.Ordinal), height = Stored[i].Count(static c => c == '/') + 1;
            byte[] grey = Picture(Stored[i]);
            byte[] rgb = [.. grey.SelectMany(static v => (byte[])[v, v, (byte)(v / 2)])];
            Image seen = new Image(width, height, rgb) { Orientation = (Orientation)(i + 1) }.Upright();
            Assert.Equal((3, 5, Orientation.TopLeft), (seen.Width, seen.Height, seen.Orientation));
            Assert.Equal(Picture(Stored[0]), seen.Pixels.Where(static (_, at) => at % 3 == 0));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_png_says_how_it_belongs(bool little)
    {
        string path = WritePng("a.png", 3, Tiff(little, 8));
        Image seen = Image.Load(path), stored = Image.Load(path, new ImageReading { AsStored = true });
        Assert.Equal((1, 3, Orientation.TopLeft), (seen.Width, seen.Height, seen.Orientation));
        Assert.Equal((3, 1, Orientation.LeftBottom), (stored.Width, stored.Height, stored.Orientation));
        Assert.Equal([200, 100, 0], seen.Pixels.Where(static (_, at) => at % 3 == 0).Select(static v => (int)v));
        Assert.Empty(seen.Warnings);
        Assert.Equal(ImageOddity.Turned, Assert.Single(stored.Warnings).Oddity);
    }

    [Fact]
    public void A_jpeg_is_turned_and_its_damage_is_still_told()
    {
        if (TurboJpeg.Instance is null)
        {
            output.WriteLine("Not run: TurboJPEG is not installed here.");
            return;
        }
        byte[] plain = TinyJpeg.Colour, exif = [.. "Exif\0\0"u8, .. Tiff(little: true, 6)];
        byte[] file = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. plain[2..^2]];
        Image seen = Image.Load(_folder.Write("a.jpg", file)), stored = Image.Load(_folder.Write("b.jpg", plain));
        Assert.Equal((16, 24), (seen.Width, seen.Height));
        // The first row is the first column, from the bottom up.
        for (int x = 0; x < 16; x++) Assert.Equal(stored.Pixels.AsSpan((15 - x) * 24 * 3, 3), seen.Pixels.AsSpan(x * 3, 3));
        Assert.Equal(ImageOddity.Damage, Assert.Single(seen.Warnings).Oddity);
    }

    [Theory]
    [InlineData("")]
    [InlineData("49492A00")]
    [InlineData("49492A00FFFFFFFF")]
    [InlineData("49492A00080000000500")]
    [InlineData("49492A0008000000010012010300010000000900")] // orientation 9
    [InlineData("58582A0008000000010012010300010000000600")]
    public void Notes_of_a_camera_that_are_damaged_change_nothing(string tiff) =>
        Assert.Equal(Orientation.TopLeft, Exif.OrientationOf(Convert.FromHexString(tiff)));

    [Fact]
    public void With_labels_the_pixels_stay_as_stored_and_that_is_said()
    {
        using var voc = new VocFolder();
        voc.Add("a", 3, 1, 0);
        File.Copy(WritePng("turned.png", 3, Tiff(little: true, 6)), Path.Combine(voc.Root, "JPEGImages", "a.png"), overwrite: true);
        voc.List("train", "a");
        var set = new VocSet(voc.Root, "train");
        var warnings = new List<ImageWarning>();
        set.Warned += warnings.Add;
        Assert.Equal(3, set.Load(0).Image.Width);
        Assert.Contains("has the EXIF orientation 6: viewers turn it, but its pixels are taken as stored", Assert.Single(warnings).Message);

        new LabelMap(1, 3, new byte[3]).Save(set.LabelPath(0));
        string message = Refusal.Of(() => set.Load(0));
        Assert.Contains("the labels are 1x3 but the image of 'a' is 3x1; both must have one size. ", message);
        Assert.Contains("as its EXIF orientation turns it", message);
    }

    private string WritePng(string name, int width, byte[] tiff)
    {
        byte[] file = new TestPng(width, 1, 8, 0).Encode([.. Enumerable.Range(0, width).Select(static i => (ushort)(100 * i))]);
        const int afterHeader = 8 + 12 + 13;
        return _folder.Write(name, [.. file[..afterHeader], .. TestPng.Chunk("eXIf", tiff), .. file[afterHeader..]]);
    }

    // One directory of two entries, the second of which is the orientation.
    private static byte[] Tiff(bool little, byte orientation) => little
        ?
        [
            .. "II*\0"u8, 8, 0, 0, 0, 2, 0,
            0x0F, 1, 2, 0, 1, 0, 0, 0, 65, 0, 0, 0,
            0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ]
        :
        [
            .. "MM\0*"u8, 0, 0, 0, 8, 0, 2,
            1, 0x0F, 0, 2, 0, 0, 0, 1, 65, 0, 0, 0,
            1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
}

using Fcn.Imaging.Jpeg;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Imaging;

public sealed class JpegTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // What Pillow 9.4 decodes, at (0, 0), (12, 4), (20, 4), (4, 12), (23, 15). Decoders may differ by rounding.
    [Theory]
    [InlineData("colour", "254 0 0", "0 255 1", "0 0 254", "41 41 41", "230 230 230")]
    [InlineData("progressive", "254 1 0", "6 253 0", "1 0 252", "47 38 39", "230 230 232")]
    [InlineData("grey", "76 76 76", "150 150 150", "29 29 29", "41 41 41", "230 230 230")]
    public void Pictures_have_the_colours_other_decoders_give(string kind, params string[] expected)
    {
        if (!Installed()) return;
        byte[] file = kind switch { "colour" => TinyJpeg.Colour, "progressive" => TinyJpeg.Progressive, _ => TinyJpeg.Grey };
        Image image = Image.Load(_folder.Write("a.bin", file));
        Assert.Equal((24, 16, 3), (image.Width, image.Height, image.Channels));
        (int X, int Y)[] places = [(0, 0), (12, 4), (20, 4), (4, 12), (23, 15)];
        foreach (var ((x, y), colour) in places.Zip(expected))
        {
            int[] wanted = [.. colour.Split(' ').Select(int.Parse)];
            for (int c = 0; c < 3; c++) Assert.InRange(image.Pixels[(y * 24 + x) * 3 + c], wanted[c] - 2, wanted[c] + 2);
        }
    }

    [Fact]
    public void A_photograph_has_its_known_size_and_pixels()
    {
        if (!Installed() || SharedData.File("voc-demo/image.jpg", output) is not { } path) return;
        Image image = Image.Load(path);
        Assert.Equal((334, 500), (image.Width, image.Height));
        byte[] pixel = image.Pixels[((50 * 334 + 100) * 3)..((50 * 334 + 100) * 3 + 3)];
        Assert.Equal([31, 32, 26], pixel); // Pillow gives the same
    }

    [Fact]
    public void A_progressive_photograph_has_its_known_size_and_pixels()
    {
        if (!Installed() || SharedData.File("voc-demo/progressive.jpg", output) is not { } path) return;
        Image image = Image.Load(path);
        Assert.Equal((1800, 1200), (image.Width, image.Height));
        byte[] pixel = image.Pixels[((50 * 1800 + 100) * 3)..((50 * 1800 + 100) * 3 + 3)];
        Assert.Equal([139, 190, 247], pixel);
    }

    [Fact]
    public void Every_truncation_is_an_error_that_names_the_file()
    {
        if (!Installed()) return;
        foreach (byte[] file in (byte[][])[TinyJpeg.Colour, TinyJpeg.Progressive, TinyJpeg.Grey])
            for (int length = 3; length < file.Length - 2; length++)
            {
                string path = _folder.Write("cut.jpg", file[..length]);
                string message = Refusal.Of(() => Image.Load(path));
                Assert.StartsWith($"'{path}' is ", message);
                Assert.Contains("damaged", message);
            }
    }

    [Fact]
    public void Printers_colours_are_an_error_that_says_how_to_convert()
    {
        if (!Installed()) return;
        string path = _folder.Write("print.jpg", TinyJpeg.Cmyk);
        Assert.Equal($"'{path}' is a CMYK JPEG, made for printing. Convert it first: magick in.jpg -colorspace sRGB out.jpg",
            Refusal.Of(() => Image.Load(path)));
    }

    [Fact]
    public void A_size_that_the_bytes_cannot_fill_takes_no_memory()
    {
        if (!Installed()) return;
        byte[] file = TinyJpeg.Grey;
        int size = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5;
        file.AsSpan(size, 4).Fill(0x3F);
        string path = _folder.Write("huge.jpg", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("179 bytes cannot hold 16191x16191 pixels", Refusal.Of(() => Image.Load(path)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Without_the_library_the_message_says_how_to_install_it()
    {
        string message = JpegCodec.Missing("photo.jpg");
        string command = OperatingSystem.IsWindows() ? "winget install libjpeg-turbo"
            : OperatingSystem.IsMacOS() ? "brew install jpeg-turbo" : "apt-get install libturbojpeg0";
        Assert.StartsWith("Cannot read 'photo.jpg': JPEG files are decoded by TurboJPEG, which is not installed.", message);
        Assert.Contains(command, message);
    }

    private bool Installed()
    {
        if (TurboJpeg.Instance is not null) return true;
        output.WriteLine("Not run: TurboJPEG is not installed here.");
        return false;
    }
}

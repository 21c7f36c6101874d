using Fcn.Imaging;
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

    // A progressive file that ends between two scans has all rows, in less detail; of the last byte some bits are padding.
    [Fact]
    public void A_file_that_was_cut_is_refused_or_has_all_rows_and_a_warning()
    {
        if (!Installed()) return;
        foreach ((byte[] file, int mayBeRead) in ((byte[], int)[])[(TinyJpeg.Colour, 4), (TinyJpeg.Grey, 4), (TinyJpeg.Progressive, 250)])
        {
            int read = 0;
            for (int length = 3; length < file.Length - 2; length++)
            {
                string path = _folder.Write("cut.jpg", file[..length]);
                try
                {
                    Assert.Equal(ImageOddity.Damage, Assert.Single(Image.Load(path).Warnings).Oddity);
                    read++;
                }
                catch (FcnException e)
                {
                    Assert.StartsWith($"'{path}' is ", e.Message);
                    Assert.Contains("damaged", e.Message);
                }
            }
            Assert.InRange(read, 0, mayBeRead);
        }
    }

    // No end marker; zeros in its place; bytes before it and behind it, as cameras, downloads and disk recovery leave them.
    [Theory]
    [InlineData(2, "", true)]
    [InlineData(2, "0000000000000000", true)]
    [InlineData(2, "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1FFFD9", true)]
    [InlineData(0, "0000000000", false)]
    [InlineData(0, "746578742061667465722074686520656E64", false)]
    public void What_every_viewer_shows_is_read_with_a_warning(int dropped, string added, bool warned)
    {
        if (!Installed()) return;
        foreach (byte[] file in (byte[][])[TinyJpeg.Colour, TinyJpeg.Progressive, TinyJpeg.Grey])
        {
            byte[] whole = Image.Load(_folder.Write("whole.jpg", file)).Pixels;
            string path = _folder.Write("odd.jpg", [.. file[..^dropped], .. Convert.FromHexString(added)]);
            Image odd = Image.Load(path);
            Assert.Equal(whole, odd.Pixels);
            Assert.Equal(warned ? 1 : 0, odd.Warnings.Count);
            if (!warned) continue;
            Assert.Equal((ImageOddity.Damage, path), (odd.Warnings[0].Oddity, odd.Warnings[0].Path));
            Assert.StartsWith($"'{path}' is read, but damaged: ", odd.Warnings[0].Message);
        }
    }

    // Cameras keep a small JPEG in the EXIF of a large one, and put others behind it: their ends are not the photograph's.
    [Fact]
    public void The_end_of_another_picture_in_the_file_is_not_its_end()
    {
        if (!Installed()) return;
        byte[] inner = [.. "Exif\0\0"u8, .. TinyJpeg.Grey], file = TinyJpeg.Colour;
        byte[] camera = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(inner.Length + 2), .. inner, .. file[2..]];
        byte[] whole = Image.Load(_folder.Write("whole.jpg", camera)).Pixels;
        Image odd = Image.Load(_folder.Write("odd.jpg", camera[..^2]));
        Assert.Equal(whole, odd.Pixels);
        Assert.Equal(ImageOddity.Damage, Assert.Single(odd.Warnings).Oddity);
        byte[] cut = [.. camera[..^24], 0xFF, 0xD9, .. TinyJpeg.Grey];
        Assert.Contains("rows are missing", Refusal.Of(() => Image.Load(_folder.Write("cut.jpg", cut))));
    }

    [Fact]
    public void A_file_that_lost_its_lower_half_is_refused()
    {
        if (!Installed() || SharedData.File("voc-demo/image.jpg", output) is not { } original) return;
        byte[] file = File.ReadAllBytes(original);
        byte[] half = file[..(file.Length / 2)];
        string path = _folder.Write("half.jpg", half);
        Assert.Equal($"'{path}' is a damaged JPEG: rows are missing (Premature end of JPEG file). Copy, download or export it again.",
            Refusal.Of(() => Image.Load(path)));
        // The end marker alone does not make up for it.
        Assert.Contains("rows are missing", Refusal.Of(() => Image.Load(_folder.Write("half.jpg", [.. half, 0xFF, 0xD9]))));
    }

    // 307,200 pixels in 125 bytes: more than Huffman codes can say.
    [Fact]
    public void A_flat_picture_under_arithmetic_coding_is_read()
    {
        if (!Installed()) return;
        Image image = Image.Load(_folder.Write("flat.jpg", TinyJpeg.FlatArithmetic));
        Assert.Equal((640, 480), (image.Width, image.Height));
        Assert.All(image.Pixels, static value => Assert.Equal(128, value));
        Assert.Empty(image.Warnings);
    }

    // What Pillow 9.4 makes of it (convert("RGB")).
    [Fact]
    public void Printers_colours_are_converted_with_a_warning()
    {
        if (!Installed()) return;
        Image image = Image.Load(_folder.Write("print.jpg", TinyJpeg.Cmyk));
        int[] expected = [255, 0, 0, 0, 255, 0, 0, 0, 255, 40, 40, 40, 228, 228, 228];
        (int X, int Y)[] places = [(0, 0), (12, 4), (20, 4), (4, 12), (23, 15)];
        for (int i = 0; i < expected.Length; i++)
        {
            (int x, int y) = places[i / 3];
            Assert.InRange(image.Pixels[(y * 24 + x) * 3 + i % 3], expected[i] - 2, expected[i] + 2);
        }
        Assert.Contains("is a CMYK JPEG, made for printing", Assert.Single(image.Warnings).Message);
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
        string message = JpegCodec.Missing(null);
        string command = OperatingSystem.IsWindows() ? "winget install libjpeg-turbo"
            : OperatingSystem.IsMacOS() ? "brew install jpeg-turbo" : "apt-get install libturbojpeg0";
        Assert.StartsWith("JPEG files are decoded by TurboJPEG, which is not installed. Install it: ", message);
        Assert.Contains(command, message);
    }

    [Fact]
    public void A_broken_library_is_not_called_missing()
    {
        Assert.Equal((null, null), TurboJpeg.Find([_folder["none.so"], "libnone-at-all.so.7"]));
        string garbage = _folder.Write("garbage.so", new byte[5000]);
        (TurboJpeg? api, string? fault) = TurboJpeg.Find([_folder["none.so"], garbage]);
        Assert.Null(api);
        Assert.Contains(garbage, fault);
        string message = JpegCodec.Missing(fault);
        Assert.StartsWith($"JPEG files are decoded by TurboJPEG, which is there but does not work ({fault}). Install it again: ", message);
    }

    [Fact]
    public void A_library_of_another_kind_is_not_called_missing()
    {
        if (!OperatingSystem.IsLinux())
        {
            output.WriteLine("Not run: it takes a library that every Linux has.");
            return;
        }
        (TurboJpeg? api, string? fault) = TurboJpeg.Find(["libc.so.6"]);
        Assert.Null(api);
        Assert.Contains("tjInitDecompress", fault);
    }

    private bool Installed()
    {
        if (TurboJpeg.Instance is not null) return true;
        output.WriteLine("Not run: TurboJPEG is not installed here.");
        return false;
    }
}

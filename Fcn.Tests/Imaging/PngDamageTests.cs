using System.IO.Compression;
using Fcn.Imaging;
using Xunit;

namespace Fcn.Tests.Imaging;

/// <summary>One message for each way in which a PNG can be broken, and memory only where the file justifies it.</summary>
public sealed class PngDamageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly TestPng Small = new(4, 3, 8, 0) { Filter = 0, Level = CompressionLevel.NoCompression };

    private static byte[] SmallFile => Small.Encode([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

    [Theory]
    [InlineData(0, "is empty")]
    [InlineData(5, "it opens with 89 50 4E 47")]
    [InlineData(8, "it ends after 8 bytes, inside a chunk or before the closing IEND")]
    [InlineData(30, "chunk IHDR at byte 8 claims 13 bytes, but the file ends after 30")]
    [InlineData(80, "chunk IDAT at byte 59 claims 26 bytes, but the file ends after 80")]
    public void A_truncated_file_says_where_it_ends(int length, string expected) => Fails(SmallFile[..length], expected);

    // Viewers show such files. Of labels nothing is taken that may not be whole.
    [Theory]
    [InlineData(12, "", "before the closing IEND")]
    [InlineData(7, "", "before the closing IEND")]
    [InlineData(12, "00000000000000000000000000000000", "no chunk begins at byte ")]
    [InlineData(4, "00000000", "the checksum of chunk IEND at byte ")]
    public void Damage_behind_the_pixels_is_a_warning_and_for_labels_an_error(int dropped, string added, string expected)
    {
        string path = _folder.Write("odd.png", [.. SmallFile[..^dropped], .. Convert.FromHexString(added)]);
        Image odd = Image.Load(path);
        Assert.Equal(Image.Load(_folder.Write("whole.png", SmallFile)).Pixels, odd.Pixels);
        ImageWarning warning = Assert.Single(odd.Warnings);
        Assert.Equal(ImageOddity.Damage, warning.Oddity);
        Assert.StartsWith($"'{path}' is read, but damaged: ", warning.Message);
        Assert.Contains(expected, warning.Message);
        Assert.Contains(expected, Refusal.Of(() => LabelMap.Load(path)));
    }

    [Fact]
    public void Rows_missing_at_the_end_of_a_chunk_are_an_error()
    {
        byte[] whole = (Small with { IdatBytes = 10 }).Encode(new ushort[12]);
        int last = whole.AsSpan().LastIndexOf("IDAT"u8) - 4, before = whole.AsSpan(0, last).LastIndexOf("IDAT"u8) - 4;
        Fails(whole[..before], "its pixels end in row");
    }

    [Theory]
    [InlineData(16, "the checksum of chunk IHDR at byte 8 is wrong")]
    [InlineData(45, "the checksum of chunk tEXt at byte 33 is wrong")]
    [InlineData(75, "the checksum of chunk IDAT at byte 59 is wrong")]
    public void A_flipped_bit_is_found_by_the_checksum(int at, string expected)
    {
        byte[] file = SmallFile;
        file[at] ^= 0x10;
        Fails(file, expected);
    }

    // The Adler-32 stands last; cut into chunks of one byte, it is not reached by reading the pixels alone.
    [Theory, InlineData(int.MaxValue), InlineData(1)]
    public void A_wrong_adler_checksum_behind_right_chunks_is_found(int chunkBytes)
    {
        byte[] file = (Small with { IdatBytes = chunkBytes }).Encode(new ushort[12]);
        file[^(12 + 4 + 1)] ^= 1;
        Fails(TestPng.WithChecksums(file), "its compressed pixels are damaged or cut off");
    }

    [Fact]
    public void Pixels_that_end_early_are_an_error() =>
        Fails(Build(Chunk("IHDR", Small.Header()), Chunk("IDAT", Small.Compress([0, 1, 2, 3, 4, 0, 5])), End),
            "its pixels end in row 1 of 3");

    [Fact]
    public void An_unknown_filter_is_an_error() =>
        Fails(Build(Chunk("IHDR", Small.Header()), Chunk("IDAT", Small.Compress([0, 1, 2, 3, 4, 5, 1, 2, 3, 4, 0, 0, 0, 0, 0])), End),
            "filter 5 of row 1 does not exist");

    [Fact]
    public void Chunks_in_a_wrong_order_are_errors()
    {
        byte[] header = Chunk("IHDR", Small.Header()), pixels = Chunk("IDAT", Small.Compress(new byte[15]));
        byte[] palette = Chunk("PLTE", new byte[6]);
        Fails(Build(pixels, header, End), "its first chunk is IDAT instead of IHDR");
        Fails(Build(header, header, pixels, End), "it has two IHDR chunks");
        Fails(Build(header, pixels, palette, End), "is in the wrong place");
        Fails(Build(header, pixels, Chunk("tIME", []), pixels, End), "other chunks stand between its pixels");
        Fails(Build(header, Chunk("PLTE", new byte[7]), pixels, End), "its palette has 7 bytes");
        Fails(Build(header, Chunk("CgBI", [0, 0, 0, 0]), pixels, End), "it needs the unknown chunk 'CgBI' at byte 33");
        Fails(Build(Chunk("IHDR", new TestPng(4, 3, 8, 3).Header()), pixels, End), "its palette is missing");
        Fails(Build(header, End), "0 compressed bytes cannot hold 4x3 pixels, 15 bytes");
    }

    [Theory]
    [InlineData(8, 1, "colour type 1 with 8 bits does not exist")]
    [InlineData(4, 2, "colour type 2 with 4 bits does not exist")]
    [InlineData(16, 3, "colour type 3 with 16 bits does not exist")]
    public void Kinds_outside_the_specification_are_errors(int depth, int colour, string expected) =>
        Fails(Build(Chunk("IHDR", new TestPng(4, 3, depth, colour).Header()), End), expected);

    [Theory]
    [InlineData(0, 3, "its size is 0x3")]
    [InlineData(2_000_000, 1, "has 2000000x1 pixels; at most 1000000 on a side")]
    [InlineData(20_000, 20_000, "has 20000x20000 pixels; at most 1000000 on a side and 268435456 in all")]
    [InlineData(-1, -1, "has 4294967295x4294967295 pixels")]
    public void Sizes_are_limited(int width, int height, string expected) =>
        Fails(Build(Chunk("IHDR", new TestPng(width, height, 8, 0).Header()), End), expected);

    [Fact]
    public void A_size_that_the_pixels_cannot_fill_takes_no_memory()
    {
        byte[] file = Build(Chunk("IHDR", new TestPng(16_000, 16_000, 8, 6).Header()), Chunk("IDAT", new byte[1000]), End);
        string path = _folder.Write("a.png", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("1000 compressed bytes cannot hold 16000x16000 pixels", Refusal.Of(() => Image.Load(path)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void What_inflates_beyond_the_picture_is_not_read()
    {
        byte[] file = Build(Chunk("IHDR", Small.Header()), Chunk("IDAT", new TestPng(1, 1, 8, 0).Compress(new byte[50_000_000])), End);
        string path = _folder.Write("a.png", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(new byte[36], Image.Load(path).Pixels);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000);
    }

    [Fact]
    public void Text_and_formats_that_nobody_knows_are_named_by_their_first_bytes() =>
        Fails("farbfeld rest"u8.ToArray(), "it opens with 66 61 72 62 \"farbfeld rest\". Convert it to PNG or JPEG.");

    [Fact]
    public void Missing_files_and_folders_are_told_apart()
    {
        Assert.Equal($"Cannot read '{_folder["no.png"]}': there is no such file.", Refusal.Of(() => Image.Load(_folder["no.png"])));
        Assert.Contains("its folder does not exist", Refusal.Of(() => Image.Load(_folder["no/no.png"])));
        Directory.CreateDirectory(_folder["folder"]);
        Assert.Contains("it is a folder", Refusal.Of(() => LabelMap.Load(_folder["folder"])));
        Assert.Contains("its path is empty", Refusal.Of(() => Image.Load("")));
    }

    [Fact]
    public void A_label_file_that_is_no_png_is_an_error() =>
        Assert.Contains("is a JPEG picture, not a PNG. Labels are read from palette or grey PNGs only: a JPEG changes them.",
            Refusal.Of(() => LabelMap.Load(_folder.Write("a.jpg", TinyJpeg.Colour))));

    private static byte[] End => Chunk("IEND", []);

    private static byte[] Chunk(string type, byte[] data) => TestPng.Chunk(type, data);

    private static byte[] Build(params byte[][] chunks) => [.. TestPng.Signature, .. chunks.SelectMany(static c => c)];

    private void Fails(byte[] file, string expected)
    {
        string path = _folder.Write("broken.png", file);
        var e = Assert.Throws<FcnException>(() => Image.Load(path));
        Assert.StartsWith($"'{path}'", e.Message);
        Assert.Contains(expected, e.Message);
    }
}

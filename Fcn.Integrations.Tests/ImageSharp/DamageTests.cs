using System.Buffers.Binary;
using Fcn.ImageSharp;
using Fcn.Tests;
using Fcn.Tests.Imaging;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Integrations.Tests.ImageSharp;

/// <summary>Whatever is wrong with a file, the answer is a picture of its size or a message that names it.</summary>
public sealed class DamageTests(ITestOutputHelper output)
{
    private static readonly ImageSharpCodec Codec = new();

    public static TheoryData<string> Kinds => [.. Samples.Exact, "webp lossy", "tiff by hand", "png", "jpeg"];

    // The few last bytes of some files are padding: then the picture is still whole.
    [Theory, MemberData(nameof(Kinds))]
    public void A_truncated_file_is_an_error_that_names_it_or_still_the_whole_picture(string kind)
    {
        byte[] file = Make(kind), whole = Codec.Decode(file, kind).Pixels;
        int padding = 0;
        for (int length = 0; length < file.Length; length++)
            try
            {
                Assert.Equal(whole, Codec.Decode(file.AsMemory(0, length), "cut").Pixels);
                padding++;
            }
            catch (FcnException e)
            {
                Assert.StartsWith("'cut' is ", e.Message);
            }
        output.WriteLine($"{kind}: {padding} of {file.Length} lengths are still whole");
        Assert.InRange(padding, 0, 40);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Damaged_bytes_give_a_message_or_a_picture_and_no_other_exception(string kind)
    {
        var random = new Random(7);
        byte[] file = Make(kind);
        int refused = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = [.. file];
            // About half of the damage goes to the first bytes, where the structure of most formats is.
            for (int n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(n == 1 ? Math.Min(64, file.Length) : file.Length)] = (byte)random.Next(256);
            try
            {
                Image image = Codec.Decode(damaged, "bad");
                Assert.Equal(image.Width * image.Height * 3, image.Pixels.Length);
            }
            catch (FcnException e)
            {
                Assert.StartsWith("'bad' ", e.Message);
                refused++;
            }
        }
        output.WriteLine($"{kind}: {refused} of 500 refused");
        Assert.InRange(refused, 5, 500);
    }

    [Fact]
    public void Two_readings_of_a_file_with_damaged_pixels_are_equal()
    {
        byte[] file = Samples.Make("tiff PackBits").File;
        file.AsSpan(file.Length / 4, 200).Clear();
        byte[] first = Read();
        Codec.Decode(Samples.Make("tiff grey").File, "between");
        Assert.Equal(first, Read());

        byte[] Read()
        {
            try { return Codec.Decode(file, "a").Pixels; }
            catch (FcnException e) { return System.Text.Encoding.UTF8.GetBytes(e.Message); }
        }
    }

    [Fact]
    public void A_bitmap_that_claims_too_much_is_refused_before_it_is_decoded()
    {
        byte[] file = Samples.Make("bmp 24 bits").File;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), 50_000_000);
        Assert.Contains("'a.bmp' has 37x50000000 pixels; at most 1000000 on a side", Refusal.Of(() => Codec.Decode(file, "a.bmp")));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), 30);
        Assert.Contains("'a.bmp' is a damaged BMP: its 37x30 pixels take 3360 bytes from byte 54 on, but it has 3302",
            Refusal.Of(() => Codec.Decode(file, "a.bmp")));
    }

    private static byte[] Make(string kind) => kind switch
    {
        "png" => new TestPng(13, 9, 8, 2).Encode(PngSamples.Samples(new TestPng(13, 9, 8, 2))),
        "jpeg" => TinyJpeg.Colour,
        "tiff by hand" => HandTiff.Make(10, 10, 3, 8, [.. Enumerable.Range(0, 300).Select(static i => (byte)(i * 7))]),
        _ => Samples.Make(kind).File,
    };
}

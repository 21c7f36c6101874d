using Fcn.Imaging;
using Xunit;

namespace Fcn.Tests.Imaging;

public sealed class ImageCodecsTests
{
    // Two bytes, width and height, then pixels; no real file opens like this.
    private sealed class Toy : IImageCodec
    {
        public string Name => "Toy";

        public bool Recognises(ReadOnlySpan<byte> start) => start.StartsWith("toy:"u8);

        public Image Decode(ReadOnlyMemory<byte> file, string path, ImageReading? reading = null) =>
            file.Length == 6 + file.Span[4] * file.Span[5] * 3
            ? new Image(file.Span[4], file.Span[5], file[6..].ToArray())
            : throw new FcnException($"'{path}' is cut off.");
    }

    [Fact]
    public void A_registered_codec_is_asked_before_the_built_in_ones()
    {
        using var folder = new TempFolder();
        ImageCodecs.Register(new Toy());
        Assert.Equal("Toy", ImageCodecs.All[0].Name);
        Assert.Equal(["PNG", "JPEG"], ImageCodecs.All.Select(static c => c.Name).TakeLast(2));
        Assert.Equal([7, 8, 9], Image.Load(folder.Write("a.png", [.. "toy:"u8, 1, 1, 7, 8, 9])).Pixels);
        Assert.Equal($"'{folder["b"]}' is cut off.", Refusal.Of(() => Image.Load(folder.Write("b", [.. "toy:"u8, 1, 1]))));
    }
}

using Fcn.Imaging;
using Fcn.Models;
using Fcn.Tests.Cli;
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

    private sealed class Absent : IImageCodec
    {
        public string Name => "Absent";

        public bool Recognises(ReadOnlySpan<byte> start) => start.StartsWith("absent:"u8);

        public Image Decode(ReadOnlyMemory<byte> file, string path, ImageReading? reading = null) =>
            throw new MissingLibraryException(path, "it needs libabsent.");
    }

    [Fact]
    public void A_library_that_is_missing_is_told_once_for_all_photographs()
    {
        using var folder = new TempFolder();
        ImageCodecs.Register(new Absent());
        using var network = new FcnDemo();
        network.Initialize(3);
        network.Save(folder["w"]);
        foreach (string name in (string[])["a.png", "b.png", "c.png"]) folder.Write(name, "absent:"u8.ToArray());
        ToolResult result = Tool.Run(
            "predict", folder["*.png"], "--weights", folder["w"], "--network", "fcn-demo", "--runs", folder["runs"], "--threads", "1");
        Assert.Equal(1, result.Code);
        Assert.Equal(2, result.Error.Split("libabsent").Length);
        foreach (string name in (string[])["a.png", "b.png", "c.png"]) Assert.Contains(name, result.Error);
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

// Files of others as people give them: odd photographs, weights under other names, pipes.
using Fcn.Data;
using Fcn.Imaging.Jpeg;
using Fcn.Models;
using Fcn.Tests.Data;
using Fcn.Tests.Imaging;
using Fcn.Weights;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Cli;

public sealed class OddInputTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly ITestOutputHelper output;
    readonly string weights;

    public OddInputTests(ITestOutputHelper output)
    {
        this.output = output;
        Directory.CreateDirectory(folder["photos"]);
        weights = folder["w.safetensors"];
        using var network = new FcnDemo();
        network.Initialize(3);
        network.Save(weights, new Dictionary<string, string> { ["network"] = "FcnDemo" });
    }

    public void Dispose() => folder.Dispose();

    static byte[] Photo(int width = 40, int height = 32, int depth = 8)
    {
        ushort largest = (ushort)(depth == 16 ? 4095 : 255);
        var png = new TestPng(width, height, depth, 2);
        return png.Encode([.. Enumerable.Range(0, width * height * 3).Select(i => (ushort)(i * 97 % (largest + 1)))]);
    }

    static byte[] Turned(byte[] png)
    {
        byte[] exif = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
        return [.. png[..33], .. TestPng.Chunk("eXIf", exif), .. png[33..]];
    }

    ToolResult Predict(params string[] more) =>
        Tool.Run(["predict", "--weights", weights, "--runs", folder["runs"], "--threads", "1", .. more]);

    LabelMap Mask(string run, string name) => LabelMap.Load(Path.Combine(folder["runs"], "predict", run, "masks", name + ".png"));

    [Fact]
    public void HiddenFilesAreLeftOutOfFoldersAndPatterns()
    {
        folder.Write("photos/a.png", Photo());
        folder.Write("photos/._a.png", [0, 5, 0x16, 7, 0, 2, 0, 0, .. "Mac OS X        "u8]);
        folder.Write("photos/.hidden.png", Photo());
        foreach (string input in (string[])[folder["photos"], folder["photos/*.png"], folder["photos/**/*.png"]])
        {
            ToolResult result = Predict(input);
            Assert.True(result.Code == 0, result.Error);
            Assert.StartsWith("1 image segmented in ", result.LastLine);
        }
        ToolResult asked = Predict(folder["photos/._*.png"]);
        Assert.Equal(1, asked.Code);
        Assert.Contains("is an AppleDouble file", asked.Error);
    }

    // A bar on the terminal does not draw warnings into the output that belong into a file.
    [Fact]
    public void WarningsFollowTheErrorsIntoAFile()
    {
        if (!File.Exists("/usr/bin/script"))
        {
            output.WriteLine("Not run: there is no script(1), which gives a process a terminal.");
            return;
        }
        string errors = folder["errors.txt"], dark = folder.Write("dark.png", Photo(depth: 16));
        using ToolProcess terminal = ToolProcess.StartIn(
            $"for word in \"$@\"; do words=\"$words '$word'\"; done; TERM=xterm exec script -q -c \"$words 2> {errors}\" /dev/null",
            "predict", dark, "--weights", weights, "--runs", folder["runs"], "--threads", "1");
        ToolResult result = terminal.Wait();
        Assert.DoesNotContain("warning: ", result.Output);
        Assert.StartsWith($"warning: '{dark}' has samples of 16 bits", File.ReadAllText(errors));
    }

    [Fact]
    public void APhotographIsSegmentedAsItIsSeen()
    {
        folder.Write("photos/a.png", Turned(Photo()));
        ToolResult result = Predict(folder["photos"], "--name", "turned");
        Assert.Equal((0, ""), (result.Code, result.Error));
        LabelMap mask = Mask("turned", "a");
        Assert.Equal((32, 40), (mask.Width, mask.Height));
    }

    [Fact]
    public void OddPhotographsAreReadWithOneLineForEachKind()
    {
        foreach (string name in (string[])["a", "b", "c"]) folder.Write($"photos/{name}.png", Photo(depth: 16));
        ToolResult result = Predict(folder["photos"], "--name", "dark");
        Assert.Equal(0, result.Code);
        string[] lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"warning: '{folder["photos/a.png"]}' has samples of 16 bits, of which only the lower 12 are used", lines[0]);
        Assert.Equal($"warning: like '{folder["photos/a.png"]}': '{folder["photos/b.png"]}', '{folder["photos/c.png"]}'.", lines[1]);

        ToolResult scaled = Predict(folder["photos"], "--name", "bright", "--sixteen-bit", "scale");
        Assert.Equal((0, ""), (scaled.Code, scaled.Error));
    }

    [Fact]
    public void TrainingWarnsOfATurnedPhotographOnceAndNotOnEveryReading()
    {
        using var data = new VocFolder();
        var scenes = new DrawnScenes(1, seed: 5, new PixelSize(40, 32));
        data.Add("a", 40, 32, 0).List("train", "a").List("val", "a").Text("classes.txt", string.Join('\n', scenes.ClassNames));
        string photo = Path.Combine(data.Root, "JPEGImages", "a.png");
        File.WriteAllBytes(photo, Turned(File.ReadAllBytes(photo)));
        ToolResult result = Tool.Run(
            "train", data.Root, "--network", "fcn-demo", "--iterations", "3", "--runs", folder["runs"], "--threads", "1");
        Assert.True(result.Code == 0, result.Error);
        string line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith($"warning: '{photo}' has the EXIF orientation 6: viewers turn it", line);
    }

    [Fact]
    public void AMissingEndMarkerIsALineAndACutPhotographIsNot()
    {
        if (TurboJpeg.Instance is null)
        {
            output.WriteLine("Not run: TurboJPEG is not installed here.");
            return;
        }
        folder.Write("photos/a.jpg", TinyJpeg.Colour[..^2]);
        ToolResult result = Predict(folder["photos"]);
        Assert.Equal(0, result.Code);
        Assert.StartsWith($"warning: '{folder["photos/a.jpg"]}' is read, but damaged: ", result.Error);
        folder.Write("photos/a.jpg", TinyJpeg.Colour[..^20]);
        result = Predict(folder["photos"]);
        Assert.Equal(1, result.Code);
        Assert.Contains("rows are missing", result.Error);
    }

    [Fact]
    public void APrefixIsTakenOffOnRequest()
    {
        string wrapped = folder["wrapped.safetensors"];
        using (var network = new FcnDemo())
        {
            network.Load(weights);
            var writer = new SafetensorsWriter();
            foreach (ParameterSummary p in FcnDemo.Summary.Parameters)
                writer.Add("module." + p.Name, p.Shape, (Span<float> values) => network.Parameter(p.Name).Data.CopyTo(values));
            writer.Save(wrapped);
        }
        string photo = folder.Write("photos/a.png", Photo());
        string[] asked = ["predict", photo, "--weights", wrapped, "--network", "fcn-demo", "--runs", folder["runs"], "--threads", "1"];
        ToolResult refused = Tool.Run(asked);
        Assert.Equal(1, refused.Code);
        Assert.Contains("--strip-prefix module.", refused.Error);
        string[] stripped = [.. asked, "--strip-prefix", "module."], unnamed = [.. stripped.Except(["--network", "fcn-demo"])];
        Assert.Contains("Its tensors are those of fcn-demo (--network fcn-demo).", Tool.Run(unnamed).Error);
        ToolResult taken = Tool.Run([.. stripped, "--name", "taken"]);
        Assert.True(taken.Code == 0, taken.Error);
        Predict(photo, "--name", "plain");
        Assert.Equal(Mask("plain", "a").Labels, Mask("taken", "a").Labels);
    }

    [Fact]
    public void WeightsThatAreNotFiniteAreRefusedByEveryVerb()
    {
        ParameterSummary last = FcnDemo.Summary.Parameters[^1];
        byte[] file = File.ReadAllBytes(weights);
        using (SafetensorsReader reader = SafetensorsReader.Open(weights))
            BitConverter.TryWriteBytes(file.AsSpan((int)reader.Tensors[last.Name].Offset), float.NaN);
        string bad = folder.Write("bad.safetensors", file);
        using var data = new VocFolder();
        data.Add("a", 40, 32, 0).List("train", "a").List("val", "a").Text("classes.txt", "a\nb\nc\nd\ne\nf");
        foreach (string[] verb in (string[][])
            [
                ["predict", folder.Write("photos/a.png", Photo()), "--weights", bad],
                ["val", data.Root, "--weights", bad],
                ["train", data.Root, "--network", "fcn-demo", "--init-from", bad, "--iterations", "1"],
            ])
        {
            ToolResult result = Tool.Run([.. verb, "--runs", folder["none"], "--threads", "1"]);
            Assert.Equal(1, result.Code);
            Assert.Contains($"tensor '{last.Name}': 1 of ", result.Error);
            Assert.Contains("the first is NaN at index 0", result.Error);
        }
        Assert.False(Directory.Exists(folder["none"]));
    }

    // In a process of its own: standard input is one for all tests.
    [Fact]
    public void StandardInputIsAPhotographAndNoWeights()
    {
        if (OperatingSystem.IsWindows())
        {
            output.WriteLine("Not run: Windows has no /dev/stdin.");
            return;
        }
        string photo = folder.Write("photos/a.png", Photo());
        ToolResult result = Piped(photo, "predict", "/dev/stdin", "--weights", weights, "--runs", folder["runs"], "--threads", "1");
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(40, Mask("fcn-demo", "stdin").Width);
        result = Piped(weights, "predict", photo, "--weights", "/dev/stdin");
        Assert.Equal(1, result.Code);
        Assert.Contains("'/dev/stdin' is a pipe or device", result.Error);
    }

    static ToolResult Piped(string input, params string[] args)
    {
        using ToolProcess tool = ToolProcess.StartIn($"cat '{input}' | \"$@\"", args);
        return tool.Wait();
    }
}

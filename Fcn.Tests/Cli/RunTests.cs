// The verbs that leave a run folder, on a data set of a few small images, with FcnDemo.
using System.Text.Json;
using Fcn.Imaging;
using Fcn.Models;
using Fcn.Tests.Data;
using Fcn.Weights;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class RunTests : IDisposable
{
    readonly VocFolder data = new VocFolder().AddScenes(3);
    readonly TempFolder folder = new();

    string Runs => folder["runs"];

    public void Dispose()
    {
        data.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void TrainingLeavesARunThatIsResumedBitForBit()
    {
        Succeed("train", data.Root, "--network", "FCNDEMO", "--iterations", "4", "--rate", "0.02", "--batch", "2", "--log-every", "1",
            "--name", "whole", "--runs", Runs, "--mirror", "--overlays", "1");
        Succeed("train", data.Root, "--network", "fcn-demo", "--iterations", "2", "--rate", "0.02", "--batch", "2", "--log-every", "1",
            "--name", "halves", "--runs", Runs, "--mirror", "--overlays", "1");
        string halves = Path.Combine(Runs, "train", "halves"), whole = Path.Combine(Runs, "train", "whole");
        ToolResult resumed = Succeed("train", "--resume", halves, "--iterations", "4");

        Assert.Contains("Resumed at step 2.", resumed.Output);
        using var first = new FcnDemo();
        using var second = new FcnDemo();
        first.Load(Path.Combine(whole, "weights", "last.safetensors"));
        second.Load(Path.Combine(halves, "weights", "last.safetensors"));
        foreach (ParameterSummary parameter in FcnDemo.Summary.Parameters)
            Assert.Equal(first.Parameter(parameter.Name).Data, second.Parameter(parameter.Name).Data);
        Exist(halves, "config.json", "confusion.csv", "curve.svg", "environment.txt", "log.csv", "vis/s2.png", "weights/best.safetensors");
        Assert.Equal(5, File.ReadAllLines(Path.Combine(halves, "environment.txt")).Length);
        Assert.Equal(5, File.ReadAllLines(Path.Combine(halves, "log.csv")).Length);
        Assert.Matches(@"^mean IU 0\.\d{3}$", resumed.LastLine);
    }

    [Fact]
    public void OptionsComeBeforeTheFileAndTheFileBeforeDefaults()
    {
        string file = folder.Write("run.json", """
            { // a comment
              "network": "fcn-demo", "iterations": 1, "batch": 2, "rate": 0.5, "policy": "poly", "size": "24x16", "name": "from-file", }
            """u8.ToArray());
        Succeed("train", data.Root, "--config", file, "--rate", "0.01", "--name", "from-option", "--runs", Runs, "--overlays", "0");
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(Runs, "train", "from-option", "config.json")));
        JsonElement root = config.RootElement;
        Assert.Equal(0.01, root.GetProperty("rate").GetDouble());
        Assert.Equal(2, root.GetProperty("batch").GetInt32());
        Assert.Equal("poly", root.GetProperty("policy").GetString());
        Assert.Equal("24x16", root.GetProperty("size").GetString());
        Assert.Equal(0.9, root.GetProperty("momentum").GetDouble());
        Assert.Equal(data.Root, root.GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("""{ "batchsize": 2 }""", "run.json', line 1: unknown name at 'batchsize'. Names here: data, trainSplit,")]
    [InlineData("""{ "batch": "two" }""", "run.json', line 1: a value of the wrong kind at 'batch'. Names here:")]
    [InlineData("""{ "size": "big" }""", "run.json', line 1: 'big' is no size: write width and height in pixels, such as 240x180")]
    [InlineData("""{ "batch": 2""", "run.json', line 1: ")]
    [InlineData("null", "run.json' holds null")]
    public void AConfigurationThatIsWrongIsRefused(string json, string message)
    {
        string file = folder.Write("run.json", System.Text.Encoding.UTF8.GetBytes(json));
        ToolResult result = Tool.Run("train", data.Root, "--network", "fcn-demo", "--config", file, "--runs", Runs);
        Assert.Equal(1, result.Code);
        Assert.Contains(message, result.Error);
        Assert.False(Directory.Exists(Runs));
    }

    [Fact]
    public void AnInterruptedTrainingIsSaved()
    {
        using var interrupt = new CancellationTokenSource();
        interrupt.Cancel();
        ToolResult result = Tool.Run(interrupt.Token, "train", data.Root, "--network", "fcn-demo", "--runs", Runs);
        Assert.Equal(130, result.Code);
        string run = Path.Combine(Runs, "train", "fcn-demo");
        Assert.EndsWith($"Go on with: fcn train --resume {run}", result.LastLine);
        Assert.True(File.Exists(Path.Combine(run, "weights", "last.safetensors")));
    }

    [Fact]
    public void PredictionWritesMasksOverlaysAndScores()
    {
        using var network = new FcnDemo();
        network.Initialize(3);
        string weights = folder["w.safetensors"];
        network.Save(weights, new Dictionary<string, string> { ["network"] = "FcnDemo" });
        ToolResult result = Succeed(
            "predict", Path.Combine(data.Root, "JPEGImages", "s?.png"), Path.Combine(data.Root, "JPEGImages", "s1.png"),
            "--weights", weights, "--scores", "--runs", Runs, "--threads", "1");

        string run = Path.Combine(Runs, "predict", "fcn-demo");
        IEnumerable<string> masks = Directory.EnumerateFiles(Path.Combine(run, "masks")).Select(static f => Path.GetFileName(f));
        Assert.Equal(["s0.png", "s1-2.png", "s1.png", "s2.png"], masks.Order(StringComparer.Ordinal));
        Image photo = Image.Load(Path.Combine(data.Root, "JPEGImages", "s2.png"));
        Assert.Equal(network.Segment(photo).Labels, LabelMap.Load(Path.Combine(run, "masks", "s2.png")).Labels);
        Assert.Equal(photo.Width, Image.Load(Path.Combine(run, "vis", "s2.png")).Width);
        using SafetensorsReader scores = SafetensorsReader.Open(Path.Combine(run, "scores", "s2.safetensors"));
        Assert.Equal([1L, 6, 32, 40], scores.Tensors["scores"].Shape);
        var values = new float[6 * 32 * 40];
        scores.Read("scores", values);
        Assert.Equal(network.Scores(photo).Data, values);
        Assert.StartsWith("4 images, each segmented in ", result.LastLine);
    }

    [Fact]
    public void ValidationCountsEveryPixelAndSaysSo()
    {
        using var network = new FcnDemo();
        network.Initialize(3);
        string weights = folder["w.safetensors"];
        network.Save(weights);
        Assert.Contains("does not say which network it is for: give --network.", Tool.Run("val", data.Root, "--weights", weights).Error);
        ToolResult result = Succeed("val", data.Root, "--weights", weights, "--network", "fcn-demo", "--runs", Runs, "--split", "train");
        // All scores are zero at first, so all is background: its IU is its share, the other classes' that occur is 0.
        IEnumerable<string> truth = Enumerable.Range(0, 2).Select(i => Path.Combine(data.Root, "SegmentationClass", $"s{i}.png"));
        byte[] counted = [.. truth.SelectMany(static t => LabelMap.Load(t).Labels).Where(static l => l != LabelMap.Ignore)];
        double expected = (double)counted.Count(static l => l == 0) / counted.Length / counted.Distinct().Count();
        Assert.Equal(FormattableString.Invariant($"mean IU {expected:0.000}"), result.LastLine);
        string[] rows = File.ReadAllLines(Path.Combine(Runs, "val", "fcn-demo", "confusion.csv"));
        Assert.Equal("truth \\ prediction,background,disc,square,triangle,ring,cross", rows[0]);
        Assert.Equal(counted.Length, rows.Skip(1).Sum(static row => row.Split(',').Skip(1).Sum(long.Parse)));
        Assert.True(File.Exists(Path.Combine(Runs, "val", "fcn-demo", "vis", "s1.png")));
    }

    [Fact]
    public void TheDemonstrationEndsWithItsMeanIU()
    {
        ToolResult result = Succeed("demo", "--iterations", "2", "--runs", Runs);
        Assert.Matches(@"^mean IU 0\.\d{3}$", result.LastLine);
        string run = Path.Combine(Runs, "demo", "fcn-demo");
        Assert.Equal(6, Directory.GetFiles(Path.Combine(run, "vis")).Length);
        Exist(run, "config.json", "confusion.csv", "curve.svg", "environment.txt", "log.csv", "weights/last.safetensors");
    }

    [Theory]
    [InlineData("segment", "GFLOP/s")]
    [InlineData("train", "images/s")]
    public void BenchmarksTellTheMedianAndTheLayers(string mode, string unit)
    {
        ToolResult result = Succeed(
            "benchmark", "fcn-demo", "--size", "32x24", "--mode", mode, "--repeats", "3", "--warm-up", "1", "--layers");
        Assert.Contains($"fcn-demo, {mode}, 1 x 32x24, cpu (", result.Output);
        Assert.Contains("median ", result.Output);
        Assert.Contains(unit, result.Output);
        Assert.Contains(" conv1_2 ", result.Output);
    }

    static void Exist(string run, params string[] files)
    {
        foreach (string file in files) Assert.True(File.Exists(Path.Combine(run, file)), file);
    }

    static ToolResult Succeed(params string[] args)
    {
        ToolResult result = Tool.Run(args);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.Code);
        return result;
    }
}

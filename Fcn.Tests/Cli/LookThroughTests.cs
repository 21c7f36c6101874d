// Data sets with faults, before they cost a night.
using System.Text.Json;
using Fcn.Cli;
using Fcn.Cli.Output;
using Fcn.Data;
using Fcn.Models;
using Fcn.Tests.Data;
using Fcn.Tests.Training;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class LookThroughTests : IDisposable
{
    readonly VocFolder data = new();
    readonly TempFolder folder = new();

    public LookThroughTests()
    {
        for (int i = 0; i < 4; i++) data.Add($"s{i}", 16, 12, 0, 1, 2, 3, 4, 5);
        data.List("train", "s0\ns1\ns2").List("val", "s2\ns3").Text("classes.txt", "background\ndisc\nsquare\ntriangle\nring\ncross\n");
    }

    string Runs => folder["runs"];

    string Label(string id) => Path.Combine(data.Root, "SegmentationClass", id + ".png");

    public void Dispose()
    {
        data.Dispose();
        folder.Dispose();
    }

    ToolResult Train(params string[] options) => Tool.Run(
        ["train", data.Root, "--network", "fcn-demo", "--iterations", "2", "--overlays", "2", "--runs", Runs, .. options]);

    [Fact]
    public void ABadValidationExampleEndsTheRunBeforeItBegins()
    {
        new LabelMap(12, 16, new byte[192]).Save(Label("s3"));
        ToolResult result = Train();
        Assert.Equal(1, result.Code);
        Assert.Contains("s3.png': the labels are 12x16 but the image of 's3' is 16x12", result.Error);
        Assert.False(Directory.Exists(Runs));
    }

    [Fact]
    public void BadExamplesAreSkippedAndCounted()
    {
        File.WriteAllText(Label("s3"), "<html>");
        File.Delete(Label("s1"));
        ToolResult result = Train("--on-bad-example", "skip");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains(", train: 1 of 3 examples are skipped:\n  'SegmentationClass/s1.png' is missing.", result.Output);
        Assert.Contains(", train: 1 of 3 examples were skipped: s1.\n", result.Output);
        Assert.Contains(", val: 1 of 2 examples were skipped: s3.\n", result.Output);
        string run = Path.Combine(Runs, "train", "fcn-demo");
        Assert.Equal(["s2.png"], Directory.EnumerateFiles(Path.Combine(run, "vis")).Select(static f => Path.GetFileName(f)));
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        Assert.Equal("skip", config.RootElement.GetProperty("onBadExample").GetString());

        string weights = Path.Combine(run, "weights", "last.safetensors");
        result = Tool.Run("val", data.Root, "--weights", weights, "--runs", Runs);
        Assert.Contains("s3.png' is an HTML page", result.Error);
        result = Tool.Run("val", data.Root, "--weights", weights, "--runs", Runs, "--on-bad-example", "skip");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains(", val: 1 of 2 examples were skipped: s3.\n", result.Output);
        Assert.StartsWith("mean IU ", result.LastLine);
    }

    [Fact]
    public void MasksOfOneClassAreNamedAndThoseOfNoneRefused()
    {
        for (int i = 0; i < 4; i++) data.Add($"s{i}", 16, 12, 0, 255);
        string output = Train().Output;
        Assert.Contains(", train: every labelled pixel is background (0), so nothing can be learned", output);
        Assert.Contains("50 % of the pixels are 255, which is ignored: where it means an object, write the object's class.", output);
        for (int i = 0; i < 4; i++) data.Add($"s{i}", 16, 12, 255);
        ToolResult result = Train("--name", "second");
        Assert.Equal(1, result.Code);
        Assert.Contains("no pixel of 3 examples has a label", result.Error);
        Assert.False(Directory.Exists(Path.Combine(Runs, "train", "second")));
    }

    [Fact]
    public void OtherLabelsMayBeIgnored()
    {
        for (int i = 0; i < 4; i++) data.Add($"s{i}", 16, 12, 0, 1, 2, 3, 4, 6);
        Assert.Equal(0, Train("--ignore-label", "6").Code);
        Assert.Equal(0, Train("--reduce-zero-label").Code);
        Assert.Contains("ignore 6", Train().Error);
        Assert.Contains("--ignore-label 255: expected a whole number, 0 to 254.", Train("--ignore-label", "255").Error);
    }

    [Fact]
    public void AMissingListOfValidationSaysHowToDoWithoutIt()
    {
        File.Delete(Path.Combine(data.Root, "ImageSets", "Segmentation", "val.txt"));
        string message = Train().Error;
        Assert.Contains("has no list 'val' to validate on; lists there: train.", message);
        Assert.Contains("--val-split none", message);
        Assert.Equal(0, Train("--val-split", "none").Code);
        Assert.Equal(0, Train("--train-split", "all", "--val-split", "all").Code);
    }

    // The survey of a large set goes on beside the training; what it finds then must not cost what was learned.
    [Fact]
    public void ABadExampleThatIsFoundLateEndsTheRunInOrder()
    {
        using var gate = new ManualResetEventSlim();
        var validation = new ColourSet(9)
        {
            Reading = index =>
            {
                if (index < 3) return;
                gate.Wait();
                throw new FcnException("'3.png' is cut off.");
            },
        };
        using var output = new StringWriter();
        var terminal = new Terminal(output, output);
        var session = new Session(PaperNetworks.All, new DeviceCatalog([]), terminal, CancellationToken.None);
        var examples = new ColourSet(5);
        using RunFolder run = RunFolder.Create(Runs, "train", "late");
        using PixelNet net = PixelNet.Initialized();
        var settings = new TrainerSettings { Iterations = 1_000_000_000, CheckpointEvery = 1 };
        using var trainer = new Trainer(net, examples, settings) { Folder = run };
        trainer.Stepped += step =>
        {
            if (step.Iteration == 5) gate.Set();
        };
        using var look = new LookThrough(session, TimeSpan.Zero, [examples, validation]);
        Assert.Contains("of 9 examples were looked through; the rest is, beside the work.", output.ToString());
        trainer.Stepped += _ => look.ThrowIfFailed();
        Assert.Contains("'3.png' is cut off.", Refusal.Of(() => trainer.Run()));
        Assert.InRange(Checkpoint.Peek(run.Last).Iteration, 4, trainer.Iteration);
    }
}

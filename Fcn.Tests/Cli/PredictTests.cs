// fcn predict and val where some images fail: the others are done, and the end says what failed and why.
using System.Text.Json;
using Fcn.Cli;
using Fcn.Cli.Output;
using Fcn.Imaging;
using Fcn.Models;
using Fcn.Tests.Data;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class PredictTests : IDisposable
{
    readonly TempFolder folder = new();

    string Runs => folder["runs"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AMissingLibraryIsToldOnce()
    {
        var failures = new Failures();
        foreach (string file in (string[])["a.jpg", "b.jpg"])
            failures.Add(ImageStep.Read, file, new MissingLibraryException(file, "install it"));
        const string Told = "2 of 3 images could not be read:\n  Cannot read 'a.jpg': install it\n  'b.jpg': the same.";
        Assert.Equal(Told, Refusal.Of(() => failures.ThrowIfAny(3)));
    }

    [Fact]
    public void FailuresAreToldApartAndTheIndexListsEveryImage()
    {
        string good = Photo("a,b.png"), wide = Photo("wide.png", width: 50), none = folder["none.png"];
        string broken = folder.Write("broken.png", [1, 2]);
        // Its mask's name and the ending of an unfinished file together are too long for a file system.
        string longest = folder[new string('x', 250) + ".png"];
        File.Move(Photo("long.png"), longest);
        ToolResult result = Predict(TooWide, broken, wide, good, longest, none);

        string run = Path.Combine(Runs, "predict", "stub");
        Assert.Equal(1, result.Code);
        Assert.StartsWith("error: 2 of 5 images could not be read:\n  '" + broken, result.Error);
        Assert.Contains($"\n  Cannot read '{none}': there is no such file.\n1 of 5 images could not be segmented:\n", result.Error);
        Assert.Contains($"\n  '{wide}': Too wide.\n1 of 5 images could not be written:\n  '{longest}': Cannot write", result.Error);
        Assert.EndsWith($"\nWhat could be done is in {run}: masks/, vis/, index.csv.\n", result.Error);
        string[] rows = File.ReadAllLines(Path.Combine(run, "index.csv"));
        Assert.Equal(6, rows.Length);
        Assert.Equal("source,mask,overlay,scores,error", rows[0]);
        Assert.Equal($"{wide},,,,'{wide}': Too wide.", rows[2]);
        Assert.Equal($"\"{good}\",\"masks/a,b.png\",\"vis/a,b.png\",,", rows[3]);
        Assert.Equal(["a,b.png"], Directory.EnumerateFiles(Path.Combine(run, "masks")).Select(Path.GetFileName));
    }

    [Fact]
    public void AnIndexThatCannotBeWrittenHidesNoFailure()
    {
        string index = Path.Combine(Runs, "predict", "stub", "index.csv"), none = folder["none.png"];
        ToolResult result = Predict(
            _ =>
            {
                Directory.CreateDirectory(Path.Combine(index, "in the way"));
                return null;
            },
            Photo("a.png"), none);
        Assert.Equal(1, result.Code);
        Assert.StartsWith($"error: 1 of 2 images could not be read:\n  Cannot read '{none}': there is no such file.\n", result.Error);
        Assert.Contains($"\nCannot write '{index}': it is a folder.\nWhat could be done is in ", result.Error);
        Assert.EndsWith(": masks/, vis/.\n", result.Error);
    }

    [Fact]
    public void WhatWasSegmentedIsKeptWithWholePaths()
    {
        string[] inputs = [Photo("a.png"), folder["*.png"]];
        string here = Environment.CurrentDirectory;
        ToolResult result = Predict(static _ => null, [.. inputs.Select(path => Path.GetRelativePath(here, path))]);
        Assert.True(result.Code == 0, result.Error);
        string config = Path.Combine(Runs, "predict", "stub", "config.json");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(config));
        Assert.Equal(inputs, json.RootElement.GetProperty("inputs").EnumerateArray().Select(static i => i.GetString()));
        Assert.Equal(0, Predict(static _ => null, "--config", config).Code);
    }

    [Fact]
    public void LongListsAreCut()
    {
        string[] missing = [.. Enumerable.Range(0, 25).Select(i => folder[$"{i}.png"])];
        string[] lines = Predict(static _ => null, missing).Error.TrimEnd().Split('\n');
        Assert.Equal("error: 25 of 25 images could not be read:", lines[0]);
        Assert.Equal("  and 15 more", lines[^1]);
        Assert.Equal(12, lines.Length);
    }

    [Fact]
    public void WithoutAMaskNoFolderIsLeft()
    {
        ToolResult result = Predict(static _ => null, folder["none.png"]);
        Assert.Equal((1, $"error: Cannot read '{folder["none.png"]}': there is no such file.\n"), (result.Code, result.Error));
        Assert.False(Directory.Exists(Runs));
    }

    [Fact]
    public void ScoresThatAreNotFiniteBecomeNoMask()
    {
        ToolResult result = Predict(static _ => new NotFiniteException("The score of class 3 is NaN."), Photo("a.png"), Photo("b.png"));
        Assert.Equal(1, result.Code);
        string first = $"'{folder["a.png"]}': The score of class 3 is NaN.";
        Assert.StartsWith($"error: 2 of 2 images could not be segmented:\n  {first}\n", result.Error);
        Assert.False(Directory.Exists(Runs));
    }

    // 200 classes at 3400x3400 would be as many scores as these.
    [Fact]
    public void ScoresBeyondAnArrayLeaveTheMask()
    {
        const int Classes = 100_000;
        using var network = new StubNetwork(Classes, static _ => null);
        string message = Assert.Throws<FcnException>(() => network.Scores(new Image(150, 150, new byte[150 * 150 * 3]))).Message;
        Assert.StartsWith("The scores of StubNetwork on 1x150x150 take 2250000000 values; an array holds at most 2147483591.", message);
        // As the engine's own memory is too small for scores only.
        int calls = 0;
        ToolResult result = Predict(_ => ++calls == 2 ? new FcnException(message) : null, Photo("a.png"), Photo("b.png"), "--scores");
        Assert.StartsWith($"error: 1 of 2 images could not be segmented:\n  '{folder["a.png"]}': The scores of", result.Error);
        string run = Path.Combine(Runs, "predict", "stub");
        Assert.Contains(",masks/a.png,vis/a.png,,", File.ReadAllLines(Path.Combine(run, "index.csv"))[1]);
        Assert.EndsWith(",masks/b.png,vis/b.png,scores/b.safetensors,", File.ReadAllLines(Path.Combine(run, "index.csv"))[2]);
    }

    // In a process that may use half a gigabyte one photograph of three needs more.
    [Fact]
    public void APhotographThatDoesNotFitIntoTheMemoryIsNamedAndTheOthersAreDone()
    {
        using (var network = new FcnDemo())
            network.Save(folder["w.safetensors"], new Dictionary<string, string> { ["network"] = "FcnDemo" });
        string photos = folder["photos"];
        Directory.CreateDirectory(photos);
        (string, int)[] sizes = [("a", 40), ("huge", 2500), ("z", 40)];
        foreach ((string name, int side) in sizes)
            new LabelMap(side, side, new byte[side * side]).Save(Path.Combine(photos, name + ".png"));

        using ToolProcess tool = ToolProcess.Start(("DOTNET_GCTotalPhysicalMemory", "0x20000000"),
            "predict", photos, "--weights", folder["w.safetensors"], "--device", "cpu", "--runs", Runs);
        (int code, _, string error) = tool.Wait();
        Assert.Equal(1, code);
        string huge = Path.Combine(photos, "huge.png");
        Assert.StartsWith($"error: 1 of 3 images could not be segmented:\n  '{huge}': Segment of FcnDemo on 1x2500x2500 needs ", error);
        Assert.Matches(@" needs \d+ bytes \(0\.\d\d GB\); of the 0\.48 GB that this process may use, 0\.\d\d GB are taken\. Use ", error);
        string masks = Path.Combine(Runs, "predict", "fcn-demo", "masks");
        Assert.Equal(["a.png", "z.png"], Directory.EnumerateFiles(masks).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void ValidationShowsTheTableOfTheImagesThatCouldBeSegmented()
    {
        using VocFolder data = new VocFolder().Add("a", 8, 6, 0).Add("wide", 50, 6, 1).Add("z", 8, 6, 0, 1).List("val", "a\nwide\nz\n");
        ToolResult some = Validate(data, TooWide);
        Assert.Equal(1, some.Code);
        Assert.Contains(" all pixels ", some.Output);
        Assert.Contains("These numbers are without 1 of 3 images.", some.Output);
        Assert.Matches(@"^mean IU 0\.\d{3}$", some.LastLine);
        Assert.Equal("error: 1 of 3 images could not be segmented:\n  'wide': Too wide.\n", some.Error);
        string pictures = Path.Combine(Runs, "val", "stub", "vis");
        Assert.Equal(["a.png", "z.png"], Directory.EnumerateFiles(pictures).Select(Path.GetFileName).Order());

        ToolResult all = Validate(data, static _ => new NotFiniteException("The score of class 3 is NaN."));
        Assert.Equal(1, all.Code);
        Assert.DoesNotContain("all pixels", all.Output);
        Assert.Contains("error: 3 of 3 images could not be segmented:\n  'a': The score of class 3 is NaN.\n", all.Error);
        Assert.Equal(["stub"], Directory.EnumerateDirectories(Path.Combine(Runs, "val")).Select(Path.GetFileName));
    }

    [Fact]
    public void WeightsNameTheNetworksThatTheyFit()
    {
        const string Fits = "Its tensors are those of fcn-demo (--network fcn-demo).\n";
        string photo = Photo("a.png"), here = "fcn8s, fcn8s-at-once, fcn16s, fcn32s, fcn-small, fcn-demo";
        using (var network = new FcnDemo())
        {
            network.Save(folder["unnamed"]);
            network.Save(folder["unknown"], new Dictionary<string, string> { ["network"] = "Net" });
        }
        Assert.EndsWith($"does not say which network it is for: give --network. {Fits}", Error("unnamed"));
        Assert.EndsWith($"is for the network 'Net', which is not here: give --network. {Fits}", Error("unknown"));
        Assert.EndsWith("\n" + Fits, Error("unnamed", "--network", "fcn-small"));
        StubNetwork.SaveWeights(folder["stub"]);
        Assert.EndsWith($"which is not here: give --network. Its tensors fit none of the networks here: {here}.\n", Error("stub"));
        Assert.Contains($"There is no network 'net'. Networks here: {here}.", Error("stub", "--network", "net"));

        string Error(string weights, params string[] more) =>
            Tool.Run(["predict", photo, "--weights", folder[weights], "--runs", Runs, .. more]).Error;
    }

    static FcnException? TooWide(InputBatch input) => input.Width == 50 ? new FcnException("Too wide.") : null;

    ToolResult Predict(Func<InputBatch, FcnException?> failure, params string[] inputs) => Tool.Run(
        StubNetwork.Catalog(6, failure), default,
        ["predict", .. inputs, "--weights", StubNetwork.SaveWeights(folder["stub.safetensors"]), "--runs", Runs, "--device", "cpu"]);

    [Fact]
    public void AConfusionMatrixThatCannotBeWrittenHidesNoFailure()
    {
        using VocFolder data = new VocFolder().Add("a", 8, 6, 0, 1).Add("wide", 50, 6, 1).List("val", "a\nwide\n");
        string confusion = Path.Combine(Runs, "val", "stub", "confusion.csv");
        string error = Validate(data, input =>
        {
            Directory.CreateDirectory(Path.Combine(confusion, "in the way"));
            return TooWide(input);
        }).Error;
        Assert.Contains("  'wide': Too wide.\n", error);
        Assert.EndsWith($"\nCannot write '{confusion}': it is a folder.\n", error);
    }

    [Fact]
    public void DrawingEndsWhenItIsAskedTo()
    {
        using VocFolder data = new VocFolder().Add("a", 8, 6, 0).Add("b", 8, 6, 0).List("val", "a\nb\n");
        using var interrupt = new CancellationTokenSource();
        int images = 0;
        ToolResult result = Validate(
            data,
            _ =>
            {
                // Two are measured first.
                if (++images == 3) interrupt.Cancel();
                return null;
            },
            interrupt.Token);
        Assert.Equal((130, 3, "Stopped; not all pictures are drawn."), (result.Code, images, result.LastLine));
    }

    [Fact]
    public void AStoppedComparisonSaysHowFarItCame()
    {
        using VocFolder data = new VocFolder().Add("a", 8, 6, 0).Add("b", 8, 6, 0).List("val", "a\nb\n");
        using var interrupt = new CancellationTokenSource();
        ToolResult result = Validate(data, Interrupt(interrupt), interrupt.Token);
        Assert.Equal((130, "Stopped; 1 of 2 images were compared. Nothing is kept."), (result.Code, result.LastLine));
    }

    [Fact]
    public void AStoppedPredictionSaysHowFarItCameAndWhereItIs()
    {
        using var interrupt = new CancellationTokenSource();
        ToolResult result = Tool.Run(
            StubNetwork.Catalog(6, Interrupt(interrupt)), interrupt.Token,
            "predict", Photo("a.png"), Photo("b.png"), Photo("c.png"), "--weights", StubNetwork.SaveWeights(folder["stub.safetensors"]),
            "--runs", Runs, "--device", "cpu", "--name", "stopped");
        string where = Path.Combine(Runs, "predict", "stopped");
        Assert.Equal((130, $"Stopped; 1 of 3 images are done, in {where}: masks/, vis/, index.csv."), (result.Code, result.LastLine));
        Assert.True(File.Exists(Path.Combine(where, "masks", "a.png")));
    }

    // While the first image is segmented.
    static Func<InputBatch, FcnException?> Interrupt(CancellationTokenSource interrupt) => _ =>
    {
        interrupt.Cancel();
        return null;
    };

    ToolResult Validate(VocFolder data, Func<InputBatch, FcnException?> failure, CancellationToken cancellation = default) => Tool.Run(
        StubNetwork.Catalog(6, failure), cancellation,
        "val", data.Root, "--weights", StubNetwork.SaveWeights(folder["stub.safetensors"]), "--runs", Runs, "--device", "cpu");

    string Photo(string name, int width = 8)
    {
        new Image(width, 6, new byte[width * 6 * 3]).SavePng(folder[name]);
        return folder[name];
    }
}

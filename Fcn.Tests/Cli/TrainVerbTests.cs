// fcn train: what it says and leaves when runs are resumed, end early, diverge or learn nothing. Two small images, FcnDemo.
using System.Text.Json;
using Fcn.Cli;
using Fcn.Cli.Output;
using Fcn.Models;
using Fcn.Tests.Training;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class TrainVerbTests : IDisposable
{
    readonly SceneRun run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/weights")]
    [InlineData("/weights/")]
    [InlineData("/config.json")]
    [InlineData("/weights/last.safetensors")]
    public void ARunIsFoundByAnyPlaceInIt(string place)
    {
        Succeed(Train("--iterations", "1"));
        Assert.Contains("Resumed at step 1.", Succeed("train", "--resume", run.Folder + place, "--iterations", "2").Output);
        Assert.Equal(2, Checkpoint.Peek(run.Last).Iteration);
        if (Path.HasExtension(place)) return;
        Assert.Contains($"Weights of {Path.Combine(run.Folder, "weights", "best.safetensors")}:",
            Succeed(Train("--iterations", "1", "--name", "next", "--init-from", run.Folder + place)).Output);
    }

    [Fact]
    public void BestWeightsAreNoPlaceToGoOnFromAndThatIsSaid()
    {
        Succeed(Train("--iterations", "1"));
        string best = Path.Combine(run.Folder, "weights", "best.safetensors"), copy = run["best.safetensors"];
        ToolResult result = Succeed("train", "--resume", best, "--iterations", "2");
        string start = $"To start a new run from '{best}': --init-from {best}";
        Assert.Contains($"--resume goes on from the last checkpoint, {run.Last}. {start}", result.Output);

        File.Copy(best, copy);
        string error = Fail("train", "--resume", copy).Error;
        Assert.Contains("has no weights/last.safetensors to resume from: --resume takes the folder of a run", error);
        Assert.Contains($"--init-from {copy}", error);
    }

    [Fact]
    public void AFinishedRunSaysSo()
    {
        Succeed(Train("--iterations", "2"));
        DateTime written = File.GetLastWriteTimeUtc(run.Last);
        ToolResult result = Succeed("train", "--resume", run.Folder);
        string more = $"fcn train --resume {run.Folder} --iterations 4";
        Assert.Equal($"This run is finished, so nothing was done. For more steps: {more}", result.LastLine);
        Assert.Equal(written, File.GetLastWriteTimeUtc(run.Last));
    }

    [Fact]
    public void PathsAreKeptWhole()
    {
        string here = Environment.CurrentDirectory;
        Succeed("train", Path.GetRelativePath(here, run.Data.Root), "--network", "fcn-demo", "--iterations", "1", "--name", "x",
            "--runs", Path.GetRelativePath(here, run.Runs));
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "config.json")));
        Assert.Equal(run.Data.Root, config.RootElement.GetProperty("data").GetString());
        Assert.Equal(run.Runs, config.RootElement.GetProperty("runs").GetString());
        Assert.Equal("", config.RootElement.GetProperty("initFrom").GetString());
    }

    [Fact]
    public void PolyHasALengthOfItsOwn()
    {
        Succeed(Train("--policy", "poly", "--poly-length", "4", "--iterations", "2"));
        Succeed("train", "--resume", run.Folder, "--iterations", "4");
        Succeed(Train("--policy", "poly", "--iterations", "4", "--name", "whole"));
        using FcnDemo halves = new(), whole = new();
        halves.Load(run.Last);
        whole.Load(run.Last.Replace("/x/", "/whole/", StringComparison.Ordinal));
        foreach (ParameterSummary parameter in FcnDemo.Summary.Parameters)
            Assert.Equal(whole.Parameter(parameter.Name).Data, halves.Parameter(parameter.Name).Data);
    }

    [Fact]
    public void PolyOfAnEarlierVersionKeepsTheLengthThatItsRunBeganWith()
    {
        Succeed(Train("--policy", "poly", "--iterations", "2"));
        string config = Path.Combine(run.Folder, "config.json"), text = File.ReadAllText(config);
        File.WriteAllText(config, text.Replace("\"polyLength\": 2", "\"polyLength\": 0", StringComparison.Ordinal));
        Assert.NotEqual(text, File.ReadAllText(config));
        Assert.Contains("The learning rate is 0 from step 2 on", Tool.Run("train", "--resume", run.Folder, "--iterations", "3").Error);
        Assert.Equal(3, Checkpoint.Peek(run.Last).Iteration);
        Assert.Contains("\"polyLength\": 2", File.ReadAllText(config));
    }

    [Fact]
    public void PolyThatHasEndedMayGoOnButIsToldOf()
    {
        Succeed(Train("--policy", "poly", "--iterations", "2"));
        string warning = Tool.Run("train", "--resume", run.Folder, "--iterations", "3").Error;
        Assert.StartsWith("warning: The learning rate is 0 from step 2 on (--poly-length)", warning);
        Assert.Contains($"--init-from {run.Folder}", warning);
        Assert.Equal(3, Checkpoint.Peek(run.Last).Iteration);
    }

    [Fact]
    public void ALogThatASpreadsheetSavedIsNoObstacle()
    {
        Succeed(Train("--iterations", "2", "--log-every", "1"));
        string log = Path.Combine(run.Folder, "log.csv");
        File.WriteAllText(log, "\uFEFF" + File.ReadAllText(log).Replace(',', ';').Replace('.', ',').ReplaceLineEndings("\r\n"));
        Succeed("train", "--resume", run.Folder, "--iterations", "3");
        Assert.Equal(["iteration", "1", "2", "3"], File.ReadAllLines(log).Select(static line => line.Split(',')[0]));
    }

    [Fact]
    public void ARunThatNeverBeganLeavesNoFolder()
    {
        File.WriteAllBytes(Path.Combine(run.Data.Root, "JPEGImages", "s0.png"), "no picture"u8.ToArray());
        File.WriteAllBytes(Path.Combine(run.Data.Root, "JPEGImages", "s1.png"), "no picture"u8.ToArray());
        Fail(Train());
        Assert.False(Directory.Exists(run.Folder));
        string[] options = ["--weights", Weights(), "--network", "fcn-demo", "--runs", run.Runs, "--name", "x"];
        Fail(["val", run.Data.Root, "--split", "train", .. options]);
        Assert.False(Directory.Exists(Path.Combine(run.Runs, "val", "x")));
    }

    [Fact]
    public void ATrainerThatCannotBeMadeLeavesNoFolder()
    {
        RunFolder folder = RunFolder.Create(run.Runs, "train", "x");
        Assert.Equal("No memory for momentum.", Refusal.Of(() =>
            TrainingTrack.In(folder, static () => throw new FcnException("No memory for momentum."), static _ => 0)));
        Assert.False(Directory.Exists(run.Folder));
    }

    [Fact]
    public void WhatTheLastValidationFoundIsShownThoughItCannotBeWritten()
    {
        Succeed(Train("--iterations", "1"));
        string matrix = Path.Combine(run.Folder, "confusion.csv");
        File.Delete(matrix);
        Directory.CreateDirectory(matrix);
        ToolResult result = Fail(["train", "--resume", run.Folder, "--iterations", "2"]);
        Assert.Contains("by frequency", result.Output);
        Assert.Equal($"Saved at step 2. Go on with: fcn train --resume {run.Folder}", result.LastLine);
    }

    // What was trained last cannot be saved; the checkpoint before it can be gone on from.
    [Fact]
    public void TheLastCheckpointIsNamedWhereNoOtherCanBeWritten()
    {
        using RunFolder folder = RunFolder.Create(run.Runs, "train", "x");
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, new ColourSet(4), new TrainerSettings { Iterations = 5, CheckpointEvery = 2 })
        {
            Folder = folder,
        };
        trainer.Saved += _ =>
        {
            if (trainer.Iteration == 2) Directory.CreateDirectory(folder.Last + ".partial");
        };
        using StringWriter output = new(), error = new();
        var session = new Session(PaperNetworks.All, new DeviceCatalog([]), new Terminal(output, error), CancellationToken.None);
        Assert.Contains(folder.Last, Refusal.Of(() => TrainingTrack.Run(session, trainer, 5, "Go on.")));
        Assert.EndsWith("Saved at step 2. Go on.\n", output.ToString());
    }

    // A billion pixels in a batch: terabytes.
    [Fact]
    public void ABatchThatNeverFitsIsRefusedBeforeTheFirstStep()
    {
        string error = Fail(Train("--batch", "65536", "--size", "120x120")).Error;
        Assert.Contains("'s0' has 40x32 pixels: Training of FcnDemo on 65536 of 120x120 needs ", error);
        Assert.Contains("fewer at a time (--batch)", error);
        Assert.False(Directory.Exists(run.Folder));
    }

    [Fact]
    public void AdviceCanBePasted()
    {
        string folder = Path.Combine(run["my runs"], "train", "x");
        Succeed(Train("--iterations", "1", "--runs", run["my runs"]));
        ToolResult result = Succeed("train", "--resume", folder);
        string word = OperatingSystem.IsWindows() ? $"\"{folder}\"" : $"'{folder}'";
        Assert.EndsWith($"For more steps: fcn train --resume {word} --iterations 2", result.LastLine);
    }

    [Theory]
    [InlineData("val")]
    [InlineData("none")]
    public void DivergenceAtTheLastStepIsAnError(string validation)
    {
        ToolResult result = Fail(Train("--iterations", "1", "--rate", "1e38", "--val-split", validation));
        Assert.StartsWith("error: Training has diverged: the scores after iteration 1 are not finite ", result.Error);
        Assert.DoesNotContain("Saved at step", result.Output);
        Assert.Equal(0, Checkpoint.Peek(run.Last).Iteration);
    }

    // Pictures are the last thing that a run writes.
    [Theory]
    [InlineData("vis")]
    [InlineData("vis/s2.png.partial")]
    public void PicturesThatCannotBeWrittenCostNothingElse(string inTheWay)
    {
        Succeed(Train("--iterations", "1"));
        Directory.Delete(Path.Combine(run.Folder, "vis"), recursive: true);
        bool isFolder = inTheWay.Contains('/', StringComparison.Ordinal);
        if (isFolder) Directory.CreateDirectory(Path.Combine(run.Folder, inTheWay));
        else File.WriteAllText(Path.Combine(run.Folder, inTheWay), "");
        ToolResult result = Fail("train", "--resume", run.Folder, "--iterations", "2");
        Assert.Contains("Cannot write ", result.Error);
        // A folder that takes no picture at all is seen before the first step, one picture after everything else.
        Assert.Equal(isFolder ? 2 : 1, Checkpoint.Peek(run.Last).Iteration);
        if (isFolder) Assert.Matches(@"^mean IU 0\.\d{3}$", result.LastLine);
    }

    [Theory]
    [InlineData("mean", "1e-9", "the loss per pixel is 1.79; a guess among 6 classes has 1.79")]
    [InlineData("sum", "1e-12", "the loss per pixel is 1.79; a guess among 6 classes has 1.79")]
    [InlineData("mean", "1.5e-4", "every pixel is labelled class 0")]
    public void ANetworkThatLearnedNothingIsToldOf(string loss, string rate, string seen) =>
        Assert.StartsWith($"warning: Nothing was learned: {seen}. Try --rate ten times higher or lower, ",
            Tool.Run(Train("--iterations", "20", "--loss", loss, "--rate", rate)).Error);

    [Fact]
    public void WhatLearnsIsLeftAlone()
    {
        using PixelNet net = PixelNet.Initialized();
        var settings = new TrainerSettings { Solver = new() { BaseRate = 0.3 }, Iterations = 200 };
        using var trainer = new Trainer(net, new ColourSet(12), settings, new BatchSettings { Size = 4 }) { Validation = new ColourSet(6) };
        using var output = new StringWriter();
        TrainingTrack.WarnOfNothingLearned(new Terminal(output, output), trainer, net.Description.Classes, trainer.Run());
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void AFailureToPrintEndsNoTraining()
    {
        using var error = new StringWriter();
        Assert.Equal(1, Tool.Run(new FullWriter(), error, CancellationToken.None, Train("--iterations", "2")));
        Assert.Equal(2, Checkpoint.Peek(run.Last).Iteration);
        Assert.Contains("not all could be printed: No space left", error.ToString());
        Assert.Equal(1, Silent("train", "--resume", run.Folder, "--iterations", "3"));
        Assert.Equal(3, Checkpoint.Peek(run.Last).Iteration);
        Assert.Equal(2, Silent("trian"));

        static int Silent(params string[] args) => Tool.Run(new FullWriter(), new FullWriter(), CancellationToken.None, args);
    }

    // What stdout is on a disk that is full.
    sealed class FullWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("No space left on device");

        public override void Write(ReadOnlySpan<char> buffer) => throw new IOException("No space left on device");

        public override void Flush() => throw new IOException("No space left on device");
    }

    string[] Train(params string[] options)
    {
        string[] name = options.Contains("--name") ? [] : ["--name", "x"];
        string[] runs = options.Contains("--runs") ? [] : ["--runs", run.Runs];
        return ["train", run.Data.Root, "--network", "fcn-demo", "--overlays", "1", .. runs, .. name, .. options];
    }

    string Weights()
    {
        using var network = new FcnDemo();
        network.Initialize(3);
        network.Save(run["w.safetensors"]);
        return run["w.safetensors"];
    }

    static ToolResult Succeed(params string[] args)
    {
        ToolResult result = Tool.Run(args);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.Code);
        return result;
    }

    static ToolResult Fail(params string[] args)
    {
        ToolResult result = Tool.Run(args);
        Assert.Equal(1, result.Code);
        return result;
    }
}

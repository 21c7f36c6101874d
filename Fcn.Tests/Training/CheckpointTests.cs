using Fcn.Data;
using Fcn.Training;
using Fcn.Weights;
using Xunit;

namespace Fcn.Tests.Training;

public sealed class CheckpointTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("fcn-checkpoint-").FullName;

    string Last => Path.Combine(folder, "last.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void EverythingComesBack()
    {
        using PixelNet saved = PixelNet.Initialized(), loaded = new();
        saved.Engine.Write(ParameterStore.Momentum, 1, [0.1f, -0f, float.Epsilon]);
        var state = new CheckpointState
        {
            Iteration = 12345678901, Position = 42, Losses = [0.1, 1e-300, 3], Validated = 7, BestMeanIU = 1 / 3.0, BestIteration = 5,
            Settings = new Dictionary<string, string> { ["a"] = "1", ["weird \"key\"\n"] = "ünï" },
        };
        Checkpoint.Save(Last, saved, state);
        CheckpointState back = Checkpoint.Load(Last, loaded);
        Assert.Equal(saved.Engine.Bits(), loaded.Engine.Bits());
        Assert.Equal((12345678901, 42, 7), (back.Iteration, back.Position, back.Validated));
        Assert.Equal((1 / 3.0, 5), (back.BestMeanIU, back.BestIteration));
        Assert.Equal(state.Losses, back.Losses);
        Assert.Equal(state.Settings.OrderBy(static s => s.Key), back.Settings.OrderBy(static s => s.Key));
        Assert.Equal([Last], Directory.GetFiles(folder));
    }

    [Fact]
    public void ACheckpointIsAWeightFileToo()
    {
        using PixelNet saved = PixelNet.Initialized(), loaded = new(), started = new();
        Save(saved);
        loaded.Load(Last);
        Assert.Equal(saved.Parameter("score.weight").Data, loaded.Parameter("score.weight").Data);
        InitReport report = started.InitFrom(Last);
        Assert.Equal(["score.weight", "score.bias", "frozen.bias"], report.Copied);
        Assert.Empty(report.Unused);
    }

    [Fact]
    public void ANetworkOfOtherShapesIsRefusedWithAllDifferences()
    {
        using PixelNet saved = PixelNet.Initialized(classes: 3), other = PixelNet.Initialized(classes: 4);
        Save(saved);
        int[] before = other.Engine.Bits();
        string message = Assert.Throws<FcnException>(() => Checkpoint.Load(Last, other)).Message;
        Assert.Contains("score.weight: F32 (3, 3, 1, 1) in the checkpoint, F32 (4, 3, 1, 1) in the network", message);
        Assert.Contains("momentum.frozen.bias: F32 (3) in the checkpoint, F32 (4) in the network", message);
        Assert.Contains("--init-from", message);
        Assert.Equal(before, other.Engine.Bits());
    }

    [Fact]
    public void OtherLayersAreNamed()
    {
        var writer = new SafetensorsWriter();
        using PixelNet net = PixelNet.Initialized();
        Save(net);
        using (SafetensorsReader reader = SafetensorsReader.Open(Last))
        {
            foreach ((string key, string value) in reader.Metadata) writer.Metadata[key] = value;
        }
        writer.Add("conv9.weight", [2], static (Span<float> values) => values.Fill(1));
        writer.Save(Last);
        string message = Assert.Throws<FcnException>(() => Checkpoint.Load(Last, net)).Message;
        Assert.Contains("conv9.weight: not in the network", message);
        Assert.Contains("score.bias: not in the checkpoint", message);
        Assert.Contains("momentum.score.bias: not in the checkpoint", message);
    }

    [Fact]
    public void OtherSettingsAreRefusedWithAllDifferences()
    {
        var settings = new TrainerSettings { Iterations = 3, Solver = new() { BaseRate = 0.1 } };
        using (var trainer = new Trainer(new PixelNet(), new ColourSet(4), settings)) trainer.Save(Last);
        var solver = new SolverSettings { BaseRate = 0.01, Policy = new RatePolicy.Poly(1, 9), Loss = LossMode.Sum, Accumulate = 2 };
        var changed = settings with { Seed = 8, Solver = solver };
        using var other = new Trainer(new PixelNet(name: "OtherNet", biasRate: 1), new ColourSet(5), changed,
            new BatchSettings { Size = 2, Augmentation = new() { Mirror = true } });
        string message = Assert.Throws<FcnException>(() => other.Resume(Last)).Message;
        string[] differences = [.. message.Split('\n').Where(static l => l.StartsWith("  ", StringComparison.Ordinal))];
        differences = [.. differences.Select(static l => l[2..])];
        Assert.Equal(
        [
            "data.augmentation: none in the checkpoint, resize no, mirror yes, scale 1 to 1, crop no now",
            "data.batch_size: 1 in the checkpoint, 2 now",
        ], differences[..2]);
        Assert.StartsWith("data.examples: 4 (", differences[2]);
        Assert.Equal(
        [
            "multipliers.score.bias: rate 2, decay 0 in the checkpoint, rate 1, decay 0 now",
            "network: PixelNet in the checkpoint, OtherNet now",
            "seed: 1337 in the checkpoint, 8 now",
            "solver.accumulate: 1 in the checkpoint, 2 now",
            "solver.loss: Mean in the checkpoint, Sum now",
            "solver.policy: fixed in the checkpoint, poly(power 1, over 9) now",
            "solver.rate: 0.1 in the checkpoint, 0.01 now",
        ], differences[3..]);
        Assert.Equal(0, other.Iteration);
    }

    [Fact]
    public void OtherExamplesOfTheSameNumberAreOthers()
    {
        using (var trainer = new Trainer(new PixelNet(), new ColourSet(4, seed: 1), new())) trainer.Save(Last);
        using var other = new Trainer(new PixelNet(), new ColourSet(4, seed: 2), new());
        Assert.Contains("data.examples: 4 (", Assert.Throws<FcnException>(() => other.Resume(Last)).Message);
    }

    [Fact]
    public void PlainWeightsAreNoCheckpoint()
    {
        using PixelNet net = PixelNet.Initialized();
        net.Save(Last);
        string message = Assert.Throws<FcnException>(() => Checkpoint.Load(Last, net)).Message;
        Assert.Contains(Last, message);
        Assert.Contains("--init-from", message);
    }

    [Theory]
    [InlineData("iteration", "-3", "'iteration' is '-3', not a number from 0 to 2^48")]
    [InlineData("validated", "9223372036854775807", "not a number from 0 to 2^48")]
    [InlineData("position", null, "'position' is missing")]
    [InlineData("losses", "1 x", "'losses' holds 'x', not a number")]
    [InlineData("best_mean_iu", "high", "'best_mean_iu' holds 'high', not a number")]
    public void DamagedStateIsNamed(string field, string? value, string expected)
    {
        using PixelNet net = PixelNet.Initialized();
        Save(net);
        var writer = new SafetensorsWriter();
        using (SafetensorsReader reader = SafetensorsReader.Open(Last))
        {
            foreach ((string key, string text) in reader.Metadata)
                if (key != field) writer.Metadata[key] = text;
        }
        if (value is not null) writer.Metadata[field] = value;
        writer.Save(Last);
        string message = Assert.Throws<FcnException>(() => Checkpoint.Peek(Last)).Message;
        Assert.Contains(Last, message);
        Assert.Contains(expected, message);
    }

    [Theory]
    [InlineData(ParameterStore.Values, float.NaN, "'score.bias' holds NaN after iteration 9")]
    [InlineData(ParameterStore.Momentum, float.NegativeInfinity, "'momentum.score.bias' holds infinity after iteration 9")]
    public void ADivergedNetworkDoesNotReplaceACheckpoint(ParameterStore store, float value, string expected)
    {
        using PixelNet net = PixelNet.Initialized();
        Save(net);
        byte[] before = File.ReadAllBytes(Last);
        net.Engine.Write(store, 1, [0, value, 0]);
        Assert.Contains(expected, Assert.Throws<NotFiniteException>(() => Save(net)).Message);
        Assert.Equal(before, File.ReadAllBytes(Last));
        Assert.Equal([Last], Directory.GetFiles(folder));
    }

    [Fact]
    public void WhatAKilledProcessLeftIsReplaced()
    {
        File.WriteAllText(Last + ".partial", "half a checkpo");
        using PixelNet net = PixelNet.Initialized();
        Save(net);
        Assert.Equal([Last], Directory.GetFiles(folder));
        Assert.Equal(9, Checkpoint.Peek(Last).Iteration);
    }

    void Save(Network net) => Checkpoint.Save(Last, net, new CheckpointState
    {
        Iteration = 9, Position = 9, Losses = [], Settings = new Dictionary<string, string>(),
    });
}

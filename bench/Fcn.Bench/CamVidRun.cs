// FcnSmall on CamVid: trains, validates and leaves in OUT all that a peer needs to do the same: first weights, recipe, order of the examples.
// The data are not ours to spread (non-commercial licence): OUT must not be inside the repository.
using System.Diagnostics;
using System.Text.Json;
using Fcn.Data;
using Fcn.Devices.Cpu;
using Fcn.Imaging;
using Fcn.Models;
using Fcn.Training;

namespace Fcn.Bench;

static class CamVidRun
{
    const int Batch = 4, Width = 240, Height = 180, ValidateEvery = 200, LogEvery = 20, Overlays = 12;
    const double Momentum = 0.9, Decay = 5e-4, Power = 0.9;

    public static int Run(Options options)
    {
        (string data, string output) = (options.Word(1, "the data"), options.Word(2, "the folder for the results"));
        (int steps, double rate) = (options.Whole("steps", 2000), options.Real("rate", 0.02));
        ulong seed = (ulong)options.Whole("seed", 1);
        (var train, var val) = (new VocSet(data, "train"), new VocSet(data, "val"));
        Directory.CreateDirectory(output);
        using var device = new CpuDevice(options.Whole("threads", 0));
        using var network = new FcnSmall(device);
        network.Initialize(seed);
        network.Save(Path.Combine(output, "initial.safetensors"));
        WriteOrder(Path.Combine(output, "order.txt"), train, steps, seed);
        WriteRecipe(Path.Combine(output, "recipe.json"), steps, rate);

        var size = new PixelSize(Width, Height);
        var settings = new TrainerSettings
        {
            Iterations = steps,
            Solver = new SolverSettings
            {
                BaseRate = rate, Momentum = Momentum, WeightDecay = Decay, Loss = LossMode.Mean, Policy = new RatePolicy.Poly(Power, steps),
            },
            ValidateEvery = ValidateEvery, LogEvery = LogEvery, LossWindow = LogEvery, CheckpointEvery = 0,
        };
        var batches = new BatchSettings
        {
            Size = Batch, Order = SampleOrder.Shuffled, Seed = seed, Augmentation = Augmentation.None with { Resize = size },
        };
        using RunFolder folder = RunFolder.Create(output, "train", "ours");
        using var trainer = new Trainer(network, train, settings, batches) { Validation = val, ValidationSize = size, Folder = folder };
        TimeSpan validating = TimeSpan.Zero;
        long validationStart = 0;
        trainer.Validating += done =>
        {
            if (done == 1) validationStart = Stopwatch.GetTimestamp();
            if (done == val.Count) validating += Stopwatch.GetElapsedTime(validationStart);
        };
        trainer.Validated += r => Console.Error.WriteLine($"{r.Iteration} mean IU {r.Scores.MeanIU:0.0000}");
        long start = Stopwatch.GetTimestamp();
        TrainingResult result = trainer.Run();
        TimeSpan whole = Stopwatch.GetElapsedTime(start);
        DrawOverlays(Path.Combine(output, "overlays-ours"), network, val, size);
        ValidationReport last = result.LastValidation!;
        Lap.Line(w =>
        {
            w.WriteString("name", "camvid FcnSmall");
            w.WriteNumber("mean_iu", last.Scores.MeanIU);
            w.WriteNumber("pixel_accuracy", last.Scores.PixelAccuracy);
            w.WriteNumber("mean_accuracy", last.Scores.MeanAccuracy);
            w.WriteNumber("training_s", Math.Round((whole - validating).TotalSeconds, 1));
            w.WriteNumber("validation_s", Math.Round(validating.TotalSeconds, 1));
            w.WriteNumber("peak_mb", Lap.PeakMegabytes());
            w.WriteStartObject("iu");
            for (int c = 0; c < val.Classes; c++) w.WriteNumber(val.ClassNames[c], Math.Round(last.Matrix.IU(c) ?? 0, 4));
            w.WriteEndObject();
        });
        return 0;
    }

    // One line per step: the ids of its batch.
    static void WriteOrder(string path, VocSet set, int steps, ulong seed)
    {
        var sampler = new Sampler(SampleOrder.Shuffled, set.Count, seed);
        using StreamWriter file = File.CreateText(path);
        for (int step = 0; step < steps; step++)
            file.Write(string.Join(' ', Enumerable.Range(0, Batch).Select(_ => set.Ids[sampler.Next()])) + "\n");
    }

    static void WriteRecipe(string path, int steps, double rate)
    {
        using FileStream file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("steps", steps);
        writer.WriteNumber("batch", Batch);
        writer.WriteNumber("width", Width);
        writer.WriteNumber("height", Height);
        writer.WriteNumber("rate", rate);
        writer.WriteNumber("power", Power);
        writer.WriteNumber("momentum", Momentum);
        writer.WriteNumber("decay", Decay);
        writer.WriteNumber("validate_every", ValidateEvery);
        writer.WriteNumber("log_every", LogEvery);
        writer.WriteEndObject();
    }

    // Photograph, truth and prediction side by side would need more room than eyes: truth and prediction over the photograph, two files.
    static void DrawOverlays(string folder, Network network, VocSet set, PixelSize size)
    {
        Directory.CreateDirectory(folder);
        var look = new OverlayOptions { Alpha = 0.6, Background = null, Names = set.ClassNames };
        int every = Math.Max(1, set.Count / Overlays);
        Evaluator.Run(network, set, size, image =>
        {
            if (image.Index % every != 0) return;
            string name = Path.Combine(folder, image.Example.Id);
            Overlay.Draw(image.Example.Image, image.Example.Labels, set.Palette, look).SavePng(name + "-truth.png");
            Overlay.Draw(image.Example.Image, image.Prediction, set.Palette, look).SavePng(name + "-ours.png");
        });
    }
}

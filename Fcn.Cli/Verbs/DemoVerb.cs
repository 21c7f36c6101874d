// fcn demo: draws scenes, trains the demonstration network on them and says how well it sees others. Needs no file.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Models;
using Fcn.Training;

namespace Fcn.Cli.Verbs;

static class DemoVerb
{
    // No scene is seen twice: 4 a step.
    const int Batch = 4, Unseen = 100, Pictures = 6;
    const double Rate = 0.02;

    // Sets of different seeds have no scene in common.
    const ulong Training = 1, Validation = 2, Drawn = 3;

    public static Command Command(Session session)
    {
        var command = new Command("demo", "Train a small network on drawn scenes for about a minute. Needs no files.");
        ConfigOptions<DemoConfig> options = new ConfigOptions<DemoConfig>(command, ConfigJson.Default.DemoConfig)
            .Whole("--iterations", "updates (1800)", static (c, v) => c.Iterations = (int)v, 1, 1_000_000)
            .Seed("seed of first weights and order (1337)", static (c, v) => c.Seed = v)
            .Common(session.Devices);
        command.SetAction(parsed =>
        {
            DemoConfig config = options.Resolve(parsed);
            (config.Network, config.Name) = ("fcn-demo", config.Name is "" ? "fcn-demo" : config.Name);
            return Run(session, config, options.Json(config));
        });
        return command;
    }

    static int Run(Session session, DemoConfig config, string json)
    {
        Terminal terminal = session.Terminal;
        // A program's own build of it comes first: it may have kernels for more devices.
        CatalogEntry entry = session.Networks.FirstOrDefault(static e => e.Summary.Name == FcnDemo.Summary.Name) ?? PaperNetworks.Demo;
        using DeviceChoice device = DeviceChoice.Open(session, config, entry);
        using Network network = entry.Open(device.Device);
        network.Initialize(config.Seed);
        using RunFolder folder = RunFolder.Create(config.Runs, "demo", config.Name);
        var scenes = new DrawnScenes(config.Iterations * Batch, Training);
        var unseen = new DrawnScenes(Unseen, Validation);
        var batches = new BatchSettings { Size = Batch, Seed = config.Seed };
        return TrainingTrack.In(folder, Trainer, trainer =>
        {
            folder.WriteConfig(json);
            folder.ReservePictures();
            terminal.Line($"Training FcnDemo ({Tables.Count(FcnDemo.Summary.ParameterCount)} parameters) on {device.Name}: " +
                $"{config.Iterations} steps of {Batch} drawn scenes, {scenes.Size} pixels, {scenes.Classes} classes.");
            var clock = Stopwatch.StartNew();
            string rest = $"What there is lies in {folder.Folder}.";
            if (TrainingTrack.Run(session, trainer, config.Iterations, rest) is not { } result) return 0;
            string seconds = clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            terminal.Line($"Trained for {seconds} s. The table is of {unseen.Count} scenes it never saw.");
            Finish(session, trainer, network, result);
            return 0;
        });

        Trainer Trainer() => new(network, scenes, Settings(config), batches) { Validation = unseen, Folder = folder };
    }

    // What can be printed comes before what may fail.
    static void Finish(Session session, Trainer trainer, Network network, TrainingResult result)
    {
        (Terminal terminal, RunFolder folder) = (session.Terminal, trainer.Folder!);
        terminal.Line($"{folder.Folder}: vis/ has photograph, truth and prediction side by side, curve.svg the course of the training,");
        terminal.Line("log.csv its numbers, confusion.csv what was taken for what, weights/ the network.");
        TrainingTrack.WarnOfNothingLearned(terminal, trainer, network.Description.Classes, result);
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"mean IU {result.LastValidation!.Scores.MeanIU:0.000}"));
        // Larger than what it was trained on: a fully convolutional network does not mind.
        var pictures = new DrawnScenes(Pictures, Drawn, new PixelSize(256, 192));
        Comparison.SaveAll(network, pictures, size: null, Pictures, folder, session.Cancellation);
    }

    static TrainerSettings Settings(DemoConfig config) => new()
    {
        Solver = new SolverSettings
        {
            BaseRate = Rate, Policy = new RatePolicy.Poly(0.9, config.Iterations), Momentum = 0.9, WeightDecay = 5e-4, Loss = LossMode.Mean,
        },
        Iterations = config.Iterations, Seed = config.Seed, ValidateEvery = Math.Max(1, config.Iterations / 5), LogEvery = 10,
    };
}

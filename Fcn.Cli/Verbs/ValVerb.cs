// fcn val: weights and a split → the metrics of the paper, the confusion matrix, overlays.
using System.CommandLine;
using System.Globalization;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Metrics;
using Fcn.Training;

namespace Fcn.Cli.Verbs;

static class ValVerb
{
    public static Command Command(Session session)
    {
        var command = new Command("val", "Compare a trained network's labels with the true ones of a data set.");
        Argument<string?> data = Usage.Optional("data", "folder with JPEGImages, SegmentationClass and ImageSets/Segmentation");
        command.Add(data);
        ConfigOptions<ValConfig> options = new ConfigOptions<ValConfig>(command, ConfigJson.Default.ValConfig)
            .Text("--weights", "file", "weights, or the folder of a run: its best", static (c, v) => c.Weights = v)
            .Text("--network", "name", "which network (what the weights say)", static (c, v) => c.Network = v)
            .Text("--split", "list", "list in ImageSets/Segmentation (val); all: needs no list", static (c, v) => c.Split = v)
            .Labelled()
            .Size("--size", "bring every image to this size first (its own)", static (c, v) => c.Size = v)
            .Whole("--overlays", "images drawn (8)", static (c, v) => c.Overlays = (int)v, 0, 100_000)
            .Photographs()
            .Common(session.Devices);
        command.SetAction(parsed =>
        {
            ValConfig config = options.Resolve(parsed);
            config.Data = parsed.GetValue(data) ?? config.Data;
            config.Weights = WeightSource.FindFile(config.Weights);
            CatalogEntry entry = WeightSource.FindNetwork(session.Networks, config, config.Weights);
            (config.Network, config.Name) = (entry.Name, config.Name.Length == 0 ? entry.Name : config.Name);
            return Run(session, config, entry, options.Json(config));
        });
        return command;
    }

    static int Run(Session session, ValConfig config, CatalogEntry entry, string json)
    {
        Terminal terminal = session.Terminal;
        SegmentationSet set = DataSets.Open(session, config, config.Split, entry);
        using DeviceChoice device = DeviceChoice.Open(session, config, entry);
        using Network network = WeightSource.Open(session, entry, device.Device, config.Weights, config.StripPrefix);
        terminal.Line($"{entry.Name} on {device.Name}: {set.Name}, {set.Count} images, weights {config.Weights}");
        using var look = new LookThrough(session, set);
        using RunFolder folder = RunFolder.Create(config.Runs, "val", config.Name);
        var failures = new Failures();
        ConfusionMatrix matrix;
        int done = 0;
        try
        {
            // What may not be written shows before the work, not after it.
            folder.WriteConfig(json);
            folder.WriteEnvironment(network.Engine);
            if (config.Overlays > 0) folder.ReservePictures();
            matrix = terminal.Track("image", 0, set.Count, track => Evaluator.Run(
                network, set, config.Size, image => track.At(done = image.Index + 1, image.Example.Id), session.Cancellation,
                failed: (id, e) => failures.Add(ImageStep.Segment, id, e)));
            if (matrix.Pixels == 0) failures.ThrowIfAny(set.Count);
        }
        catch (Exception e)
        {
            folder.Discard();
            if (e is OperationCanceledException) terminal.Line($"Stopped; {done} of {set.Count} images were compared. Nothing is kept.");
            throw;
        }
        // What took so long to find out is shown before anything that may fail.
        terminal.Show(Tables.Metrics(matrix, set.ClassNames));
        if (failures.Count > 0) terminal.Line($"These numbers are without {failures.Count} of {set.Count} images.");
        terminal.Line($"{folder.Folder}: confusion.csv, vis/ with photograph, truth and prediction side by side.");
        look.TellSkipped();
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"mean IU {matrix.MeanIU:0.000}"));
        failures.Try(() => folder.WriteConfusion(matrix, set.ClassNames));
        try
        {
            Comparison.SaveAll(network, set, config.Size, config.Overlays, folder, failures, session.Cancellation);
        }
        catch (OperationCanceledException)
        {
            terminal.Line("Stopped; not all pictures are drawn.");
            throw;
        }
        failures.ThrowIfAny(set.Count);
        return 0;
    }
}

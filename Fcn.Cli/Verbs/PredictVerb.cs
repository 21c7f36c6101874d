// fcn predict: weights and photographs → palette masks, overlays and, if asked for, raw scores.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Imaging;
using Fcn.Training;
using Fcn.Weights;

namespace Fcn.Cli.Verbs;

static class PredictVerb
{
    public static Command Command(Session session)
    {
        var command = new Command("predict", "Segment photographs: masks, overlays and raw scores.");
        Argument<string[]> inputs = Usage.Many("images", "files, folders or patterns such as 'photos/*.jpg'");
        command.Add(inputs);
        ConfigOptions<PredictConfig> options = new ConfigOptions<PredictConfig>(command, ConfigJson.Default.PredictConfig)
            .Text("--weights", "file", "weights, or the folder of a run: its best", static (c, v) => c.Weights = v)
            .Text("--network", "name", "which network (what the weights say)", static (c, v) => c.Network = v)
            .Text("--classes", "file", "names of the classes, one per line, for the legend", static (c, v) => c.Classes = v)
            .Real("--alpha", "share of the class colour in overlays (0.5)", static (c, v) => c.Alpha = v)
            .Flag("--scores", "write the scores of every class and pixel too, as safetensors", static (c, v) => c.Scores = v)
            .Photographs()
            .Common(session.Devices);
        command.SetAction(parsed =>
        {
            PredictConfig config = options.Resolve(parsed);
            if (parsed.GetValue(inputs) is { Length: > 0 } given) config.Inputs = given;
            config.Weights = WeightSource.FindFile(config.Weights);
            CatalogEntry entry = WeightSource.FindNetwork(session.Networks, config, config.Weights);
            (config.Network, config.Name) = (entry.Name, config.Name.Length == 0 ? entry.Name : config.Name);
            return Run(session, config, entry, options.Json(config));
        });
        return command;
    }

    static int Run(Session session, PredictConfig config, CatalogEntry entry, string json)
    {
        Terminal terminal = session.Terminal;
        List<string> files = InputFiles.Find(config.Inputs), names = InputFiles.Names(files);
        OverlayOptions overlay = Overlays(config, entry);
        using DeviceChoice device = DeviceChoice.Open(session, config, entry.Name, entry.Open);
        using Network network = WeightSource.Open(session, entry, device.Device, config.Weights, config.StripPrefix);
        using RunFolder folder = RunFolder.Create(config.Runs, "predict", config.Name);
        folder.WriteConfig(json);
        folder.WriteEnvironment(network.Engine);
        string masks = Directory.CreateDirectory(Path.Combine(folder.Folder, "masks")).FullName;
        string scores = Path.Combine(folder.Folder, "scores");
        if (config.Scores) Directory.CreateDirectory(scores);
        terminal.Line($"{entry.Name} on {device.Name}, weights {config.Weights}");
        var refused = new List<string>();
        var missingLibraries = new HashSet<string>();
        TimeSpan spent = terminal.Track("image", 0, files.Count, track =>
        {
            var clock = new Stopwatch();
            for (int i = 0; i < files.Count; i++)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                try
                {
                    Image photo = Image.Load(files[i], new ImageReading { SixteenBit = config.SixteenBit });
                    foreach (ImageWarning warning in photo.Warnings) session.Warnings.Add(warning);
                    clock.Start();
                    LabelMap labels = Segment(network, photo, files[i]);
                    clock.Stop();
                    labels.Save(Path.Combine(masks, names[i] + ".png"), entry.Palette);
                    Overlay.Draw(photo, labels, entry.Palette, overlay).SavePng(folder.Picture(names[i] + ".png"));
                    if (config.Scores) SaveScores(network.Scores(photo), Path.Combine(scores, names[i] + ".safetensors"), entry);
                }
                catch (FcnException e)
                {
                    // One bad photograph does not keep a folder of good ones from being segmented; the run fails all the same.
                    clock.Stop();
                    bool told = e is MissingLibraryException missing && !missingLibraries.Add(missing.Cause);
                    refused.Add(told ? $"'{files[i]}': the same." : e.Message);
                }
                track.At(i + 1, files[i]);
            }
            return clock.Elapsed;
        });
        if (refused.Count > 0)
            throw new FcnException($"{refused.Count} of {files.Count} images could not be segmented; the others are in {folder.Folder}. {string.Join(" ", refused)}");
        string each = (spent.TotalSeconds / files.Count).ToString("0.000", CultureInfo.InvariantCulture);
        string images = files.Count == 1 ? "1 image" : $"{files.Count} images, each";
        terminal.Line($"{images} segmented in {each} s. {folder.Folder}: masks/, vis/{(config.Scores ? ", scores/" : "")}.");
        return 0;
    }

    static LabelMap Segment(Network network, Image photo, string file)
    {
        try
        {
            return network.Segment(photo);
        }
        catch (FcnException e)
        {
            throw new FcnException($"'{file}': {e.Message}", e);
        }
    }

    static OverlayOptions Overlays(PredictConfig config, CatalogEntry entry)
    {
        if (config.Alpha is not (>= 0 and <= 1))
            throw new FcnException(string.Create(CultureInfo.InvariantCulture, $"--alpha {config.Alpha}: expected a number from 0 to 1."));
        IReadOnlyList<string> names = config.Classes.Length == 0 ? entry.ClassNames : ClassNames.Load(config.Classes);
        if (names.Count != entry.Summary.Classes)
            throw new FcnException($"'{config.Classes}' names {names.Count} classes; {entry.Name} has {entry.Summary.Classes}.");
        return new OverlayOptions { Alpha = config.Alpha, Background = Comparison.Background(names), Names = names };
    }

    // (1, classes, height, width), before the softmax.
    static void SaveScores(Tensor scores, string file, CatalogEntry entry)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["network"] = entry.Summary.Name;
        writer.Add("scores", scores.Shape, (Span<float> values) => scores.Data.CopyTo(values));
        writer.Save(file);
    }
}

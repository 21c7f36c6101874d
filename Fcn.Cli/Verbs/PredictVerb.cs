// fcn predict: weights and photographs → palette masks, overlays and, if asked for, raw scores.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Imaging;
using Fcn.Training;

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
            .Share("--alpha", "share of the class colour in overlays (0.5)", static (c, v) => c.Alpha = v)
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
        InputFiles inputs = InputFiles.Find(config.Inputs);
        foreach (string sentence in inputs.LeftOut) terminal.Line(sentence);
        OverlayOptions overlay = Overlays(config, entry);
        using DeviceChoice device = DeviceChoice.Open(session, config, entry);
        using Network network = WeightSource.Open(session, entry, device.Device, config.Weights, config.StripPrefix);
        terminal.Line($"{entry.Name} on {device.Name}, weights {config.Weights}");
        var failures = new Failures();
        string where;
        TimeSpan spent;
        int done;
        bool isListed;
        using (var folder = new PredictionFolder(RunFolder.Create(config.Runs, "predict", config.Name), entry, overlay))
        {
            folder.Describe(json, network.Engine);
            try
            {
                (spent, done) = terminal.Track("image", 0, inputs.Files.Count, track =>
                    SegmentAll(session, config, inputs, network, folder, failures, track));
            }
            finally
            {
                isListed = failures.Try(folder.WriteIndex);
            }
            where = folder.IsEmpty ? ""
                : $"{folder.Folder}: masks/, vis/{(config.Scores ? ", scores/" : "")}{(isListed ? ", index.csv" : "")}";
        }
        int images = inputs.Files.Count;
        if (done < images)
        {
            string failed = failures.Count == 0 ? "" : $" ({failures.Count} failed)";
            terminal.Line($"Stopped; {done} of {images} images are done{failed}{(where.Length == 0 ? "" : ", in ")}{where}.");
            session.WasInterrupted = true;
            return 0;
        }
        failures.ThrowIfAny(images, where.Length == 0 ? "" : $"What could be done is in {where}.");
        string each = (spent.TotalSeconds / images).ToString("0.000", CultureInfo.InvariantCulture);
        terminal.Line($"{(images == 1 ? "1 image" : $"{images} images, each")} segmented in {each} s. {where}.");
        return 0;
    }

    // One bad photograph does not keep the good ones from being segmented. The time is that of segmenting alone; fewer are done than there
    // are where it was stopped.
    static (TimeSpan Spent, int Done) SegmentAll(
        Session session, PredictConfig config, InputFiles inputs, Network network, PredictionFolder folder, Failures failures, Track track)
    {
        var clock = new Stopwatch();
        var reading = new ImageReading { SixteenBit = config.SixteenBit };
        IReadOnlyList<string> names = inputs.Names();
        int i = 0;
        for (; i < names.Count && !session.Cancellation.IsCancellationRequested; i++)
        {
            (string file, string name) = (inputs.Files[i], names[i]);
            PredictionFolder.Row row = folder.Begin(file);
            var step = ImageStep.Read;
            try
            {
                Image photo = Image.Load(file, reading);
                foreach (ImageWarning warning in photo.Warnings) session.Warnings.Add(warning);
                step = ImageStep.Segment;
                clock.Start();
                LabelMap labels = network.Segment(photo);
                clock.Stop();
                step = ImageStep.Write;
                folder.Save(row, name, photo, labels);
                if (config.Scores)
                {
                    step = ImageStep.Segment;
                    Tensor scores = network.Scores(photo);
                    step = ImageStep.Write;
                    folder.Save(row, name, scores);
                }
            }
            catch (Exception e) when (Failures.IsOne(e))
            {
                clock.Stop();
                row.Error = failures.Add(step, file, e);
            }
            track.At(i + 1, file);
        }
        return (clock.Elapsed, i);
    }

    static OverlayOptions Overlays(PredictConfig config, CatalogEntry entry)
    {
        if (config.Alpha is not (>= 0 and <= 1))
            throw new FcnException(string.Create(CultureInfo.InvariantCulture, $"alpha is {config.Alpha}: expected a number from 0 to 1."));
        IReadOnlyList<string> names = config.Classes.Length == 0 ? entry.ClassNames : ClassNames.Load(config.Classes);
        if (names.Count != entry.Summary.Classes)
            throw new FcnException($"'{config.Classes}' names {names.Count} classes; {entry.Name} has {entry.Summary.Classes}.");
        return new OverlayOptions { Alpha = config.Alpha, Background = Comparison.Background(names), Names = names };
    }
}

// fcn train: a data set in the layout of PASCAL VOC and a network → a run folder with weights, log, curve and overlays.
using System.CommandLine;
using System.Globalization;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Files;
using Fcn.Training;

namespace Fcn.Cli.Verbs;

static class TrainVerb
{
    public static Command Command(Session session)
    {
        var command = new Command("train", "Train a network on a data set in the layout of PASCAL VOC.");
        Argument<string?> data = Usage.Optional("data", "folder with JPEGImages, SegmentationClass and ImageSets/Segmentation");
        var resume = new Option<string?>("--resume")
        {
            Description = "go on with the run in this folder, bit for bit", HelpName = "folder",
        };
        command.Add(data);
        command.Add(resume);
        ConfigOptions<TrainConfig> options = Options(command, session.Devices);
        command.SetAction(parsed =>
        {
            using RunFolder? resumed = parsed.GetValue(resume) is { } path ? OpenRun(session.Terminal, path) : null;
            TrainConfig config = options.Resolve(parsed, resumed?.Config);
            foreach ((string option, PolicyKind policy) in policyOptions)
            {
                if (parsed.GetResult(option) is not null && config.Policy != policy)
                    throw new UsageException($"{option} is of --policy {Word(policy)}, and this run's is {Word(config.Policy)}.");
            }
            if (config.MinScale > config.MaxScale)
                throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                    $"--min-scale {config.MinScale} is above --max-scale {config.MaxScale}: give both, the smaller first."));
            config.Data = parsed.GetValue(data) ?? config.Data;
            if (config.Network.Length == 0)
                throw new FcnException($"Give --network. Networks here: {string.Join(", ", session.Networks.Select(static e => e.Name))}.");
            if (config.Name.Length == 0) config.Name = session.Networks.Find(config.Network).Name;
            if (config is { Policy: PolicyKind.Poly, PolyLength: 0 }) config.PolyLength = Iterations(resumed) ?? config.Iterations;
            return Run(session, config, options.Json(config), resumed);
        });
        return command;
    }

    const string ScaleRange = "from 1/16 (0.0625) to 16";

    // What only one policy knows.
    static readonly (string Option, PolicyKind Policy)[] policyOptions =
    [
        ("--gamma", PolicyKind.Step), ("--step-size", PolicyKind.Step), ("--power", PolicyKind.Poly), ("--poly-length", PolicyKind.Poly),
    ];

    static string Word(PolicyKind policy) => policy.ToString().ToLowerInvariant();

    static bool InScale(double factor) => factor is >= 1 / Augmentation.ScaleLimit and <= Augmentation.ScaleLimit;

    static ConfigOptions<TrainConfig> Options(Command command, DeviceCatalog devices) =>
        new ConfigOptions<TrainConfig>(command, ConfigJson.Default.TrainConfig)
        .Text("--network", "name", "which network; fcn info lists them", static (c, v) => c.Network = v)
        .Text("--init-from", "file", "start from weights that match by name and shape", static (c, v) => c.InitFrom = v)
        .Text("--train-split", "list", "list in ImageSets/Segmentation (train); all: needs no list", static (c, v) => c.TrainSplit = v)
        .Text("--val-split", "list", "list to validate on (val); none: do not", static (c, v) => c.ValSplit = v is "none" ? "" : v)
        .Labelled()
        .Size("--size", "bring every image to this size first (its own)", static (c, v) => c.Size = v)
        .Whole("--batch", "images per batch (1)", static (c, v) => c.Batch = (int)v, 1, 65536)
        .Whole("--iterations", "updates in all (1000)", static (c, v) => c.Iterations = v, 1)
        .Real("--rate", "learning rate (0.001); with --loss sum about 1e-10", static (c, v) => c.Rate = v,
            static v => v > 0, "above 0, such as 0.01 or 1e-4")
        .Choice<PolicyKind>("--policy", "how the rate falls (fixed)", static (c, v) => c.Policy = v)
        .Real("--gamma", "factor of every step (0.1)", static (c, v) => c.Gamma = v, static v => v > 0, "above 0, such as 0.01 or 1e-4")
        .Whole("--step-size", "updates from step to step (1000)", static (c, v) => c.StepSize = v, 1)
        .Real("--power", "exponent of poly (0.9)", static (c, v) => c.Power = v, static v => v >= 0, "of 0 or more")
        .Whole("--poly-length", "updates until poly reaches zero (--iterations)", static (c, v) => c.PolyLength = v, 1)
        .Real("--momentum", "momentum (0.9)", static (c, v) => c.Momentum = v, static v => v is >= 0 and < 1, "of at least 0 and below 1")
        .Real("--decay", "weight decay (0.0005)", static (c, v) => c.Decay = v, static v => v >= 0, "of 0 or more")
        .Whole("--iter-size", "batches whose gradients make one update (1)", static (c, v) => c.IterSize = (int)v, 1, 65536)
        .Choice<LossMode>("--loss", "sum or mean over the pixels (mean)", static (c, v) => c.Loss = v)
        .Choice<SampleOrder>("--order", "order of the examples (shuffled)", static (c, v) => c.Order = v)
        .Flag("--mirror", "mirror every other image at random", static (c, v) => c.Mirror = v)
        .Real("--min-scale", "smallest random factor on the size (1)", static (c, v) => c.MinScale = v, InScale, ScaleRange)
        .Real("--max-scale", "largest random factor on the size (1)", static (c, v) => c.MaxScale = v, InScale, ScaleRange)
        .Size("--crop", "cut out a part of this size at random", static (c, v) => c.Crop = v)
        .Whole("--val-every", "updates between validations (0: one at the end)", static (c, v) => c.ValEvery = v)
        .Whole("--save-every", "updates between checkpoints (1000)", static (c, v) => c.SaveEvery = v)
        .Whole("--log-every", "updates between rows of log.csv (20)", static (c, v) => c.LogEvery = v, 1)
        .Seed("seed of first weights, order, augmentation and dropout (1337)", static (c, v) => c.Seed = v)
        .Whole("--overlays", "validation images drawn at the end (4)", static (c, v) => c.Overlays = (int)v, 0, 100_000)
        .Photographs()
        .Common(devices);

    // Of the run as it began: the length of its schedule where its file, of an earlier version, names none.
    static long? Iterations(RunFolder? resumed) =>
        resumed is null ? null : ConfigFile.Load(resumed.Config, ConfigJson.Default.TrainConfig).Iterations;

    static int Run(Session session, TrainConfig config, string json, RunFolder? resumed)
    {
        Terminal terminal = session.Terminal;
        CatalogEntry entry = session.Networks.Find(config.Network);
        SegmentationSet examples = DataSets.Open(session, config, config.TrainSplit, entry);
        SegmentationSet? validation = DataSets.OpenValidation(session, config, entry);
        using DeviceChoice device = DeviceChoice.Open(session, config, entry);
        using Network network = entry.Open(device.Device);
        if (resumed is null) Start(terminal, network, config);
        // What can be wrong with batches and settings shows before there is a folder.
        BatchSettings order = Batches(config);
        var batches = new SegmentationBatches(examples, entry.Summary, order);
        TrainerSettings settings = Settings(config);
        settings.Verify();
        using var look = new LookThrough(session, validation is null ? [examples] : [examples, validation]);
        if (device.Device is CpuDevice)
        {
            RequireMemory(network, RunMode.Training, order.Size, order.Augmentation, look.LargestOf(examples));
            if (validation is not null)
                RequireMemory(network, RunMode.Segment, 1, new Augmentation { Resize = config.Size }, look.LargestOf(validation));
        }
        using RunFolder folder = resumed ?? RunFolder.Create(config.Runs, "train", config.Name);
        return TrainingTrack.In(folder, Trainer, trainer =>
        {
            if (resumed is not null)
            {
                trainer.Resume(folder.Last);
                terminal.Line($"Resumed at step {trainer.Iteration}.");
                if (trainer.IsCompleted) return Finished(terminal, config, trainer, folder);
            }
            folder.WriteConfig(json);
            if (validation is not null && config.Overlays > 0) folder.ReservePictures();
            terminal.Line($"Training {entry.Name} ({Tables.Count(entry.Summary.ParameterCount)} parameters) on {device.Name}: " +
                $"{examples.Name}, {examples.Count} images, {config.Iterations} steps of {config.Batch * config.IterSize}.");
            WarnOfRateZero(terminal, settings, folder);
            terminal.Line($"Run: {folder.Folder}");
            string goOn = $"Go on with: fcn train --resume {ShellWord.Of(folder.Folder)}";
            trainer.Stepped += _ => look.ThrowIfFailed();
            TrainingResult? result = TrainingTrack.Run(session, trainer, config.Iterations, goOn);
            look.TellSkipped();
            if (result is not null) Finish(session, config, network, validation, trainer, result);
            return 0;
        });

        Trainer Trainer() => new(network, batches, settings) { Validation = validation, ValidationSize = config.Size, Folder = folder };
    }

    // One photograph that is too large would end the run in the middle; the compiler's plan knows it before.
    static void RequireMemory(
        Network network, RunMode mode, int images, Augmentation augmentation, (string Id, PixelSize Size)? largest)
    {
        if (largest is not { } example) return;
        PixelSize size = augmentation.LargestOf(example.Size);
        long bytes = network.Engine.PlannedBytes(mode, images, size.Height, size.Width), limit = HostMemory.Limit;
        if (bytes <= limit) return;
        throw new FcnException(
            $"'{example.Id}' has {example.Size} pixels: {mode} of {network.Description.Name} on {images} of {size} needs " +
            $"{Tables.Bytes(bytes)}, and this process may use {Tables.Bytes(limit)}. Bring all images to a smaller --size" +
            (mode == RunMode.Training ? ", cut parts out of them (--crop), or take fewer at a time (--batch)." : "."));
    }

    static void Start(Terminal terminal, Network network, TrainConfig config)
    {
        network.Initialize(config.Seed);
        if (config.InitFrom.Length == 0)
        {
            terminal.Line($"Weights: drawn at random (seed {config.Seed}); --init-from takes trained ones.");
            return;
        }
        string file = WeightSource.FindFile(config.InitFrom);
        terminal.Line($"Weights of {file}:");
        terminal.Line(network.InitFrom(file, config.StripPrefix).ToString());
    }

    static int Finished(Terminal terminal, TrainConfig config, Trainer trainer, RunFolder folder)
    {
        string done = config.Iterations < trainer.Iteration
            ? $"{trainer.Iteration} steps are done already, more than the {config.Iterations} of --iterations"
            : "This run is finished";
        terminal.Line($"{done}, so nothing was done. For more steps: fcn train --resume {ShellWord.Of(folder.Folder)} " +
            $"--iterations {2 * trainer.Iteration}");
        return 0;
    }

    static void WarnOfRateZero(Terminal terminal, TrainerSettings settings, RunFolder folder)
    {
        if (settings.Solver.Rate(settings.Iterations - 1) > 0 || settings.Solver.Policy is not RatePolicy.Poly poly) return;
        terminal.Warning($"The learning rate is 0 from step {poly.Iterations} on (--poly-length), so steps after it learn nothing. " +
            $"For another schedule start a new run from the weights of this one: --init-from {ShellWord.Of(folder.Folder)}");
    }

    // What can be printed comes before what may fail.
    static void Finish(
        Session session, TrainConfig config, Network network, SegmentationSet? validation, Trainer trainer, TrainingResult result)
    {
        (Terminal terminal, RunFolder folder) = (session.Terminal, trainer.Folder!);
        terminal.Line($"{folder.Folder}: weights/, log.csv, curve.svg" + (validation is null ? "." : ", confusion.csv, vis/."));
        TrainingTrack.WarnOfNothingLearned(terminal, trainer, network.Description.Classes, result);
        if (result.BestMeanIU is { } best)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"best mean IU {best:0.000} at step {result.BestIteration}"));
        if (result.LastValidation is { } now)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"mean IU {now.Scores.MeanIU:0.000}"));
        if (validation is not null) Comparison.SaveAll(network, validation, config.Size, config.Overlays, folder, session.Cancellation);
    }

    static BatchSettings Batches(TrainConfig c) => new()
    {
        Size = c.Batch, Order = c.Order, Seed = c.Seed,
        Augmentation = new Augmentation { Resize = c.Size, Mirror = c.Mirror, MinScale = c.MinScale, MaxScale = c.MaxScale, Crop = c.Crop },
    };

    static TrainerSettings Settings(TrainConfig c) => new()
    {
        Solver = new SolverSettings
        {
            BaseRate = c.Rate, Momentum = c.Momentum, WeightDecay = c.Decay, Accumulate = c.IterSize, Loss = c.Loss,
            Policy = c.Policy switch
            {
                PolicyKind.Fixed => new RatePolicy.Fixed(),
                PolicyKind.Step => new RatePolicy.Step(c.Gamma, c.StepSize),
                PolicyKind.Poly => new RatePolicy.Poly(c.Power, c.PolyLength),
            },
        },
        Iterations = c.Iterations, Seed = c.Seed, ValidateEvery = c.ValEvery, CheckpointEvery = c.SaveEvery, LogEvery = c.LogEvery,
    };

    // The folder, its weights/, or a file within. Weights are taken for a place in a run, not for what it goes on from.
    static RunFolder OpenRun(Terminal terminal, string path)
    {
        string folder = WeightSource.RunOf(path), last = Path.Combine(folder, "weights", "last.safetensors");
        string config = Path.Combine(folder, "config.json");
        bool isWeights = File.Exists(path) && Path.GetExtension(path) == ".safetensors";
        string start =
            isWeights ? $"To start a new run from '{path}': --init-from {ShellWord.Of(path)}"
            : File.Exists(config) ? $"To start this one again: fcn train --config {ShellWord.Of(config)}"
            : "";
        if (Directory.Exists(folder) && !File.Exists(last))
            throw new FcnException($"'{folder}' has no weights/last.safetensors to resume from: --resume takes the folder of a run, " +
                $"such as runs/train/name. {start}");
        RunFolder run = RunFolder.Open(folder);
        if (isWeights && Path.GetFullPath(path) != Path.GetFullPath(last))
            terminal.Line($"--resume goes on from the last checkpoint, {last}. {start}");
        return run;
    }
}

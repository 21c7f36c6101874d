// fcn benchmark: a network at a size → how long one pass takes, and which layers take it.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Data;
using Fcn.Devices;
using Fcn.Devices.Gpu;
using Spectre.Console;

namespace Fcn.Cli.Verbs;

static class BenchmarkVerb
{
    public static Command Command(Session session)
    {
        var command = new Command("benchmark", "Time a network.");
        Argument<string?> name = Usage.Optional("network", "which network; fcn info lists them");
        command.Add(name);
        ConfigOptions<BenchmarkConfig> options = new ConfigOptions<BenchmarkConfig>(command, ConfigJson.Default.BenchmarkConfig)
            .Size("--size", "size of the images (500x500)", static (c, v) => c.Size = v)
            .Choice<BenchmarkMode>("--mode", "labels from an image, or forward, backward and update (segment)", static (c, v) => c.Mode = v)
            .Whole("--batch", "images per batch (1)", static (c, v) => c.Batch = (int)v, 1, 65536)
            .Whole("--warm-up", "runs before timing (2)", static (c, v) => c.WarmUp = (int)v, 0, 100_000)
            .Whole("--repeats", "runs timed (10)", static (c, v) => c.Repeats = (int)v, 1, 100_000)
            .Flag("--layers", "time every launch", static (c, v) => c.Layers = v)
            .Device(session.Devices);
        command.SetAction(parsed =>
        {
            BenchmarkConfig config = options.Resolve(parsed);
            config.Network = parsed.GetValue(name) ?? config.Network;
            if (config.Network.Length == 0) config.Network = session.Networks.First().Name;
            return Run(session, config);
        });
        return command;
    }

    static int Run(Session session, BenchmarkConfig config)
    {
        Terminal terminal = session.Terminal;
        CatalogEntry entry = session.Networks.Find(config.Network);
        using DeviceChoice device = DeviceChoice.Open(session, config, entry);
        using Network network = entry.Open(device.Device);
        network.Initialize(seed: 1);
        Action pass = Pass(network, config);
        double[] times = terminal.Track("run", 0, config.WarmUp + config.Repeats, track => Time(pass, config, track, session.Cancellation));

        Array.Sort(times);
        double median = (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2;
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{entry.Name}, {config.Mode.ToString().ToLowerInvariant()}, {config.Batch} x {config.Size}, {device.Name}, " +
            $"{times.Length} runs"));
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"median {1e3 * median:0.00} ms, fastest {1e3 * times[0]:0.00}, slowest {1e3 * times[^1]:0.00}; " +
            $"{config.Batch / median:0.00} images/s"));
        if (config.Mode == BenchmarkMode.Segment)
        {
            double gflop = Cost.Flop(entry.Summary, config.Size.Height, config.Size.Width) * config.Batch / 1e9;
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{gflop:0.00} GFLOP: {gflop / median:0.0} GFLOP/s"));
        }
        if (device.Gpu is { } gpu) ShowKernels(terminal, gpu, pass, config);
        if (config.Layers) ShowLayers(terminal, device, pass, config.Repeats);
        return 0;
    }

    static Action Pass(Network network, BenchmarkConfig config)
    {
        NetworkSummary summary = network.Description;
        long pixels = (long)config.Batch * config.Size.Height * config.Size.Width;
        string purpose = $"{config.Batch} images of {config.Size} take";
        const string Remedy = "Give a smaller --batch or --size.";
        var random = new RandomStream(1);
        var inputs = new List<InputPixels>();
        foreach (InputSummary each in summary.Inputs)
        {
            float[] values = HostMemory.NewArray<float>(pixels * each.Channels, purpose, Remedy);
            for (int i = 0; i < values.Length; i++) values[i] = (float)random.Between(-1, 1);
            inputs.Add(new InputPixels(each.Channels, values));
        }
        byte[] labels = HostMemory.NewArray<byte>(pixels, purpose, Remedy);
        byte[] truth = HostMemory.NewArray<byte>(pixels * summary.Heads.Count, purpose, Remedy);
        for (int i = 0; i < truth.Length; i++) truth[i] = (byte)random.Below(summary.Heads[(int)(i / pixels)].Classes);
        var input = new InputBatch(config.Batch, config.Size.Height, config.Size.Width, inputs);
        // Rate 0: the work of an update, but every run starts from the same weights.
        var solver = new SolverStep(Rate: 0, Momentum: 0.9f, Decay: 5e-4f, GradientScale: 1);
        return config.Mode switch
        {
            BenchmarkMode.Segment => () => network.Engine.Segment(input, labels),
            BenchmarkMode.Train => () =>
            {
                network.Engine.Backward(input, truth, new BackwardStep(1f / pixels, Seed: 1, First: true));
                network.Engine.Update(solver);
            },
        };
    }

    // Seconds.
    static double[] Time(Action pass, BenchmarkConfig config, Track track, CancellationToken cancellation)
    {
        var times = new double[config.Repeats];
        for (int run = -config.WarmUp; run < times.Length; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            pass();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (run >= 0) times[run] = seconds;
            track.At(config.WarmUp + run + 1, string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.00} ms"));
        }
        return times;
    }

    // Without uploads, downloads and the host: what the GPU itself takes.
    static void ShowKernels(Terminal terminal, GpuDevice gpu, Action pass, BenchmarkConfig config)
    {
        gpu.TimesKernels = true;
        var times = new double[config.Repeats];
        for (int run = 0; run < times.Length; run++)
        {
            TimeSpan before = gpu.KernelTime;
            pass();
            times[run] = (gpu.KernelTime - before).TotalMilliseconds;
        }
        gpu.TimesKernels = false;
        Array.Sort(times);
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"kernels alone: median {times[times.Length / 2]:0.000} ms, fastest {times[0]:0.000}"));
    }

    static void ShowLayers(Terminal terminal, DeviceChoice device, Action pass, int repeats)
    {
        var profile = new LaunchProfile();
        device.Device.Profile = profile;
        for (int run = 0; run < repeats; run++) pass();
        device.Device.Profile = null;
        IReadOnlyList<LaunchTime> launches = profile.ByName();
        double all = launches.Sum(static l => l.Elapsed.TotalMilliseconds);
        Table table = Tables.New("launch", "ms", "share", "items");
        foreach (LaunchTime launch in launches)
        {
            double time = launch.Elapsed.TotalMilliseconds;
            table.AddRow(Markup.Escape(launch.Name), (time / repeats).ToString("0.000", CultureInfo.InvariantCulture),
                (time / all).ToString("0.0 %", CultureInfo.InvariantCulture), Tables.Count(launch.Items / repeats));
        }
        table.AddRow("all", (all / repeats).ToString("0.000", CultureInfo.InvariantCulture), "", "");
        terminal.Show(table);
    }
}

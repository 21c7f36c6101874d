// The options of a verb, each of which replaces one value of its configuration.
// Defaults, then --config (or the run that is resumed), then what stands on the command line.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Fcn.Data;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;

namespace Fcn.Cli.Settings;

/// The options of one verb.
sealed class ConfigOptions<TConfig> where TConfig : RunConfig, new()
{
    readonly Command command;
    readonly JsonTypeInfo<TConfig> type;
    readonly Option<string> file = new("--config") { Description = "JSON file with any of these settings", HelpName = "file" };
    readonly List<Action<ParseResult, TConfig>> setters = [];

    /// The options that every verb has stand at the end of its help: Common adds them.
    public ConfigOptions(Command command, JsonTypeInfo<TConfig> type)
    {
        (this.command, this.type) = (command, type);
        command.Add(file);
    }

    public ConfigOptions<TConfig> Text(string name, string value, string help, Action<TConfig, string> set) =>
        Add(name, value, help, static (_, text) => text, set);

    public ConfigOptions<TConfig> Whole(string name, string help, Action<TConfig, long> set, long least = 0, long most = long.MaxValue) =>
        Add(name, "n", help, (option, text) =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                && number >= least && number <= most
                ? number
                : throw Wrong(option, text, $"a whole number, {least} {(most == long.MaxValue ? "or more" : $"to {most}")}"), set);

    public ConfigOptions<TConfig> Seed(string help, Action<TConfig, ulong> set) =>
        Add("--seed", "n", help, static (option, text) =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                ? number
                : throw Wrong(option, text, "a whole number, 0 or more"), set);

    /// A number of a range, which is told in words.
    public ConfigOptions<TConfig> Real(
        string name, string help, Action<TConfig, double> set, Func<double, bool> isInRange, string range) =>
        Add(name, "x", help, (option, text) => ReadReal(text) is { } number && isInRange(number)
            ? number
            : throw Wrong(option, text, $"a number {range}"), set);

    /// A share of something, 0 to 1.
    public ConfigOptions<TConfig> Share(string name, string help, Action<TConfig, double> set) =>
        Real(name, help, set, static v => v is >= 0 and <= 1, "from 0 to 1");

    public ConfigOptions<TConfig> Size(string name, string help, Action<TConfig, PixelSize> set) =>
        Add(name, "WxH", help, static (option, text) => ReadSize(option, text), set);

    public ConfigOptions<TConfig> Choice<T>(string name, string help, Action<TConfig, T> set) where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(static n => char.ToLowerInvariant(n[0]) + n[1..])];
        return Add(name, string.Join('|', words), help, (option, text) =>
            Array.FindIndex(words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var at
                ? Enum.GetValues<T>()[at]
                : throw Wrong(option, text, string.Join(" or ", words)), set);
    }

    public ConfigOptions<TConfig> Flag(string name, string help, Action<TConfig, bool> set)
    {
        var option = new Option<bool>(name) { Description = help };
        command.Add(option);
        setters.Add((parsed, config) =>
        {
            if (parsed.GetResult(option) is { Implicit: false }) set(config, parsed.GetValue(option));
        });
        return this;
    }

    /// The options of every verb.
    public ConfigOptions<TConfig> Common(DeviceCatalog devices) => this
        .Text("--name", "name", "name of the run's folder (the network's name)", static (c, v) => c.Name = v)
        .Text("--runs", "folder", "folder of all runs (runs)", static (c, v) => c.Runs = v)
        .Device(devices);

    public ConfigOptions<TConfig> Device(DeviceCatalog devices) => this
        .Text("--device", "device", $"{devices.Forms} (auto)", (c, v) =>
        {
            // What is misspelt shows before anything is opened.
            if (devices.Mistake(v) is { } mistake) throw new UsageException(mistake);
            c.Device = v;
        })
        .Choice<CudaPrecision>("--precision", "how a GPU multiplies (fp32)", static (c, v) => c.Precision = v)
        .Whole("--threads", "threads of the CPU (one per core)", static (c, v) => c.Threads = (int)v, 1, CpuPool.MaxThreads)
        .Choice<SimdLevel>("--simd", "widest vectors the CPU uses (the widest there are)", static (c, v) => c.Simd = v);

    /// The configuration of this call. Another file may stand in for --config: that of the run that is resumed.
    public TConfig Resolve(ParseResult parsed, string? resumed = null)
    {
        string? path = parsed.GetValue(file);
        if (path is not null && resumed is not null)
            throw new UsageException("--resume goes on with the run's own config.json: leave --config out.");
        path ??= resumed;
        TConfig config = path is null ? new TConfig() : ConfigFile.Load(path, type);
        foreach (Action<ParseResult, TConfig> set in setters) set(parsed, config);
        return config;
    }

    public string Json(TConfig config) => ConfigFile.Text(config, type);

    public static PixelSize ReadSize(string option, string text)
    {
        try
        {
            return PixelSize.Parse(text);
        }
        catch (FcnException e)
        {
            throw new UsageException($"{option}: {e.Message}");
        }
    }

    ConfigOptions<TConfig> Add<T>(string name, string value, string help, Func<string, string, T> read, Action<TConfig, T> set)
    {
        var option = new Option<string>(name) { Description = help, HelpName = value };
        command.Add(option);
        setters.Add((parsed, config) =>
        {
            if (parsed.GetValue(option) is { } text) set(config, read(name, text));
        });
        return this;
    }

    static double? ReadReal(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : null;

    static UsageException Wrong(string option, string text, string expected) => new($"{option} {text}: expected {expected}.");
}

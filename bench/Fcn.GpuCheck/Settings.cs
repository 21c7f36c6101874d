using System.Globalization;

namespace Fcn.GpuCheck;

// --name value, and --rehearse, which stands alone.
sealed record Settings
{
    public static readonly string[] AllParts = ["card", "ops", "network", "cpu", "train", "measure", "kernels", "start", "report"];

    /// Where results go.
    public required string Out { get; init; }

    /// What is run, in this order.
    public required IReadOnlyList<string> Parts { get; init; }

    /// Seconds after which nothing new is begun.
    public double Budget { get; init; } = 540;

    /// On the emulated card, with networks and sizes that it can bear.
    public bool Rehearse { get; init; }

    public int Card { get; init; }

    /// Folder of assembled kernels; null: none is kept.
    public string? Cache { get; init; }

    public int Steps { get; init; } = 100;

    /// Of a process that is to measure its own start: network, precision, and the milliseconds since 1970 at which it was started.
    public (string Network, string Precision, long Since)? Start { get; init; }

    public static Settings Of(string[] args)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--rehearse") named[args[i]] = "";
            else if (args[i].StartsWith("--", StringComparison.Ordinal) && i + 1 < args.Length) named[args[i]] = args[++i];
            else throw new FcnException($"'{args[i]}' is not an option with a value. {Usage}");
        }
        string? Take(string name) => named.Remove(name, out string? value) ? value : null;
        string? start = Take("--start"), precision = Take("--precision"), since = Take("--since");
        string[] parts = (Take("--part") ?? "all") is var given && given == "all" ? AllParts : given.Split(',');
        var settings = new Settings
        {
            Out = Path.GetFullPath(Take("--out") ?? "gpu-check"),
            Parts = parts,
            Budget = Number(Take("--budget"), 540),
            Rehearse = Take("--rehearse") is not null,
            Card = (int)Number(Take("--card"), 0),
            Cache = Take("--cache"),
            Steps = (int)Number(Take("--steps"), 100),
            Start = start is null ? null : (start, precision ?? "fp32", (long)Number(since, 0)),
        };
        if (named.Count > 0) throw new FcnException($"Unknown: {string.Join(", ", named.Keys)}. {Usage}");
        if (parts.FirstOrDefault(p => p != "ptx" && !AllParts.Contains(p)) is { } strange)
            throw new FcnException($"'{strange}' is no part. {Usage}");
        return settings with { Cache = settings.Cache ?? Path.Combine(settings.Out, "cache") };
    }

    static string Usage =>
        $"Options: --out FOLDER, --part all or some of {string.Join(",", AllParts)},ptx, --budget SECONDS, --rehearse, --card N, " +
        "--cache FOLDER, --steps N.";

    static double Number(string? text, double otherwise) =>
        text is null ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 ? value
        : throw new FcnException($"'{text}' is not a number of 0 or more. {Usage}");
}

// FOLDER/*.json of the parts, torch.jsonl of the peer, sanitizer.jsonl and skipped.jsonl of eng/gpu-check.sh → gpu-check.json (all of it)
// and gpu-check.md (tables).
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fcn.GpuCheck;

static class Report
{
    const int Kernels = 12, Failures = 40;

    /// False where anything failed.
    public static bool Write(string folder)
    {
        var all = new JsonObject();
        foreach (string part in Settings.AllParts)
            if (Read(Path.Combine(folder, $"{part}.json")) is { } found) all[part] = found;
        JsonArray torch = Lines(Path.Combine(folder, "torch.jsonl")), sanitizer = Lines(Path.Combine(folder, "sanitizer.jsonl"));
        bool passed = all.All(static p => (bool)p.Value!["passed"]!) && sanitizer.All(static s => (bool)s!["passed"]!);
        var text = new StringBuilder("# GPU check\n\n");
        Machine(text, all, torch, Path.Combine(folder, "commit"));
        Checks(text, all, sanitizer);
        Curves(text, all["train"]);
        Speed(text, all["measure"], torch);
        Starts(text, all["start"], torch);
        KernelTimes(text, all["kernels"]);
        NotRun(text, all, sanitizer, torch, Lines(Path.Combine(folder, "skipped.jsonl")));
        all["torch"] = torch;
        all["sanitizer"] = sanitizer;
        all["passed"] = passed;
        all["written"] = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        Findings.Write(Path.Combine(folder, "gpu-check.json"), all.ToJsonString() + "\n");
        Findings.Write(Path.Combine(folder, "gpu-check.md"), text.ToString());
        Console.WriteLine($"{(passed ? "All passed" : "Something FAILED")}: {Path.Combine(folder, "gpu-check.md")}");
        return passed;
    }

    static void Machine(StringBuilder text, JsonObject all, JsonArray torch, string commit)
    {
        text.Append(Invariant($"- date: {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC\n"));
        if (File.Exists(commit)) text.Append($"- commit {File.ReadAllText(commit).Trim()}\n");
        if (all["card"]?["facts"] is { } f)
        {
            text.Append(Invariant($"- card: {f["card"]}, sm_{f["capability"]}, {f["processors"]} multiprocessors, {f["memory_gb"]} GB; "));
            text.Append(Invariant($"driver for CUDA {f["driver_cuda"]}; {f["cores"]} cores; {f["system"]}\n"));
        }
        if (torch.FirstOrDefault(static t => Text(t, "what") == "machine") is { } peer)
        {
            string versions = $"{peer["torch"]}, CUDA {peer["cuda"]}, cuDNN {peer["cudnn"]}";
            text.Append($"- peer: PyTorch {versions}, {peer["name"] ?? peer["device"]}");
            if (peer["copy_tb_per_s"] is not null)
            {
                var products = new[] { "bf16", "tf32", "fp32" }.Select(p => $"{p} {In(peer, $"matmul_{p}_tflops", "0")}");
                text.Append($"; copies {In(peer, "copy_tb_per_s", "0.00")} TB/s, products of 8192 x 8192 in TFLOP/s: ");
                text.AppendJoin(", ", products);
            }
            text.Append('\n');
        }
        text.Append("- reproduce: eng/gpu-pack.sh, then eng/gpu-check.sh on the card's machine\n");
    }

    static void Checks(StringBuilder text, JsonObject all, JsonArray sanitizer)
    {
        text.Append("\n## Correct?\n\n| part | precision | comparisons | failed | nearest to its limit |\n|---|---|---|---|---|\n");
        var failures = new List<string>();
        foreach (var (part, found) in all)
        {
            foreach (var group in found!["checks"]!.AsArray().GroupBy(static c => Text(c, "precision")))
            {
                var failed = group.Where(static c => !(bool)c!["passed"]!).ToList();
                // Of exact comparisons there is nothing near.
                JsonNode? near = group.Where(static c => Number(c, "limit") > 0 && Number(c, "error") is not double.NaN)
                    .MaxBy(static c => Number(c, "error") / Number(c, "limit"));
                string nearest = near is null ? "" : Invariant($"{near["what"]}: {Number(near, "error"):g3} of {Number(near, "limit"):g3}");
                text.Append(Invariant($"| {part} | {group.Key} | {group.Count()} | {failed.Count} | {nearest} |\n"));
                failures.AddRange(failed.Select(c => $"- {part}, {group.Key}: {c!["what"]}: {c["error"]}, allowed {c["limit"]}\n"));
            }
        }
        foreach (JsonNode? run in sanitizer)
        {
            int bad = (bool)run!["passed"]! ? 0 : 1;
            text.Append(Invariant($"| compute-sanitizer {run["tool"]} | {run["part"]} | | {bad} | {run["summary"]} |\n"));
        }
        if (failures.Count == 0) return;
        text.Append("\nFailed:\n\n").AppendJoin("", failures.Take(Failures));
        if (failures.Count > Failures) text.Append(Invariant($"- and {failures.Count - Failures} more in gpu-check.json\n"));
    }

    static void Curves(StringBuilder text, JsonNode? train)
    {
        if (train is null) return;
        text.Append("\n## FcnSmall on drawn scenes: mean loss per pixel\n\n");
        text.Append("| where | step 1 | step 5 | step 10 | middle | last |\n|---|---|---|---|---|---|\n");
        foreach (JsonNode? row in train["rows"]!.AsArray())
        {
            double[] losses = [.. row!["losses"]!.AsArray().Select(static l => l!.GetValue<double>())];
            if (losses.Length == 0) continue;
            string At(int step) => step < losses.Length ? losses[step].ToString("0.00000", CultureInfo.InvariantCulture) : "";
            text.Append($"| {row["where"]} | {At(0)} | {At(4)} | {At(9)} | {At(losses.Length / 2)} | {At(losses.Length - 1)} |\n");
        }
    }

    static void Speed(StringBuilder text, JsonNode? measure, JsonArray torch)
    {
        if (measure is null) return;
        text.Append("\n## How long, how much memory\n\n");
        text.Append("""
            Milliseconds on the device (events), median, 10th and 90th percentile; wall adds the copies between the program's memory and
            the card's. The peer is the fastest of PyTorch's modes; ratio: its time / ours, its peak memory / ours. Memory in MB: allocated
            at most, by the plan, taken from the card; of PyTorch's modes the one that takes least.

            | network | | precision | batch | ours | p10 | p90 | wall | PyTorch | mode | ratio | memory | plan | taken | PyTorch | ratio |

            """);
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (JsonNode? row in measure["rows"]!.AsArray())
        {
            List<JsonNode> peers = [.. torch.OfType<JsonNode>().Where(t => t["median_ms"] is not null && IsSame(t, row!))];
            JsonNode? fastest = peers.MinBy(static t => Number(t, "median_ms"));
            double theirs = peers.Select(static t => Number(t, "peak_mb")).DefaultIfEmpty(double.NaN).Min();
            Row(text, Text(row, "network"), Text(row, "kind"), Text(row, "precision"), Text(row, "batch"),
                In(row, "device_median_ms"), In(row, "device_p10_ms"), In(row, "device_p90_ms"), In(row, "wall_median_ms"),
                fastest is null ? "not measured" : In(fastest, "median_ms"), Text(fastest, "mode"),
                Words(Number(fastest, "median_ms") / Number(row, "device_median_ms"), "0.00"),
                In(row, "peak_mb", "0"), In(row, "plan_mb", "0"), In(row, "taken_mb", "0"),
                Words(theirs, "0"), Words(theirs / Number(row, "peak_mb"), "0.00"));
        }
    }

    static bool IsSame(JsonNode peer, JsonNode ours) =>
        ((string[])["network", "kind", "precision", "batch"]).All(k => Text(peer, k) == Text(ours, k));

    static void Starts(StringBuilder text, JsonNode? start, JsonArray torch)
    {
        if (start is null) return;
        text.Append("\n## From the start of a process to the first label map\n\n");
        text.Append("Parameters as allocated. Cold: no assembled kernel is kept yet. PyTorch: eager mode. Ratio: ours / its.\n\n");
        text.Append("| network | precision | ours cold ms | ours ms | PyTorch ms | ratio cold | ratio |\n|---|---|---|---|---|---|---|\n");
        foreach (JsonNode? row in start["rows"]!.AsArray())
        {
            double theirs = torch.Where(t => Text(t, "what") == "start")
                .Where(t => Text(t, "network") == Text(row, "network") && Text(t, "precision") == Text(row, "precision"))
                .Select(static t => Number(t, "first_result_ms")).DefaultIfEmpty(double.NaN).Min();
            Row(text, Text(row, "network"), Text(row, "precision"), In(row, "cold_ms", "0"), In(row, "warm_ms", "0"),
                double.IsNaN(theirs) ? "not measured" : Words(theirs, "0"),
                Words(Number(row, "cold_ms") / theirs, "0.00"), Words(Number(row, "warm_ms") / theirs, "0.00"));
        }
    }

    static void KernelTimes(StringBuilder text, JsonNode? kernels)
    {
        if (kernels is null) return;
        text.Append("\n## Which kernels take it\n\nLaunched one by one with events around each; the longest of each case.\n");
        foreach (JsonNode? row in kernels["rows"]!.AsArray())
        {
            string of = $"{row!["network"]}, {row["kind"]}, {row["precision"]}, batch {row["batch"]}";
            text.Append($"\n### {of}: {In(row, "sum_ms")} ms\n\n| kernel | ms | share | blocks |\n|---|---|---|---|\n");
            foreach (JsonNode? launch in row["launches"]!.AsArray().Take(Kernels))
            {
                Row(text, Text(launch, "kernel"), In(launch, "ms", "0.0000"),
                    Words(Number(launch, "ms") / Number(row, "sum_ms"), "0.0 %"), Text(launch, "blocks"));
            }
        }
    }

    static void NotRun(StringBuilder text, JsonObject all, JsonArray sanitizer, JsonArray torch, JsonArray skipped)
    {
        var lines = Settings.AllParts.Where(p => p != "report" && all[p] is null)
            .Select(static p => $"- {p}: not run in this folder\n").ToList();
        foreach (var (part, found) in all)
            foreach (var group in found!["not_run"]!.AsArray().GroupBy(static n => Text(n, "why")))
                lines.Add($"- {part}: {group.Key}: {string.Join("; ", group.Select(static n => Text(n, "what")))}\n");
        lines.AddRange(skipped.Select(static s => $"- {s!["what"]}: {s["why"]}\n"));
        if (sanitizer.Count == 0) lines.Add("- compute-sanitizer: no result in this folder\n");
        if (torch.Count == 0) lines.Add("- the peer: no result in this folder\n");
        lines.AddRange(torch.Where(static t => t!["error"] is not null)
            .Select(static t => $"- peer: {t!["network"]} {t["kind"]} {t["mode"]} {t["precision"]} x{t["batch"]}: {t["error"]}\n"));
        if (lines.Count > 0) text.Append("\n## Not run\n\n").AppendJoin("", lines);
    }

    static JsonNode? Read(string path) => File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null;

    // What a process that was killed left half written at the end is no line.
    static JsonArray Lines(string path)
    {
        var lines = new JsonArray();
        if (!File.Exists(path)) return lines;
        foreach (string line in File.ReadAllLines(path).Where(static l => l.StartsWith('{') && l.EndsWith('}')))
        {
            try
            {
                lines.Add(JsonNode.Parse(line));
            }
            catch (JsonException broken)
            {
                Console.Error.WriteLine($"{path}: a line is passed over: {broken.Message}");
            }
        }
        return lines;
    }

    static void Row(StringBuilder text, params ReadOnlySpan<string> cells)
    {
        text.Append('|');
        foreach (string cell in cells) text.Append(' ').Append(cell).Append(" |");
        text.Append('\n');
    }

    static string Text(JsonNode? node, string key) => node?[key]?.ToString() ?? "";

    static double Number(JsonNode? node, string key) =>
        node?[key] is JsonValue value && value.TryGetValue(out double number) ? number : double.NaN;

    static string In(JsonNode? node, string key, string format = "0.000") => Words(Number(node, key), format);

    static string Words(double number, string format) =>
        double.IsNaN(number) ? "" : number.ToString(format, CultureInfo.InvariantCulture);

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

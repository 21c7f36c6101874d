using Fcn.Generator.Collections;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Fcn.Generator.Source;

/// What the user's project wants compiled: its MSBuild properties FcnTargets, FcnPrecisions and FcnModes, each a list with ';' or ','
/// between words. Unknown: what no list knows, "property=word".
internal sealed record Selection(EquatableArray<string> Targets, EquatableArray<string> Precisions, EquatableArray<string> Modes, EquatableArray<string> Unknown)
{
    public const string Cpu = "cpu", Cuda = "cuda", Ilgpu = "ilgpu", Inference = "inference", Training = "training";

    private static readonly (string Property, string[] Words)[] Lists =
    [
        ("FcnTargets", [Cpu, Cuda, Ilgpu]),
        ("FcnPrecisions", ["fp32", "tf32", "bf16"]),
        ("FcnModes", [Inference, Training]),
    ];

    /// What an absent or empty property stands for: everything, ILGPU only where the project references it.
    public static Selection Read(AnalyzerConfigOptionsProvider options, CancellationToken _)
    {
        var (lists, unknown) = (new List<EquatableArray<string>>(), new List<string>());
        foreach (var (property, words) in Lists)
        {
            options.GlobalOptions.TryGetValue($"build_property.{property}", out string? text);
            var wanted = (text ?? "").Split(';', ',').Select(static w => w.Trim().ToLowerInvariant()).Where(static w => w.Length > 0).Distinct().ToList();
            unknown.AddRange(wanted.Where(w => !words.Contains(w)).Select(w => $"{property}={w}"));
            lists.Add((wanted.Count == 0 ? words : words.Where(wanted.Contains)).ToEquatableArray());
        }
        return new(lists[0], lists[1], lists[2], unknown.ToEquatableArray());
    }

    /// Everything.
    public static Selection All { get; } = new([Cpu, Cuda, Ilgpu], ["fp32", "tf32", "bf16"], [Inference, Training], []);

    /// The words that a property knows.
    public static string Words(string property) => string.Join(", ", Lists.First(l => l.Property == property).Words);
}

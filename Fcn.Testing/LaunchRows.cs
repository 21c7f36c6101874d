// Schedules of a network, as text in its generated files → the kernels that compute a layer. Rows: "launch LABEL KERNEL ITEMS ARGUMENT…". On GPUs a row is
// of all variants or of those whose first letters stand behind its first word (launch:ft), and a star in the kernel's name stands for the variant's.
using System.Text.RegularExpressions;

namespace Fcn.Testing;

internal static partial class LaunchRows
{
    /// Kernels by label, in the order of launches, each once.
    public static ILookup<string, string> Read(GeneratedFiles files, KernelTarget target)
    {
        string file = target is KernelTarget.Ptx or KernelTarget.Ilgpu ? "Cuda.g.cs" : "Cpu.g.cs";
        string[] lines = files.Find(file) ?? [];
        string[] variants = lines.Where(static line => line.StartsWith("variants ", StringComparison.Ordinal)).Select(static line => line.Split(' ')[1..])
            .FirstOrDefault([""]);
        return lines.Select(static line => Launch().Match(line)).Where(static row => row.Success)
            .SelectMany(row => variants.Where(v => Has(row, v)).Select(v => (
                Label: row.Groups["label"].Value, Kernel: row.Groups["kernel"].Value.Replace("*", v, StringComparison.Ordinal)))).Distinct()
            .ToLookup(static row => row.Label, static row => row.Kernel);
    }

    private static bool Has(Match row, string variant) => row.Groups["of"].Value is var of && (of == "" || of.Contains(variant[0]));

    [GeneratedRegex(@"^\s*launch(:(?<of>\w+))? (?<label>\S+) (?<kernel>[\w*]+) ")]
    private static partial Regex Launch();
}

// Schedules of a network, as text in its generated files → the kernels that compute a layer. Rows: "launch LABEL KERNEL ITEMS ARGUMENT…".
using System.Text.RegularExpressions;

namespace Fcn.Testing;

internal static partial class LaunchRows
{
    /// Kernels by label, in the order of launches, each once.
    public static ILookup<string, string> Read(GeneratedFiles files, KernelTarget target)
    {
        string file = target is KernelTarget.Ptx or KernelTarget.Ilgpu ? "Cuda.g.cs" : "Cpu.g.cs";
        return (files.Find(file) ?? []).Select(static line => Launch().Match(line)).Where(static row => row.Success)
            .Select(static row => (Label: row.Groups["label"].Value, Kernel: row.Groups["kernel"].Value)).Distinct()
            .ToLookup(static row => row.Label, static row => row.Kernel);
    }

    [GeneratedRegex(@"^\s*launch (?<label>\S+) (?<kernel>\w+) ")]
    private static partial Regex Launch();
}

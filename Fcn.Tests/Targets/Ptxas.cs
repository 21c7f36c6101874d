using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Fcn.Tests.Targets;

/// <summary>What ptxas says of one kernel.</summary>
internal sealed record AssembledKernel(string Name, int Registers, int StackBytes, int SpillBytes);

/// <summary>NVIDIA's assembler, where the environment variable FCN_PTXAS or PATH leads to it; tests can do without.</summary>
internal static partial class Ptxas
{
    private static readonly string? Program = Find();

    /// <summary>Whether it is there; says in the test's output if not.</summary>
    public static bool IsHere(ITestOutputHelper output)
    {
        if (Program is not null) return true;
        output.WriteLine("Not run: there is no ptxas (eng/fetch-ptxas.sh fetches one; FCN_PTXAS or PATH says where it is).");
        return false;
    }

    /// <summary>Assembles a module for an architecture level; fails with ptxas' words and the lines that it names.</summary>
    public static IReadOnlyList<AssembledKernel> Assemble(string module, int capability)
    {
        string source = Path.Combine(Path.GetTempPath(), $"fcn-{Guid.NewGuid():N}.ptx");
        File.WriteAllText(source, module);
        var start = new ProcessStartInfo(Program!, ["-v", "-arch", $"sm_{capability.ToString(CultureInfo.InvariantCulture)}", source, "-o", OperatingSystem.IsWindows() ? "NUL" : "/dev/null"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        string said = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ptxas for sm_{capability} of {source} ends with {process.ExitCode}:\n{Lines(said, module)}");
        File.Delete(source);
        return [.. Report().Matches(said).Select(m => new AssembledKernel(m.Groups["name"].Value, Number(m, "registers"), Number(m, "stack"), Number(m, "stores") + Number(m, "loads")))];
    }

    private static string Lines(string said, string module)
    {
        string[] lines = module.Split('\n');
        var named = LineNumber().Matches(said).Take(8).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        return said + string.Concat(named.Select(n => $"\n  line {n}: {lines[n - 1]}"));
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("FCN_PTXAS") is { Length: > 0 } named) return File.Exists(named) ? named : null;
        string name = OperatingSystem.IsWindows() ? "ptxas.exe" : "ptxas";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
    }

    [GeneratedRegex(@"Compiling entry function '(?<name>\w+)'[^\n]*\n[^\n]*Function properties[^\n]*\n\s*(?<stack>\d+) bytes stack frame, (?<stores>\d+) bytes spill stores, (?<loads>\d+) bytes spill loads\n[^\n]*Used (?<registers>\d+) registers")]
    private static partial Regex Report();

    [GeneratedRegex(@"line (\d+)")]
    private static partial Regex LineNumber();
}

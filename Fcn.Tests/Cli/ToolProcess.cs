using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fcn.Tests.Cli;

/// <summary>The tool in a process of its own, for what only the system can do to it: signals, full disks, terminals that close.</summary>
sealed partial class ToolProcess : IDisposable
{
    // Generous: a loaded machine starts a process in seconds.
    static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    readonly Process process;
    readonly Task<string> output, error;

    ToolProcess(string program, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        process = Process.Start(start)!;
        // Both are read while it runs: a pipe that nobody empties stops its writer.
        (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    static string[] Program => [Dotnet, "exec", typeof(ToolProcess).Assembly.Location, "fcn"];

    public static ToolProcess Start(params string[] args) => new(Program[0], [.. Program[1..], .. args]);

    /// <summary>In an environment with one more variable.</summary>
    public static ToolProcess Start((string Name, string Value) variable, params string[] args) =>
        new(Program[0], [.. Program[1..], .. args], variable);

    /// <summary>By way of a shell; "$@" is the tool with its arguments.</summary>
    public static ToolProcess StartIn(string shell, params string[] args) => new("sh", ["-c", shell, "sh", .. Program, .. args]);

    public bool HasEnded => process.HasExited;

    public void Send(int signal) => kill(process.Id, signal);

    /// <summary>Ends it if need be, and says how it ended: 128 and the signal where it was killed by one.</summary>
    public ToolResult Wait()
    {
        bool ended = process.WaitForExit(patience);
        if (!ended) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return ended
            ? new ToolResult(process.ExitCode, output.Result, error.Result)
            : throw new TimeoutException($"It did not end. Output: {output.Result} Errors: {error.Result}");
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}

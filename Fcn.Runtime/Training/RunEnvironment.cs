using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Reflection;
using Fcn.Files;

namespace Fcn.Training;

/// <summary>Where a run ran, in five lines: what a bug report needs.</summary>
public static class RunEnvironment
{
    /// <summary>Operating system, .NET, processor, device and version, one line each.</summary>
    /// <param name="engine">The engine whose device is named.</param>
    public static IReadOnlyList<string> Lines(Engine engine) =>
    [
        $"system: {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.OSArchitecture}",
        $".NET: {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture} process",
        $"processor: {Processor()}, {Vectors()}, {Environment.ProcessorCount} threads",
        $"device: {engine.Device}",
        $"version: {Version() ?? "unknown"}",
    ];

    static string? Version() => typeof(Network).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    static string Vectors() =>
        Avx512F.IsSupported ? "AVX-512"
        : Avx2.IsSupported ? "AVX2"
        : AdvSimd.IsSupported ? "AdvSimd"
        : Vector128.IsHardwareAccelerated ? "128-bit vectors"
        : "no vectors";

    // Linux and Windows name the processor; elsewhere, or where a sandbox hides it, the architecture has to do.
    internal static string Processor(string file = "/proc/cpuinfo")
    {
        string? line = null;
        try
        {
            IEnumerable<string> lines = File.Exists(file) ? File.ReadLines(file) : [];
            line = lines.FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal));
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            // A run does not end over a line of its log.
        }
        return line?[(line.IndexOf(':') + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}

// What --device may name. The tool knows the CPU, NVIDIA GPUs and ILGPU; a program adds kinds of its own.
using System.Globalization;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Devices.Ilgpu;

namespace Fcn.Cli;

/// <summary>A kind of device, by its name on the command line.</summary>
/// <param name="Name">What <c>--device</c> calls it, such as <c>cuda</c>.</param>
/// <param name="Choices">What may follow behind a colon; <c>n</c> stands for any number.</param>
/// <param name="Open">Opens one; what it returns is disposed where it can be.</param>
public sealed record DeviceKind(string Name, IReadOnlyList<string> Choices, Func<DeviceRequest, Device> Open)
{
    const string Number = "n";

    /// <summary>As help and errors show it: <c>cuda[:n]</c>.</summary>
    public string Form => Choices.Count == 0 ? Name : $"{Name}[:{string.Join('|', Choices)}]";

    /// What follows the colon, empty without one; null where the text does not name this kind.
    internal string? Choice(string text)
    {
        if (text == Name) return "";
        if (!text.StartsWith(Name + ":", StringComparison.Ordinal)) return null;
        string choice = text[(Name.Length + 1)..];
        return Choices.Contains(choice) || (Choices.Contains(Number) && Ordinal(choice) is not null) ? choice : null;
    }

    internal static DeviceKind Cpu { get; } = new("cpu", [], static request => request.Precision == CudaPrecision.Fp32
        ? new CpuDevice(request.Threads, request.Simd)
        : throw new FcnException($"--precision {request.Precision.ToString().ToLowerInvariant()} is for GPUs: the CPU computes in fp32."));

    internal static DeviceKind Cuda { get; } = new("cuda", [Number], static request =>
        new CudaDevice(Ordinal(request.Choice) ?? 0, request.Precision));

    internal static DeviceKind Ilgpu { get; } = new("ilgpu", ["cuda", "opencl", "cpu"], static request =>
        IlgpuDevice.Open(request.Choice, request.Precision));

    static int? Ordinal(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) ? ordinal : null;
}

/// <summary>What is known when a device is opened.</summary>
/// <param name="Choice">What was typed behind the colon; empty without one.</param>
/// <param name="Precision">How it should multiply; fp32 unless something else was asked for.</param>
/// <param name="Threads">Threads of a CPU, 0 for one per core.</param>
/// <param name="Simd">The widest vectors of a CPU; null for the widest there are.</param>
public sealed record DeviceRequest(string Choice, CudaPrecision Precision, int Threads, SimdLevel? Simd);

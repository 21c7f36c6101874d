// --device, --precision, --threads and --simd → a device, and why it is that one.
using System.Globalization;
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;

namespace Fcn.Cli;

/// An open device.
sealed class DeviceChoice : IDisposable
{
    public const string Auto = "auto", Cpu = "cpu", Cuda = "cuda";

    readonly CpuDevice? cpu;
    readonly CudaDevice? cuda;

    DeviceChoice(CpuDevice device) => cpu = device;

    DeviceChoice(CudaDevice device) => cuda = device;

    public Device Device => cpu ?? (Device)cuda!;

    public string Name => Device.Name;

    /// Null on the CPU.
    public CudaDevice? Gpu => cuda;

    /// Times launches while set.
    public LaunchProfile? Profile
    {
        set
        {
            if (cpu is not null) cpu.Pool.Profile = value;
            if (cuda is not null) cuda.Profile = value;
        }
    }

    /// Opens what was asked for; where that is left to the tool, says what was taken and why.
    public static DeviceChoice Open(Terminal terminal, RunConfig config, string network, Func<Device, Network> open)
    {
        if (Check(config.Device) == Cpu)
        {
            if (config.Precision is { } other and not CudaPrecision.Fp32)
                throw new FcnException($"--precision {other.ToString().ToLowerInvariant()} is for GPUs: the CPU computes in fp32.");
            return new DeviceChoice(new CpuDevice(config.Threads, config.Simd));
        }
        CudaPrecision precision = config.Precision ?? CudaPrecision.Fp32;
        if (config.Device != Auto) return new DeviceChoice(new CudaDevice(Ordinal(config.Device)!.Value, precision));

        (int? ordinal, string why) = Decide(CodeReader.Read(open), network, CudaDevice.Find);
        DeviceChoice choice = ordinal is { } card ? new(new CudaDevice(card, precision)) : new(new CpuDevice(config.Threads, config.Simd));
        string fallBack = ordinal is null && precision != CudaPrecision.Fp32 ? " in fp32" : "";
        terminal.Line($"Device: {choice.Name}{fallBack}, because {why}.");
        return choice;
    }

    /// The GPU to take, null for the CPU; and a reason that follows a "because".
    public static (int? Ordinal, string Why) Decide(NetworkCode? code, string network, Func<CudaFinding> find)
    {
        if (code?.Cuda is null) return (null, $"{network} was built without CUDA kernels");
        CudaFinding found = find();
        return (found.Ordinal, found.Ordinal is null ? found.Words : "it is the first GPU that networks can run on");
    }

    /// The text itself, if it names a device.
    public static string Check(string text) => text is Auto or Cpu || Ordinal(text) is not null
        ? text
        : throw new FcnException($"--device {text}: expected auto, cpu, cuda or the number of a GPU such as cuda:1.");

    public void Dispose()
    {
        cpu?.Dispose();
        cuda?.Dispose();
    }

    static int? Ordinal(string text)
    {
        if (text == Cuda) return 0;
        string prefix = Cuda + ":";
        return text.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) ? ordinal : null;
    }
}

// --device, --precision, --threads and --simd → a device, and why it is that one.
using Fcn.Cli.Output;
using Fcn.Cli.Settings;
using Fcn.Devices;
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;

namespace Fcn.Cli;

/// An open device.
sealed class DeviceChoice(Device device) : IDisposable
{
    public Device Device => device;

    public string Name => device.Name;

    /// Null where no kernels for GPUs run.
    public GpuDevice? Gpu => device as GpuDevice;

    /// Opens what was asked for; where that is left to the tool, says what was taken and why.
    public static DeviceChoice Open(Session session, RunConfig config, CatalogEntry network)
    {
        DeviceChoice choice = Choose(session, config, network);
        if (choice.Device.Advice is { } advice) session.Terminal.Hint(advice);
        return choice;
    }

    static DeviceChoice Choose(Session session, RunConfig config, CatalogEntry network)
    {
        if (session.Devices.Find(config.Device) is (var kind, var choice)) return new DeviceChoice(kind.Open(Request(config, choice)));

        (int? ordinal, string why) = Decide(network.Code(), network.Name, CudaDevice.Find);
        DeviceRequest request = Request(config, ordinal?.ToString() ?? "");
        var chosen = new DeviceChoice(
            ordinal is null ? DeviceKind.Cpu.Open(request with { Precision = CudaPrecision.Fp32 }) : DeviceKind.Cuda.Open(request));
        string fallBack = ordinal is null && request.Precision != CudaPrecision.Fp32 ? " in fp32" : "";
        session.Terminal.Line($"Device: {chosen.Name}{fallBack}, because {why}.");
        return chosen;
    }

    /// The GPU to take, null for the CPU; and a reason that follows a "because".
    public static (int? Ordinal, string Why) Decide(NetworkCode code, string network, Func<CudaFinding> find)
    {
        if (code.Nvidia is null) return (null, $"{network} was built without CUDA kernels");
        CudaFinding found = find();
        return (found.Ordinal, found.Ordinal is null ? found.Words : "it is the first GPU that networks can run on");
    }

    public void Dispose() => (device as IDisposable)?.Dispose();

    static DeviceRequest Request(RunConfig config, string choice) =>
        new(choice, config.Precision ?? CudaPrecision.Fp32, config.Threads, config.Simd);
}

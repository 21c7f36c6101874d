using Fcn.Devices.Cuda;

namespace Fcn.Devices.Gpu;

// What engines that launch a network's GPU kernels have in common, whoever launches: NVIDIA's driver or ILGPU.

/// <summary>A device that runs a network's kernels for GPUs.</summary>
public abstract class GpuDevice : Device
{
    private protected GpuDevice(CudaPrecision precision) => Precision = precision;

    /// <summary>How convolutions multiply.</summary>
    public CudaPrecision Precision { get; }

    /// <summary>Compute capability, such as 90 for 9.0; 75 where there is no NVIDIA card: kernels without matrix units run.</summary>
    public abstract int Capability { get; }

    /// <summary>Whether runs are timed as a whole; results come back a little later then. Set between calls of the networks.</summary>
    public bool TimesKernels { get; set; }

    /// <summary>Time that kernels took since the device was opened, while <see cref="TimesKernels"/> was set; copies apart.</summary>
    public TimeSpan KernelTime { get; private set; }

    // For tests: arenas are filled with NaNs before every run, so that what reads a buffer before it is written shows.
    internal bool Poison { get; init; }

    // For tests: every buffer lies in memory of its own, so that what a kernel does beyond one shows.
    internal bool Apart { get; init; }

    internal void AddKernelTime(TimeSpan time) => KernelTime += time;

    // The part of a program for this device: of its precision, the highest level that it reaches.
    private protected CudaVariant Variant(string network, string device, CudaProgram program, string otherwise)
    {
        if (program.Variant(Precision, Capability) is { } variant) return variant;
        var possible = Enum.GetValues<CudaPrecision>().Where(p => program.Variant(p, Capability) is not null);
        string others = string.Join(", ", possible.Select(static p => p.ToString().ToLowerInvariant()));
        var needed = program.Variants.Where(v => v.Precision == Precision).Select(static v => v.Capability).DefaultIfEmpty(0).Min();
        string word = Precision.ToString().ToLowerInvariant();
        throw new FcnException(
            $"{device} cannot run {network} in {word}: " +
            (needed == 0
                ? $"it was compiled without kernels of this precision. Add '{word}' to the property FcnPrecisions of the project that declares it. "
                : $"compute capability {Words(needed)} is needed. ") +
            (others.Length == 0 ? otherwise : $"It can in {others} (--precision)."));
    }

    private protected static string Words(int capability) => FormattableString.Invariant($"{capability / 10}.{capability % 10}");
}

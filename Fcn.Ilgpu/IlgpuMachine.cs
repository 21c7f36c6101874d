// What was asked for → one of the devices that ILGPU finds, opened.
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using GpuCard = Fcn.Devices.Gpu.GpuCard;

namespace Fcn.Devices.Ilgpu;

internal sealed record IlgpuMachine(Context Context, Accelerator Accelerator, IlgpuBackend Backend, string Place, GpuCard Card)
    : IDisposable
{
    // Groups of up to 256 threads, in warps of 32 as on NVIDIA GPUs; one at a time.
    private const int Warp = 32, Warps = 8, Processors = 1;

    /// <exception cref="FcnException">There is no such device, or ILGPU cannot use it.</exception>
    public static IlgpuMachine Open(IlgpuBackend backend, int ordinal)
    {
        CudaLibrary.Locate();
        Context context = Context.Create(builder => Enable(builder, backend));
        try
        {
            ILGPU.Runtime.Device device = Choose(context, backend, ordinal);
            Accelerator accelerator = device.CreateAccelerator(context);
            string place = $"ilgpu:{Words(Of(device))}" + (device is CPUDevice ? "" : FormattableString.Invariant($":{ordinal}"));
            return new IlgpuMachine(context, accelerator, Of(device), place, Facts(device, ordinal, place));
        }
        catch (Exception e) when (IlgpuFault.IsOne(e))
        {
            context.Dispose();
            throw IlgpuFault.Of($"the opening of a device ({Words(backend)})", e);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Accelerator.Dispose();
        Context.Dispose();
    }

    /// As on the command line.
    public static string Words(IlgpuBackend backend) => backend.ToString().ToLowerInvariant();

    // The optimiser at its highest level: below it, memory is reached through generic addresses. Markers in streams count as profiling.
    private static void Enable(Context.Builder builder, IlgpuBackend backend)
    {
        builder.EnableAlgorithms().Optimize(OptimizationLevel.O2).Profiling();
        if (backend is IlgpuBackend.Auto or IlgpuBackend.Cuda) builder.Cuda();
        if (backend is IlgpuBackend.Auto or IlgpuBackend.OpenCl) builder.OpenCL(static _ => true);
        if (backend is IlgpuBackend.Auto or IlgpuBackend.Cpu) builder.CPU(new CPUDevice(Warp, Warps, Processors));
    }

    private static ILGPU.Runtime.Device Choose(Context context, IlgpuBackend backend, int ordinal)
    {
        ILGPU.Runtime.Device[] all = [.. context.Devices.Where(d => backend == IlgpuBackend.Auto || Of(d) == backend)];
        if (backend == IlgpuBackend.Auto)
        {
            IlgpuBackend first = all.Where(IsUsable).Select(Of).Min();
            all = [.. all.Where(d => IsUsable(d) && Of(d) == first)];
            backend = first;
        }
        if (all.Length == 0) throw new FcnException($"ILGPU finds no device for ilgpu:{Words(backend)}: {Missing(backend)}.");
        if (ordinal < 0 || ordinal >= all.Length)
        {
            string names = string.Join(", ", all.Select(static (d, i) => $"{i} ({d.Name})"));
            throw new FcnException($"There is no device {ordinal} of ilgpu:{Words(backend)}. Those here: {names}.");
        }
        return IsUsable(all[ordinal])
            ? all[ordinal]
            : throw new FcnException(
                $"ILGPU cannot use {all[ordinal].Name}: its OpenCL has no generic address space, in which ILGPU's code computes. " +
                "A newer driver may have it; otherwise run without ILGPU (--device cpu).");
    }

    private static string Missing(IlgpuBackend backend) => backend == IlgpuBackend.Cuda
        ? Fcn.Devices.Cuda.CudaDevice.Find() is { Ordinal: null } none ? none.Words : "it does not see the GPU that the driver reports"
        : "no OpenCL driver shows one";

    private static bool IsUsable(ILGPU.Runtime.Device device) => device is not CLDevice { Capabilities.GenericAddressSpace: false };

    private static IlgpuBackend Of(ILGPU.Runtime.Device device) => device.AcceleratorType switch
    {
        AcceleratorType.Cuda => IlgpuBackend.Cuda,
        AcceleratorType.OpenCL => IlgpuBackend.OpenCl,
        _ => IlgpuBackend.Cpu,
    };

    // Kernels without matrix units need no particular card: elsewhere, and below it, their level is taken for granted.
    private static GpuCard Facts(ILGPU.Runtime.Device device, int ordinal, string place)
    {
        int capability = device is CudaDevice { Architecture: { } level } ? 10 * level.Major + level.Minor : 0;
        string name = device switch
        {
            CudaDevice => $"{device.Name}, sm_{capability}",
            CPUDevice => $"simulated, {device.MaxNumThreadsPerGroup} threads",
            _ => device.Name,
        };
        return new GpuCard(
            ordinal, name, Math.Max(capability, GpuCard.NeededCapability), device.NumMultiprocessors, device.MaxSharedMemoryPerGroup)
        {
            Words = $"{place} ({name})",
        };
    }
}

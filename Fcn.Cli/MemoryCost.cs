using Fcn.Data;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;

namespace Fcn.Cli;

/// Bytes for one image by the compiler's memory plan: on the CPU, and on a GPU in fp32 where there are kernels for one. Takes none of them.
sealed record MemoryCost(long Parameters, long Segment, long Training, GpuMemory? Gpu)
{
    public static MemoryCost Of(CatalogEntry entry, PixelSize at)
    {
        NetworkCode code = entry.Code();
        CpuProgram cpu = code.Cpu ?? throw new FcnException($"{entry.Name} was compiled without kernels for CPUs: its memory is not known.");
        return new MemoryCost(
            entry.Summary.ParameterCount * sizeof(float), Plan(RunMode.Segment), Plan(RunMode.Training), GpuMemory.Of(entry, code, at));

        long Plan(RunMode mode) => cpu.Memory(entry.Summary, mode, images: 1, at.Height, at.Width).Bytes;
    }
}

/// Beyond parameters, gradients and momentum.
sealed record GpuMemory(long Segment, long Training)
{
    // Of an H100 or H200. Cards with fewer split sums less finely and need a little less.
    public const int Processors = 132;

    public static GpuMemory? Of(CatalogEntry entry, NetworkCode code, PixelSize at)
    {
        if (code.Cuda?.Variant(CudaPrecision.Fp32, int.MaxValue) is not { } variant) return null;
        return new GpuMemory(Plan(RunMode.Segment), Plan(RunMode.Training));

        long Plan(RunMode mode) =>
            variant.PackedBytes(entry.Summary, mode == RunMode.Training) +
            variant.Memory(entry.Summary, mode, images: 1, at.Height, at.Width, Processors).Bytes;
    }
}

using Fcn.Data;
using Fcn.Devices;
using Fcn.Devices.Cuda;

namespace Fcn.Cli;

/// Bytes for one image by the compiler's memory plan: on the CPU, and on a GPU in fp32; null where there are no kernels for one. Takes none
/// of them.
sealed record MemoryCost(long Parameters, WorkingMemory? Cpu, WorkingMemory? Gpu)
{
    // Of an H100 or H200. Cards with fewer split sums less finely and need a little less.
    public const int Processors = 132;

    public static MemoryCost Of(CatalogEntry entry, PixelSize at)
    {
        var (network, code) = (entry.Summary, entry.Code());
        return new MemoryCost(network.ParameterCount * sizeof(float),
            code.Cpu is not { } cpu ? null : WorkingMemory.Of(
                mode => cpu.Has(network, mode),
                mode => cpu.PreparedBytes(network, mode == RunMode.Training) + cpu.Memory(network, mode, images: 1, at.Height, at.Width).Bytes),
            code.Cuda?.Variant(CudaPrecision.Fp32, int.MaxValue) is not { } gpu ? null : WorkingMemory.Of(
                mode => gpu.Has(network, mode),
                mode => gpu.PackedBytes(network, mode == RunMode.Training)
                    + gpu.Memory(network, mode, images: 1, at.Height, at.Width, Processors).Bytes));
    }
}

/// Beyond parameters, gradients and momentum; null for a mode that was not compiled.
sealed record WorkingMemory(long? Segment, long? Training)
{
    public static WorkingMemory Of(Func<RunMode, bool> has, Func<RunMode, long> bytes)
    {
        return new WorkingMemory(Plan(RunMode.Segment), Plan(RunMode.Training));

        long? Plan(RunMode mode) => has(mode) ? bytes(mode) : null;
    }
}

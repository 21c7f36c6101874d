using Fcn.Data;
using Fcn.Devices.Cpu;

namespace Fcn.Cli;

/// Bytes for one image on the CPU, by the compiler's memory plan.
sealed record MemoryCost(long Parameters, long Segment, long Training)
{
    public static MemoryCost Of(CatalogEntry entry, PixelSize at)
    {
        using var device = new CpuDevice(threads: 1);
        // Its parameters are never touched, so the system never gives them memory.
        using Network network = entry.Open(device);
        return new MemoryCost(entry.Summary.ParameterCount * sizeof(float), Plan(RunMode.Segment), Plan(RunMode.Training));

        long Plan(RunMode mode) => network.Engine.PlannedBytes(mode, images: 1, at.Height, at.Width);
    }
}

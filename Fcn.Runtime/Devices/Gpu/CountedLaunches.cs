using Fcn.Devices.Cuda;

namespace Fcn.Devices.Gpu;

// Grids that a card takes.
internal static class CountedLaunches
{
    /// Kernels count their threads in 32 bits.
    /// <exception cref="FcnException">There are more.</exception>
    public static void Check(CudaKernel kernel, long blocks)
    {
        if (blocks >= 0 && blocks <= int.MaxValue / kernel.Threads) return;
        throw new FcnException($"{kernel.Name} would take {blocks} blocks of {kernel.Threads} threads; " +
            $"{int.MaxValue} threads can be counted. Use smaller images, or fewer at a time.");
    }
}

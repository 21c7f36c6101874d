using Fcn.Devices.Cuda;

namespace Fcn.Devices.Gpu;

// A run without a card: launches nothing, but looks whether every grid is one that a card takes.
internal sealed class CountedLaunches(IReadOnlyList<CudaKernel> kernels) : CudaStream
{
    public override void Launch(int kernel, long blocks, ReadOnlySpan<ulong> arguments) => Check(kernels[kernel], blocks);

    /// Kernels count their threads in 32 bits.
    /// <exception cref="FcnException">There are more.</exception>
    public static void Check(CudaKernel kernel, long blocks)
    {
        if (blocks >= 0 && blocks <= int.MaxValue / kernel.Threads) return;
        throw new FcnException($"{kernel.Name} would take {blocks} blocks of {kernel.Threads} threads; " +
            $"{int.MaxValue} threads can be counted. Use smaller images, or fewer at a time.");
    }
}

using Fcn.Devices.Cuda;

namespace Fcn.Devices.Ilgpu;

// A variant's kernels by the methods of their names. The device keeps what it compiled: networks of one class share it.
internal sealed class IlgpuKernels(IlgpuDriver driver, CudaVariant variant, IlgpuProgram program) : LoadedKernels(variant)
{
    // Methods of lower variants have the size of their shared memory in their text; matrix units need more than a text may ask for.
    private readonly bool _isDynamic = variant.Capability >= IlgpuDevice.MatrixUnits;

    protected override nint Load(int kernel)
    {
        var (known, card) = (Kernels[kernel], driver.Card);
        if (known.Threads > driver.MostThreads)
            throw new FcnException($"Kernel {known.Name} has groups of {known.Threads} threads; {card} takes {driver.MostThreads}.");
        if (!_isDynamic && known.SharedBytes > card.SharedBytesPerBlock)
        {
            throw new FcnException(
                $"Kernel {known.Name} takes {known.SharedBytes} bytes of shared memory; {card} has {card.SharedBytesPerBlock}.");
        }
        return driver.Compile(program.Kernels[known.Name].Method, known.Name, known.Threads, _isDynamic ? known.SharedBytes : 0);
    }
}

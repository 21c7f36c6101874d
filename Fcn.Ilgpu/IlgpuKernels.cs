using System.Reflection;
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;

namespace Fcn.Devices.Ilgpu;

// A variant's kernels by the methods of their names. The device keeps what it compiled: networks of one class share it.
internal sealed class IlgpuKernels(IlgpuDriver driver, CudaVariant variant, IlgpuProgram program) : LoadedKernels(variant)
{
    // Dynamic shared memory begins where ILGPU puts it; the text goes on to the next multiple of 128 bytes.
    private const int Alignment = 128;

    protected override nint Load(int kernel)
    {
        var (known, card) = (Kernels[kernel], driver.Card);
        if (known.Threads > driver.MostThreads)
            throw new FcnException($"Kernel {known.Name} has groups of {known.Threads} threads; {card} takes {driver.MostThreads}.");
        MethodInfo method = program.Kernels[known.Name].Method;
        int dynamicBytes = IsDynamic(method) ? known.SharedBytes + Alignment : 0;
        if (dynamicBytes == 0 && known.SharedBytes > card.SharedBytesPerBlock)
        {
            throw new FcnException(
                $"Kernel {known.Name} takes {known.SharedBytes} bytes of shared memory; {card} has {card.SharedBytesPerBlock}.");
        }
        return driver.Compile(method, known.Name, known.Threads, dynamicBytes);
    }

    // Tiles of matrix units, which take more shared memory than a text may ask for, are filled by assembly from addresses. All other methods have
    // their arrays in the text.
    private static bool IsDynamic(MethodInfo method) => method.GetParameters().Any(static p => p.IsDefined(typeof(DeviceAddressAttribute), inherit: false));
}

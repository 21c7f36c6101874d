using Fcn.Devices.Cuda;
using Fcn.Devices.Schedules;

namespace Fcn.Devices.Gpu;

// A variant's kernels on a device, each made ready when a schedule first needs it: a network that only segments never loads its gradients.
internal abstract class LoadedKernels(CudaVariant variant) : IDisposable
{
    private readonly nint[] _functions = new nint[variant.Kernels.Count];

    public IReadOnlyList<CudaKernel> Kernels => variant.Kernels;

    /// Makes the kernels of a schedule ready to launch.
    /// <exception cref="FcnException">A kernel is refused; with the assembler's log.</exception>
    public void Load(Schedule schedule) => Load(schedule.Launches.Select(static l => l.Kernel).Distinct().Order());

    /// The same for kernels by their numbers.
    public void Load(IEnumerable<int> kernels)
    {
        foreach (int kernel in kernels)
        {
            if (_functions[kernel] == 0) _functions[kernel] = Load(kernel);
        }
    }

    /// 0 before it was loaded.
    public nint Function(int kernel) => _functions[kernel];

    public virtual void Dispose() => Array.Clear(_functions);

    /// What the driver launches.
    protected abstract nint Load(int kernel);
}

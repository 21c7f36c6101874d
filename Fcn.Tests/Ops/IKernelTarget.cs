using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Ptx;

namespace Fcn.Tests.Ops;

// What kernels become before the emulated device runs them: PTX or C# in ILGPU's dialect.
internal interface IKernelTarget
{
    /// These will be launched: whoever compiles can do it at once.
    void Announce(IEnumerable<Kernel> kernels);

    /// Runs a kernel; arguments by the names of its fields.
    void Launch(Kernel kernel, GpuMachine machine, int blocks, Func<string, long> argument, DeviceMemory memory);
}

namespace Fcn.Devices.Ilgpu;

/// <summary>
/// A network's kernels as static methods in the dialect of C# that ILGPU compiles. Schedules, parameters and launches are those of the
/// network's <see cref="Cuda.CudaProgram"/>. Constructed by generated code; the device that runs it is in the package Fcn.Ilgpu. Programs
/// that do not open one need no ILGPU: the methods' parameters are its types, and nothing touches them before <see cref="Kernels"/> is read.
/// </summary>
/// <param name="methods">
/// The methods by the names of the CUDA kernels that they stand for (<see cref="Cuda.CudaKernel.Name"/>). A method takes the same arguments in
/// the same order: an <c>ArrayView</c>, or a <see cref="DeviceAddressAttribute"/>, where the kernel takes an address.
/// </param>
public sealed class IlgpuProgram(Func<IReadOnlyDictionary<string, Delegate>> methods)
{
    private readonly Lazy<IReadOnlyDictionary<string, Delegate>> _kernels = new(methods);

    /// <summary>The methods by the kernels' names.</summary>
    public IReadOnlyDictionary<string, Delegate> Kernels => _kernels.Value;
}

/// <summary>On a <c>long</c> of a kernel: an address in the device's memory, which only inline assembly reads. Other longs are numbers.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DeviceAddressAttribute : Attribute;

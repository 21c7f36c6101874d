namespace Fcn.Devices.Ilgpu;

/// <summary>
/// A network's kernels as static methods in the dialect of C# that ILGPU compiles. Schedules, parameters and launches are those of the
/// network's <see cref="Cuda.CudaProgram"/>. Constructed by generated code; the device that runs it is in the package Fcn.Ilgpu.
/// </summary>
/// <param name="Kernels">
/// The methods by the names of the CUDA kernels that they stand for (<see cref="Cuda.CudaKernel.Name"/>). A method takes the same arguments in
/// the same order: an <c>ArrayView</c>, or a <see cref="DeviceAddressAttribute"/>, where the kernel takes an address.
/// </param>
public sealed record IlgpuProgram(IReadOnlyDictionary<string, Delegate> Kernels);

/// <summary>On a <c>long</c> of a kernel: an address in the device's memory, which only inline assembly reads. Other longs are numbers.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DeviceAddressAttribute : Attribute;

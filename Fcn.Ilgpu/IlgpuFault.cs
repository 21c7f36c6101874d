// What ILGPU throws → the errors that the engine knows.
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;
using CudaError = ILGPU.Runtime.Cuda.CudaError;
using NvidiaException = ILGPU.Runtime.Cuda.CudaException;

namespace Fcn.Devices.Ilgpu;

internal static class IlgpuFault
{
    public static bool IsOne(Exception e) =>
        e is AcceleratorException or InternalCompilerException or NotSupportedException or OutOfMemoryException or ArgumentException
            or CapabilityNotSupportedException;

    /// <param name="operation">The call in words. Kernels run behind the calls: it may be an earlier one's fault.</param>
    /// <param name="e">What came out of it.</param>
    public static FcnException Of(string operation, Exception e) => e switch
    {
        NvidiaException nvidia => new CudaException(Code(nvidia.Error), nvidia.Error, null, $"{operation} (through ILGPU)"),
        CLException { Error: CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_OUT_OF_HOST_MEMORY } full =>
            NoMemory($"The OpenCL driver refused {operation}: {full.Error} ({(int)full.Error}).", full),
        CLException opencl => new FcnException($"The OpenCL driver refused {operation}: {opencl.Error} ({(int)opencl.Error}).", opencl),
        OutOfMemoryException => NoMemory($"There is no memory for {operation}.", e),
        _ => new FcnException($"ILGPU refused {operation}: {Innermost(e).Message.Trim()}", e),
    };

    // ILGPU keeps the name of the code, or its number where it knows no name.
    private static int Code(string error) => (int)Enum.Parse<CudaError>(error);

    private static GpuException NoMemory(string words, Exception e) => new(words, GpuFault.OutOfMemory, e);

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}

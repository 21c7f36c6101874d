// What ILGPU lacks of the NVIDIA driver: where its library lies on Linux, and shared memory beyond 48 KB.
using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace Fcn.Devices.Ilgpu;

internal static unsafe class CudaLibrary
{
    private const int MaxDynamicSharedBytes = 8; // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES

    /// Before the first context. ILGPU looks for libcuda.so, which is the toolkit's; the driver's is libcuda.so.1.
    public static void Locate()
    {
        // On Windows the name is right. Within WSL ILGPU sets a resolver itself, and a second one is refused.
        if (!OperatingSystem.IsLinux() || Directory.Exists("/usr/lib/wsl/lib")) return;
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Find);
        }
        catch (InvalidOperationException)
        {
            // There is one: ours, or the program's, which knows better.
        }
    }

    /// The context is current.
    public static void AllowSharedMemory(CudaKernel kernel, int bytes)
    {
        nint library = Open();
        var set = (delegate* unmanaged<nint, int, int, int>)NativeLibrary.GetExport(library, "cuFuncSetAttribute");
        var result = (CudaError)set(kernel.FunctionPtr, MaxDynamicSharedBytes, bytes);
        if (result != CudaError.CUDA_SUCCESS) throw new CudaException(result);
    }

    private static nint Find(string name, Assembly assembly, DllImportSearchPath? path) => name == "cuda" ? Open() : 0;

    // 0 leaves it to the usual search.
    private static nint Open()
    {
        foreach (string name in Fcn.Devices.Cuda.NativeDriver.Libraries)
        {
            if (NativeLibrary.TryLoad(name, out nint library)) return library;
        }
        return 0;
    }
}

namespace Fcn.Devices.Ilgpu;

/// <summary>What ILGPU compiles a network's kernels for.</summary>
public enum IlgpuBackend
{
    /// <summary>The first of the following that is there.</summary>
    Auto,

    /// <summary>An NVIDIA GPU, through PTX and its driver.</summary>
    Cuda,

    /// <summary>A device with OpenCL and its generic address space.</summary>
    OpenCl,

    /// <summary>ILGPU's simulated device: a thread of the operating system per thread of the kernel. For tests; very slow.</summary>
    Cpu,
}

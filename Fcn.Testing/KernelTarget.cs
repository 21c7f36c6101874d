// The kinds of code that a network is compiled to: a closed set, in the order of the README.
namespace Fcn.Testing;

/// <summary>What a kernel was compiled to.</summary>
public enum KernelTarget
{
    /// <summary>C# for 512-bit vectors.</summary>
    Avx512,

    /// <summary>C# for 256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>C# for 128-bit vectors of any processor.</summary>
    Portable,

    /// <summary>PTX, the assembly language of NVIDIA GPUs, for all precisions and architecture levels.</summary>
    Ptx,

    /// <summary>C# for ILGPU; there only if the project that declares the network references ILGPU.</summary>
    Ilgpu,
}

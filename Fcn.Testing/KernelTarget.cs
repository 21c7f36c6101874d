// The kinds of code that a network is compiled to: a closed set, in the order of the README.
namespace Fcn.Testing;

/// <summary>What a kernel was compiled to.</summary>
public enum KernelTarget
{
    /// <summary>C# for CPUs: one text for vectors of all widths.</summary>
    Cpu,

    /// <summary>PTX, the assembly language of NVIDIA GPUs, for all precisions and architecture levels.</summary>
    Ptx,

    /// <summary>C# for ILGPU; there only if the project that declares the network references ILGPU.</summary>
    Ilgpu,
}

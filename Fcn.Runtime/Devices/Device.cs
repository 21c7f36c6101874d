namespace Fcn.Devices;

/// <summary>Where networks run. One device serves any number of networks.</summary>
public abstract class Device
{
    /// <summary>The device in words, such as <c>cpu (AVX-512, 2 threads)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// A sentence for whoever runs the process, where it makes less of the device than it could; null where it does not. A program that never
    /// asks has it said once on the error stream, when its first network opens.
    /// </summary>
    public virtual string? Advice => null;

    /// <summary>Times launches one by one while set. Set between calls of the networks.</summary>
    public virtual LaunchProfile? Profile { get; set; }

    /// <summary>Puts a network on this device: allocates its parameters (zeros) and prepares its kernels.</summary>
    /// <param name="network">The layer table and the parameters.</param>
    /// <param name="code">The network's generated code.</param>
    public abstract Engine Open(NetworkSummary network, NetworkCode code);
}

/// <summary>What the generator made of a network, per kind of device. Constructed by generated code.</summary>
/// <param name="Cpu">Kernels and schedules for CPUs; null where the project's FcnTargets leave them out.</param>
/// <param name="Cuda">Schedules for GPUs, and kernels for NVIDIA's driver unless they are left out; null where no GPU is a target.</param>
/// <param name="Ilgpu">The same kernels for ILGPU; null where the project that declares the network does not reference ILGPU or leaves them out.</param>
public sealed record NetworkCode(Cpu.CpuProgram? Cpu, Cuda.CudaProgram? Cuda = null, Ilgpu.IlgpuProgram? Ilgpu = null)
{
    /// Kernels for NVIDIA's driver; null where there are none.
    internal Cuda.CudaProgram? Nvidia => Cuda is { Targets.Count: > 0 } ? Cuda : null;
}

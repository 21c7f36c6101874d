using Fcn.Devices.Gpu;

namespace Fcn.Devices.Cuda;

/// <summary>A network's generated code for NVIDIA GPUs. Constructed by generated code.</summary>
/// <param name="Targets">What a module's text begins with, one per architecture level, lowest first.</param>
/// <param name="Parameters">Where every parameter lies in parameter memory, in the order of <see cref="NetworkSummary.Parameters"/>.</param>
/// <param name="Variants">Kernels and schedules, one per precision and level that has kernels of its own.</param>
public sealed record CudaProgram(
    IReadOnlyList<CudaTarget> Targets, IReadOnlyList<CudaParameter> Parameters, IReadOnlyList<CudaVariant> Variants)
{
    /// <summary>Floats of parameter memory; gradients and momentum take as many each. A multiple of <see cref="CudaParameter.Unit"/>.</summary>
    public long ParameterFloats => Parameters.Select(static p => p.Offset + p.Reserved).DefaultIfEmpty(0).Max();

    /// <summary>The variant for a card, the one of the highest level that it reaches; null if the card cannot compute in this precision.</summary>
    /// <param name="precision">How convolutions multiply.</param>
    /// <param name="capability">Of the card, such as 90 for compute capability 9.0.</param>
    public CudaVariant? Variant(CudaPrecision precision, int capability) =>
        Variants.Where(v => v.Precision == precision && v.Capability <= capability).MaxBy(static v => v.Capability);
}

/// <summary>How convolutions multiply; they always add in fp32, and parameters are always fp32.</summary>
public enum CudaPrecision
{
    /// <summary>Accurate to fp32: three TF32 products on matrix units (sm_80 and above), else plain multiply-adds.</summary>
    Fp32,

    /// <summary>Factors rounded to TF32 (10 bits of mantissa). Needs sm_80.</summary>
    Tf32,

    /// <summary>Activations and factors in bfloat16. Needs sm_80.</summary>
    Bf16,
}

/// <summary>One architecture level.</summary>
/// <param name="Capability">Lowest compute capability that takes it, such as 80 for 8.0.</param>
/// <param name="Header">The module's first lines: .version, .target, .address_size and the shared memory that kernels name.</param>
public sealed record CudaTarget(int Capability, PtxText Header);

/// <summary>PTX as it lies in the assembly: UTF-8 without a terminating zero.</summary>
public delegate ReadOnlySpan<byte> PtxText();

/// <summary>
/// Place of one parameter in the flat parameter memory (gradients and momentum have the same places), in fp32.
/// Order is [o][a][b][i] for the canonical index (o, i, a, b), without gaps; what is reserved behind the last value is zero.
/// </summary>
/// <param name="Offset">First float, a multiple of <see cref="Unit"/>.</param>
/// <param name="Out">O of (O, I, K, K).</param>
/// <param name="In">I.</param>
/// <param name="Kernel">K.</param>
public readonly record struct CudaParameter(long Offset, int Out, int In, int Kernel)
{
    /// <summary>Parameters begin at multiples of this many floats, so that a block of the update sees one parameter.</summary>
    public const int Unit = 1024;

    /// <summary>Values.</summary>
    public long Length => (long)Out * In * Kernel * Kernel;

    /// <summary>Floats up to the next parameter.</summary>
    public long Reserved => (Length + Unit - 1) / Unit * Unit;
}

/// <summary>Kernels and schedules of one precision. All schedules of a variant share one frame type.</summary>
/// <param name="Precision">How convolutions multiply.</param>
/// <param name="Capability">Lowest compute capability that can run it, such as 80.</param>
/// <param name="Kernels">Every kernel; schedules name them by their index.</param>
/// <param name="Pack">Copies the parameters into the order that convolutions read. Runs after parameters changed; its buffers persist.</param>
/// <param name="PackBackward">The same for the gradients of convolutions' inputs. Runs beside <paramref name="Pack"/> before training.</param>
/// <param name="Segment">Image to labels.</param>
/// <param name="Scores">Image to scores.</param>
/// <param name="Training">Image and labels to loss and gradients.</param>
/// <param name="Update">The solver's update of all parameters.</param>
public sealed record CudaVariant(
    CudaPrecision Precision, int Capability, IReadOnlyList<CudaKernel> Kernels,
    CudaSchedule Pack, CudaSchedule PackBackward, CudaSchedule Segment, CudaSchedule Scores, CudaSchedule Training, CudaSchedule Update)
{
    /// <summary>Bytes of the packed weights, which every run needs beside the parameters; needs no GPU.</summary>
    /// <param name="training">Whether those for the gradients are counted too.</param>
    public long PackedBytes(bool training) => Standing.BytesOf(Pack) + (training ? Standing.BytesOf(PackBackward) : 0);

    /// <summary>The memory that a run takes beyond parameters and packed weights, buffer by buffer; needs no GPU.</summary>
    /// <param name="network">The network that this is the code of.</param>
    /// <param name="mode">What the run is for.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="height">Their rows.</param>
    /// <param name="width">Their columns.</param>
    /// <param name="processors">Multiprocessors of the card: 132 for an H100 or H200. How finely sums are split follows from it.</param>
    /// <exception cref="FcnException">A size is below 1 or too large, or a layer would be empty.</exception>
    public MemoryPlan Memory(NetworkSummary network, RunMode mode, int images, int height, int width, int processors)
    {
        using var plan = new GpuPlan(this, new RunShape(mode, images, height, width), network, processors);
        return new MemoryPlan(plan.Arena.Bytes, plan.Arena.LiveBytes, plan.Arena.Buffers);
    }
}

/// <summary>One kernel.</summary>
/// <param name="Name">Its entry in the module, such as <c>conv3_2_forward</c>.</param>
/// <param name="Threads">Threads of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
/// <param name="Text">Its PTX, to be put behind a target's header.</param>
public sealed record CudaKernel(string Name, int Threads, int SharedBytes, PtxText Text);

/// <summary>One generated schedule: sizes, memory and launches for any input size. Stateless; all state is in the frame.</summary>
public abstract unsafe class CudaSchedule
{
    /// <summary>Bytes of the frame struct; its first fields are those of <see cref="CudaFrame"/>.</summary>
    public abstract int FrameBytes { get; }

    /// <summary>Indices of the kernels that <see cref="Run"/> may launch.</summary>
    public abstract IReadOnlyList<int> Kernels { get; }

    /// <summary>Computes every size of the frame from N, H, W and Processors.</summary>
    /// <exception cref="FcnException">A layer would be empty at this size; names the size and the smallest size that works.</exception>
    public abstract void Measure(void* frame);

    /// <summary>Names every buffer with its bytes and the first and last launch that touch it, always in the same order.</summary>
    public abstract void Plan(void* frame, ArenaPlan arena);

    /// <summary>Launches all kernels in order. Host code only: frames hold addresses of device memory, nothing is read there.</summary>
    public abstract void Run(void* frame, CudaStream stream);
}

/// <summary>The first fields of every generated frame: what the engine tells the schedules. Pointers are addresses on the device.</summary>
public unsafe struct CudaFrame
{
    /// <summary>Images in the batch.</summary>
    public int N;

    /// <summary>Input rows.</summary>
    public int H;

    /// <summary>Input columns.</summary>
    public int W;

    /// <summary>Multiprocessors of the card: how finely sums are split follows from it.</summary>
    public int Processors;

    /// <summary>Blocks of <see cref="CudaParameter.Unit"/> floats in parameter memory; set by the engine.</summary>
    public int ParameterBlocks;

    /// <summary>Flat parameter memory.</summary>
    public float* Parameters;

    /// <summary>Flat gradient memory, training only.</summary>
    public float* Gradients;

    /// <summary>Flat momentum memory, training only.</summary>
    public float* Momentum;

    /// <summary>Two floats per block of parameter memory: learning-rate and decay multiplier. A rate of 0 leaves the block alone.</summary>
    public float* Multipliers;

    /// <summary>What changes from step to step: a <see cref="CudaStep"/>. Kernels read it, so that a captured graph stays valid.</summary>
    public int* Step;

    /// <summary>(N, H, W, C) as prepared, channels innermost, without gaps.</summary>
    public float* Image;

    /// <summary>(N, H, W): output of Segment, input of Training.</summary>
    public byte* Labels;

    /// <summary>(N, C, H, W): output of Scores.</summary>
    public float* Scores;

    /// <summary>One value, the summed loss: output of Training.</summary>
    public double* Loss;
}

/// <summary>Numbers of one step, in device memory.</summary>
public struct CudaStep
{
    /// <summary>1: gradients are added to; 0: they are replaced.</summary>
    public int Accumulate;

    /// <summary>Seeds the dropout masks of this step.</summary>
    public int Seed;

    /// <summary>Factor on the gradient of the summed loss.</summary>
    public float LossScale;

    /// <summary>The solver's learning rate.</summary>
    public float Rate;

    /// <summary>The solver's momentum.</summary>
    public float Momentum;

    /// <summary>The solver's weight decay.</summary>
    public float Decay;

    /// <summary>Factor on accumulated gradients: 1 / iter_size.</summary>
    public float GradientScale;
}

/// <summary>Where schedules launch kernels.</summary>
public abstract class CudaStream
{
    /// <summary>Launches a kernel of the variant; nothing where there are no blocks.</summary>
    /// <param name="kernel">Its index in <see cref="CudaVariant.Kernels"/>.</param>
    /// <param name="blocks">Blocks of the grid, all along x.</param>
    /// <param name="arguments">One value per parameter of the kernel, in its low bytes.</param>
    /// <exception cref="FcnException">The grid is larger than a card takes, or the driver refuses.</exception>
    public abstract void Launch(int kernel, long blocks, ReadOnlySpan<ulong> arguments);
}

using Fcn.Devices.Schedules;
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

/// <summary>Kernels and schedules of one precision.</summary>
/// <param name="Precision">How convolutions multiply.</param>
/// <param name="Capability">Lowest compute capability that can run it, such as 80.</param>
/// <param name="Kernels">Every kernel, in the order of the schedules' rows.</param>
/// <param name="Schedules">
/// The modes that were compiled: Segment, Scores and Training; Prepare, which copies parameters into the order that convolutions read after they
/// changed, and PrepareTraining, the same for the gradients of convolutions' inputs, whose buffers persist; Update, the solver's.
/// </param>
public sealed record CudaVariant(CudaPrecision Precision, int Capability, IReadOnlyList<CudaKernel> Kernels, ScheduleText Schedules)
{
    private ScheduleTable? _table;

    /// <summary>By which rows of the schedules are marked, where variants have them in common: <c>bf16</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes of the packed weights, which every run needs beside the parameters; needs no GPU.</summary>
    /// <param name="network">The network that this is the code of.</param>
    /// <param name="training">Whether those for the gradients are counted too.</param>
    public long PackedBytes(NetworkSummary network, bool training) =>
        Standing.BytesOf(Table(network.Name), "Prepare") + (training ? Standing.BytesOf(Table(network.Name), "PrepareTraining") : 0);

    /// <summary>The memory that a run takes beyond parameters and packed weights, buffer by buffer; needs no GPU.</summary>
    /// <param name="network">The network that this is the code of.</param>
    /// <param name="mode">What the run is for.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="height">Their rows.</param>
    /// <param name="width">Their columns.</param>
    /// <param name="processors">Multiprocessors of the card: 132 for an H100 or H200. How finely sums are split follows from it.</param>
    /// <exception cref="FcnException">A size is below 1 or too large, a layer would be empty, or the mode was not compiled.</exception>
    public MemoryPlan Memory(NetworkSummary network, RunMode mode, int images, int height, int width, int processors)
    {
        using var plan = new GpuPlan(this, new RunShape(mode, images, height, width), network, new EngineNames(network), processors);
        return new MemoryPlan(plan.Arena.Bytes, plan.Arena.LiveBytes, plan.Arena.Buffers);
    }

    /// Whether a mode was compiled.
    internal bool Has(NetworkSummary network, RunMode mode) => Table(network.Name).Find(mode.ToString()) is not null;

    // Parsed when it is first needed.
    internal ScheduleTable Table(string network) => LazyInitializer.EnsureInitialized(ref _table, () =>
    {
        var table = new ScheduleTable(network, Schedules(), Name);
        if (!table.Kernels.Select(static k => k.Name).SequenceEqual(Kernels.Select(static k => k.Name)))
            throw new InvalidOperationException($"The schedules of {network} in {Precision} name other kernels than there are. Rebuild it.");
        return table;
    });
}

/// <summary>One kernel.</summary>
/// <param name="Name">Its entry in the module, such as <c>conv_bf16_128x128</c>.</param>
/// <param name="Threads">Threads of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
/// <param name="Text">Its PTX, to be put behind a target's header.</param>
public sealed record CudaKernel(string Name, int Threads, int SharedBytes, PtxText Text);

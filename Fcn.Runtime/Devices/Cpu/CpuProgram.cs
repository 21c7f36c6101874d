using Fcn.Devices.Schedules;

namespace Fcn.Devices.Cpu;

/// <summary>A network's generated code for CPUs. Constructed by generated code.</summary>
/// <param name="Parameters">Where every parameter lies in parameter memory, in the order of <see cref="NetworkSummary.Parameters"/>.</param>
/// <param name="Kernels">Every kernel that <paramref name="Schedules"/> launch, those of the runtime left out.</param>
/// <param name="Schedules">The modes that were compiled.</param>
public sealed record CpuProgram(IReadOnlyList<ParameterLayout> Parameters, IReadOnlyList<CpuKernel> Kernels, ScheduleText Schedules)
{
    private ScheduleTable? _table;

    /// <summary>Bytes of parameter memory, absent channels included; gradients and momentum take as many each.</summary>
    public long ParameterBytes => Parameters.Select(static p => p.Offset + p.Length).DefaultIfEmpty(0).Max() * sizeof(float);

    /// <summary>The memory that a run takes beyond parameters, buffer by buffer; allocates none of it.</summary>
    /// <param name="network">The network that this is the code of.</param>
    /// <param name="mode">What the run is for.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="height">Their rows.</param>
    /// <param name="width">Their columns.</param>
    /// <exception cref="FcnException">A size is below 1 or too large, a layer would be empty, or the mode was not compiled.</exception>
    public MemoryPlan Memory(NetworkSummary network, RunMode mode, int images, int height, int width)
    {
        using var plan = new CpuPlan(network, this, CpuDevice.BestLevel, new RunShape(mode, images, height, width));
        return new MemoryPlan(plan.Arena.Bytes, plan.Arena.LiveBytes, plan.Arena.Buffers);
    }

    /// Whether a mode was compiled.
    internal bool Has(NetworkSummary network, RunMode mode) => Table(network.Name).Find(mode.ToString()) is not null;

    /// <summary>Bytes of parameters in other forms (flipped for gradients), which runs need beside the parameters themselves.</summary>
    /// <param name="network">The network that this is the code of.</param>
    /// <param name="training">Whether those for the gradients are counted too.</param>
    public long PreparedBytes(NetworkSummary network, bool training)
    {
        using CpuPrepared all = new(network, this, "Prepare"), gradients = new(network, this, "PrepareTraining");
        return all.Bytes + (training ? gradients.Bytes : 0);
    }

    // The kernels of a schedule's launches, in order: the runtime's own or the network's.
    internal CpuKernel[] KernelsOf(string network, Schedule schedule)
    {
        var named = Kernels.ToDictionary(static k => k.Name);
        return [.. schedule.Launches.Select(l => Table(network).Kernels[l.Kernel].Name).Select(name => RuntimeKernels.Find(name)
            ?? (named.TryGetValue(name, out var kernel) ? kernel : throw new InvalidOperationException($"{network} launches '{name}', a kernel that it does not have.")))];
    }

    // Parsed when it is first needed.
    internal ScheduleTable Table(string network) => LazyInitializer.EnsureInitialized(ref _table, () => new ScheduleTable(network, Schedules()));
}

/// <summary>
/// One kernel for every level of vectors, the same work item by item. A function takes the arguments, 64 bits each in the order of the kernel's
/// row in the schedules, and the number of the work item.
/// </summary>
/// <param name="name">Its name in the schedules.</param>
/// <param name="avx512">For 512-bit vectors.</param>
/// <param name="avx2">For 256-bit vectors and FMA.</param>
/// <param name="portable">For 128-bit vectors on any processor.</param>
public sealed unsafe class CpuKernel(
    string name, delegate*<void*, int, void> avx512, delegate*<void*, int, void> avx2, delegate*<void*, int, void> portable)
{
    /// <summary>Its name in the schedules.</summary>
    public string Name => name;

    /// <summary>The function of a level.</summary>
    public delegate*<void*, int, void> For(SimdLevel level) => level switch
    {
        SimdLevel.Avx512 => avx512,
        SimdLevel.Avx2 => avx2,
        SimdLevel.Portable => portable,
    };
}

/// <summary>
/// Place and order of one parameter in the flat parameter memory (gradients and momentum have the same places).
/// Order is [o/16][i/InBlock][a][b][i%InBlock][o%16] for the canonical index (o, i, a, b); absent channels are zeros. A bias has In = Kernel = InBlock = 1.
/// </summary>
/// <param name="Offset">First float, a multiple of 16.</param>
/// <param name="Out">O of (O, I, K, K).</param>
/// <param name="In">I.</param>
/// <param name="Kernel">K.</param>
/// <param name="InBlock">Input channels per block: 16, or I for an input layer of few channels.</param>
public readonly record struct ParameterLayout(long Offset, int Out, int In, int Kernel, int InBlock)
{
    /// <summary>Floats that the parameter takes, absent channels included.</summary>
    public long Length => (Out + 15L) / 16 * ((In + InBlock - 1) / InBlock) * Kernel * Kernel * InBlock * 16;
}

/// <summary>Which of the generated kernel sets runs.</summary>
public enum SimdLevel
{
    /// <summary>128-bit vectors on any processor, ARM64 included.</summary>
    Portable,

    /// <summary>256-bit vectors and FMA.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,
}

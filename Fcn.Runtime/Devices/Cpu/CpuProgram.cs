namespace Fcn.Devices.Cpu;

/// <summary>A network's generated code for CPUs. Constructed by generated code.</summary>
/// <param name="Parameters">Where every parameter lies in parameter memory, in the order of <see cref="NetworkSummary.Parameters"/>.</param>
/// <param name="Segment">Schedule that yields labels.</param>
/// <param name="Scores">Schedule that yields scores.</param>
/// <param name="Training">Schedule of forward, loss and backward.</param>
public sealed record CpuProgram(IReadOnlyList<ParameterLayout> Parameters, CpuSchedule Segment, CpuSchedule Scores, CpuSchedule Training)
{
    /// <summary>Bytes of parameter memory, absent channels included; gradients and momentum take as many each.</summary>
    public long ParameterBytes => Parameters.Select(static p => p.Offset + p.Length).DefaultIfEmpty(0).Max() * sizeof(float);

    /// <summary>The schedule of a mode.</summary>
    public CpuSchedule Schedule(RunMode mode) => mode switch
    {
        RunMode.Segment => Segment,
        RunMode.Scores => Scores,
        RunMode.Training => Training,
    };

    /// <summary>The memory that a run takes beyond parameters, buffer by buffer; allocates none of it.</summary>
    /// <exception cref="FcnException">A size is below 1 or too large, or a layer would be empty.</exception>
    public MemoryPlan Memory(RunMode mode, int images, int height, int width)
    {
        using var plan = new CpuPlan(Schedule(mode), new RunShape(mode, images, height, width));
        return new MemoryPlan(plan.Arena.Bytes, plan.Arena.LiveBytes, plan.Arena.Buffers);
    }
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

/// <summary>One generated schedule: sizes, memory and launches for any input size. Stateless; all state is in the frame.</summary>
public abstract unsafe class CpuSchedule
{
    /// <summary>Bytes of the frame struct; its first fields are those of <see cref="CpuFrame"/>.</summary>
    public abstract int FrameBytes { get; }

    /// <summary>Computes every size of the frame from N, H and W.</summary>
    /// <exception cref="FcnException">A layer would be empty at this size; names the layer, the size and the smallest size that works.</exception>
    public abstract void Measure(void* frame);

    /// <summary>Names every buffer with its bytes and the first and last launch that touch it, always in the same order.</summary>
    public abstract void Plan(void* frame, ArenaPlan arena);

    /// <summary>Launches all kernels in order.</summary>
    public abstract void Run(void* frame, CpuPool pool, SimdLevel level);
}

/// <summary>The first fields of every generated frame: what the engine tells the kernels.</summary>
public unsafe struct CpuFrame
{
    /// <summary>Images in the batch.</summary>
    public int N;

    /// <summary>Input rows.</summary>
    public int H;

    /// <summary>Input columns.</summary>
    public int W;

    /// <summary>1: gradients are added to; 0: they are replaced.</summary>
    public int Accumulate;

    /// <summary>Seeds the dropout masks of this step.</summary>
    public int Seed;

    /// <summary>Factor on the gradient of the summed loss.</summary>
    public float LossScale;

    /// <summary>Zero pixels around the image on every side; set by Measure.</summary>
    public int ImageHalo;

    /// <summary>Partial sums in <see cref="Losses"/>; set by Measure.</summary>
    public int LossCount;

    /// <summary>Flat parameter memory.</summary>
    public float* Parameters;

    /// <summary>Flat gradient memory, training only.</summary>
    public float* Gradients;

    /// <summary>(N, H + 2 ImageHalo, W + 2 ImageHalo, C); a planned buffer: the engine clears it and copies the batch in.</summary>
    public float* Image;

    /// <summary>(N, H, W): output of Segment, input of Training.</summary>
    public byte* Labels;

    /// <summary>(N, C, H, W): output of Scores.</summary>
    public float* Scores;

    /// <summary>Partial sums of the loss in a fixed order; a planned buffer.</summary>
    public double* Losses;
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

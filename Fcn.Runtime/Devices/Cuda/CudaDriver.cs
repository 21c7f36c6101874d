using Fcn.Devices.Gpu;

namespace Fcn.Devices.Cuda;

// The NVIDIA driver: what the engine needs of any, and beyond it how cards are found and how PTX becomes functions. Everything that touches
// a card goes through here, so that tests run the whole engine over a driver of their own. Failures are CudaExceptions.
internal abstract unsafe class CudaDriver : GpuDriver, IGpuGraphs
{
    /// 12040 for CUDA 12.4.
    public abstract int Version { get; }

    /// Tells builds of one version apart: what assembles kernels may be repaired in between.
    public abstract string Build { get; }

    /// Once, before all that follows.
    public abstract void Start();

    public abstract int Cards { get; }

    public abstract string Name(int card);

    public abstract int Attribute(int card, CudaAttribute attribute);

    /// PTX, a terminating zero included → machine code for the card of the current context. The assembler's log is in the exception.
    public abstract byte[] Assemble(ReadOnlySpan<byte> text, string name);

    public abstract nint Load(ReadOnlySpan<byte> machineCode);

    public abstract void Unload(nint module);

    public abstract nint Function(nint module, string name);

    public abstract int Attribute(nint function, CudaFunctionAttribute attribute);

    public abstract void SetAttribute(nint function, CudaFunctionAttribute attribute, int value);

    /// Blocks that a multiprocessor holds at once; 0 where the driver cannot tell.
    public abstract int BlocksPerProcessor(nint function, int threads, int sharedBytes);

    /// False in old drivers.
    public abstract bool CanCapture { get; }

    public override IGpuGraphs? Graphs => CanCapture ? this : null;

    public abstract void BeginCapture(nint stream);

    public abstract nint EndCapture(nint stream);

    public abstract void AbandonCapture(nint stream);

    public abstract void LaunchGraph(nint graph, nint stream);

    public abstract void DestroyGraph(nint graph);

    /// Name and explanation of a code, null where unknown.
    protected abstract (string? Name, string? Sentence) Describe(int code);

    /// <exception cref="CudaException">The code is not 0.</exception>
    protected void Check(int code, string operation, string? log = null)
    {
        if (code == 0) return;
        if (CudaException.IsSticky(code)) Lose();
        var (name, sentence) = Describe(code);
        throw new CudaException(code, name, sentence, operation, log);
    }

    /// For what gives something back: a lost card, or a driver that is going away with the process, has taken it already.
    protected void CheckRelease(int code, string operation)
    {
        if (CudaException.IsSticky(code)) Lose();
        if (!IsLost && code != CudaException.Deinitialized) Check(code, operation);
    }
}

// CUdevice_attribute.
internal enum CudaAttribute
{
    Processors = 16,
    Major = 75,
    Minor = 76,
    SharedBytesPerBlock = 97,
}

// CUfunction_attribute.
internal enum CudaFunctionAttribute
{
    SharedBytes = 1,
    LocalBytes = 3,
    Registers = 4,
    MaxDynamicSharedBytes = 8,
}

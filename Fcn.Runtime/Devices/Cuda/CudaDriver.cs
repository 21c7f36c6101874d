using Fcn.Devices.Gpu;

namespace Fcn.Devices.Cuda;

// The operations of the NVIDIA driver that the engine needs, in handles and addresses. Everything that touches a card goes through here, so
// that tests run the whole engine over a driver of their own. Failures are CudaExceptions. Streams, copies and kernels run behind the
// calls: what they read must stay until the stream was waited for.
internal abstract unsafe class CudaDriver
{
    private volatile bool _lost;

    /// The process lost a card; nothing can be given back any more, and need not be.
    public virtual bool IsLost => _lost;

    /// 12040 for CUDA 12.4.
    public abstract int Version { get; }

    /// Tells builds of one version apart: what assembles kernels may be repaired in between.
    public abstract string Build { get; }

    /// Once, before all that follows.
    public abstract void Start();

    public abstract int Cards { get; }

    public abstract string Name(int card);

    public abstract int Attribute(int card, CudaAttribute attribute);

    /// The context that all users of a card in this process share; counted.
    public abstract nint Retain(int card);

    public abstract void Release(int card);

    /// Before any of the following on a thread.
    public abstract void MakeCurrent(nint context);

    /// Contents are undefined; 256-byte aligned.
    public abstract ulong Allocate(long bytes);

    /// Waits for all work of the context.
    public abstract void Free(ulong address);

    public abstract (long Free, long Total) Memory();

    /// Page-locked memory, which copies need to run behind the calls.
    public abstract byte* AllocateHost(long bytes);

    public abstract void FreeHost(byte* address);

    public abstract void Upload(ulong to, byte* from, long bytes, nint stream);

    public abstract void Download(byte* to, ulong from, long bytes, nint stream);

    public abstract void Fill(ulong to, byte value, long bytes, nint stream);

    /// PTX, a terminating zero included → machine code for the card of the current context. The assembler's log is in the exception.
    public abstract byte[] Assemble(ReadOnlySpan<byte> text, string name);

    public abstract nint Load(ReadOnlySpan<byte> machineCode);

    public abstract void Unload(nint module);

    public abstract nint Function(nint module, string name);

    public abstract int Attribute(nint function, CudaFunctionAttribute attribute);

    public abstract void SetAttribute(nint function, CudaFunctionAttribute attribute, int value);

    /// Blocks that a multiprocessor holds at once; 0 where the driver cannot tell.
    public abstract int BlocksPerProcessor(nint function, int threads, int sharedBytes);

    /// A grid along x. Arguments point to one value each.
    public abstract void Launch(nint function, uint blocks, int threads, int sharedBytes, nint stream, void** arguments);

    public abstract nint CreateStream();

    public abstract void DestroyStream(nint stream);

    /// Errors of everything queued before come out here.
    public abstract void Wait(nint stream);

    public abstract nint CreateEvent(bool timed);

    public abstract void DestroyEvent(nint mark);

    public abstract void Record(nint mark, nint stream);

    public abstract void WaitEvent(nint mark);

    /// The stream goes on when the mark was reached in its own; the caller does not wait.
    public abstract void WaitEvent(nint stream, nint mark);

    public abstract double Milliseconds(nint from, nint to);

    public abstract bool CanCapture { get; }

    /// Until EndCapture, launches into the stream are noted down and not run.
    public abstract void BeginCapture(nint stream);

    /// The noted launches, ready to run; 0 where they cannot be.
    public abstract nint EndCapture(nint stream);

    /// After a launch was refused within a capture.
    public abstract void AbandonCapture(nint stream);

    public abstract void LaunchGraph(nint graph, nint stream);

    public abstract void DestroyGraph(nint graph);

    /// Name and explanation of a code, null where unknown.
    protected abstract (string? Name, string? Sentence) Describe(int code);

    /// <exception cref="CudaException">The code is not 0.</exception>
    protected void Check(int code, string operation, string? log = null)
    {
        if (code == 0) return;
        if (CudaException.IsSticky(code)) _lost = true;
        var (name, sentence) = Describe(code);
        throw new CudaException(code, name, sentence, operation, log);
    }

    /// For what gives something back: a lost card, or a driver that is going away with the process, has taken it already.
    protected void CheckRelease(int code, string operation)
    {
        if (CudaException.IsSticky(code)) _lost = true;
        if (!_lost && code != CudaException.Deinitialized) Check(code, operation);
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

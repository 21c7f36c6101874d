namespace Fcn.Devices.Gpu;

// What the engine needs of whatever drives a GPU, in handles and addresses; one per back end: NVIDIA's driver, ILGPU, the tests' own. How a
// card is found and how a kernel becomes a function that can be launched is each back end's affair (LoadedKernels). Failures are
// GpuExceptions. Streams, copies and kernels run behind the calls: what they read must stay until the stream was waited for.
internal abstract unsafe class GpuDriver
{
    private volatile bool _lost;

    /// The process lost a card; nothing can be given back any more, and need not be.
    public virtual bool IsLost => _lost;

    /// Launches that are captured and run again as one; null where the back end has no such thing.
    public virtual IGpuGraphs? Graphs => null;

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

    /// A function of LoadedKernels on a grid along x. Arguments point to one value each.
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

    /// A call reported that the card is gone.
    protected void Lose() => _lost = true;
}

// Launches of a stream, captured once and then launched as one.
internal interface IGpuGraphs
{
    /// Until EndCapture, launches into the stream are noted down and not run.
    void BeginCapture(nint stream);

    /// The noted launches, ready to run; 0 where they cannot be.
    nint EndCapture(nint stream);

    /// After a launch was refused within a capture.
    void AbandonCapture(nint stream);

    void LaunchGraph(nint graph, nint stream);

    void DestroyGraph(nint graph);
}

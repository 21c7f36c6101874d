// A driver that passes everything on to another one and keeps books of the memory that is allocated: now, and at most.
using Fcn.Devices.Cuda;

namespace Fcn.GpuCheck;

sealed unsafe class MeteredDriver(CudaDriver inner) : CudaDriver
{
    readonly Dictionary<ulong, long> blocks = [];
    readonly HashSet<nint> streams = [];

    /// Device memory that is allocated now.
    public long Bytes { get; private set; }

    /// And at most, since it was set.
    public long PeakBytes { get; set; }

    public override bool IsLost => inner.IsLost;

    public override int Version => inner.Version;

    public override string Build => inner.Build;

    public override int Cards => inner.Cards;

    public override bool CanCapture => inner.CanCapture;

    public override void Start() => inner.Start();

    public override string Name(int card) => inner.Name(card);

    public override int Attribute(int card, CudaAttribute attribute) => inner.Attribute(card, attribute);

    public override nint Retain(int card) => inner.Retain(card);

    public override void Release(int card) => inner.Release(card);

    public override void MakeCurrent(nint context) => inner.MakeCurrent(context);

    public override ulong Allocate(long bytes)
    {
        ulong address = inner.Allocate(bytes);
        blocks.Add(address, bytes);
        Bytes += bytes;
        PeakBytes = Math.Max(PeakBytes, Bytes);
        return address;
    }

    public override void Free(ulong address)
    {
        inner.Free(address);
        if (blocks.Remove(address, out long bytes)) Bytes -= bytes;
    }

    public override (long Free, long Total) Memory() => inner.Memory();

    public override byte* AllocateHost(long bytes) => inner.AllocateHost(bytes);

    public override void FreeHost(byte* address) => inner.FreeHost(address);

    public override void Upload(ulong to, byte* from, long bytes, nint stream) => inner.Upload(to, from, bytes, stream);

    public override void Download(byte* to, ulong from, long bytes, nint stream) => inner.Download(to, from, bytes, stream);

    public override void Fill(ulong to, byte value, long bytes, nint stream) => inner.Fill(to, value, bytes, stream);

    public override byte[] Assemble(ReadOnlySpan<byte> text, string name) => inner.Assemble(text, name);

    public override nint Load(ReadOnlySpan<byte> machineCode) => inner.Load(machineCode);

    public override void Unload(nint module) => inner.Unload(module);

    public override nint Function(nint module, string name) => inner.Function(module, name);

    public override int Attribute(nint function, CudaFunctionAttribute attribute) => inner.Attribute(function, attribute);

    public override void SetAttribute(nint function, CudaFunctionAttribute attribute, int value) =>
        inner.SetAttribute(function, attribute, value);

    public override int BlocksPerProcessor(nint function, int threads, int sharedBytes) =>
        inner.BlocksPerProcessor(function, threads, sharedBytes);

    public override void Launch(nint function, uint count, int threads, int sharedBytes, nint stream, void** arguments) =>
        inner.Launch(function, count, threads, sharedBytes, stream, arguments);

    public override nint CreateStream()
    {
        nint stream = inner.CreateStream();
        streams.Add(stream);
        return stream;
    }

    public override void DestroyStream(nint stream)
    {
        streams.Remove(stream);
        inner.DestroyStream(stream);
    }

    public override void Wait(nint stream) => inner.Wait(stream);

    public override nint CreateEvent(bool timed) => inner.CreateEvent(timed);

    public override void DestroyEvent(nint mark) => inner.DestroyEvent(mark);

    public override void Record(nint mark, nint stream) => inner.Record(mark, stream);

    public override void WaitEvent(nint mark) => inner.WaitEvent(mark);

    public override void WaitEvent(nint stream, nint mark) => inner.WaitEvent(stream, mark);

    public override double Milliseconds(nint from, nint to) => inner.Milliseconds(from, to);

    public override void BeginCapture(nint stream) => inner.BeginCapture(stream);

    public override nint EndCapture(nint stream) => inner.EndCapture(stream);

    public override void AbandonCapture(nint stream) => inner.AbandonCapture(stream);

    public override void LaunchGraph(nint graph, nint stream) => inner.LaunchGraph(graph, stream);

    public override void DestroyGraph(nint graph) => inner.DestroyGraph(graph);

    /// Everything that was queued is done when this returns.
    public void WaitForAll()
    {
        foreach (nint stream in streams) inner.Wait(stream);
    }

    protected override (string? Name, string? Sentence) Describe(int code) => (null, null);
}

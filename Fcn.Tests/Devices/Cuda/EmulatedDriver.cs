using System.Runtime.InteropServices;
using Fcn.Devices.Cuda;

namespace Fcn.Tests.Devices.Cuda;

/// <summary>The NVIDIA driver for tests: cards are emulated, faults can be planted, and everything that happens is on record.</summary>
internal sealed unsafe partial class EmulatedDriver(EmulatedCard[] cards, int? seed = null) : CudaDriver, IDisposable
{
    private readonly EmulatedStreams _streams = new(seed);
    private readonly Dictionary<ulong, long> _memory = [];
    private readonly Dictionary<nint, string> _modules = [];
    private readonly Dictionary<nint, Entry> _functions = [];
    private readonly Dictionary<nint, Action[]> _graphs = [];
    private readonly Dictionary<string, (int Code, int After)> _faults = [];
    private readonly List<Action> _captured = [];
    private readonly int[] _retained = new int[cards.Length];
    private readonly ThreadLocal<nint> _context = new();
    private nint _capturing, _next = 1;
    private int _host;

    public EmulatedDriver(EmulatedCard card, int? seed = null) : this([card], seed) { }

    // What is planted.

    public int DriverVersion { get; set; } = 12_080;

    public string DriverBuild { get; set; } = "";

    /// Highest .version of PTX that the assembler takes.
    public double PtxVersion { get; set; } = 8.8;

    public bool Captures { get; set; } = true;

    public int LocalBytes { get; set; }

    /// The so-and-so-many-th call of an operation reports a code, and every one behind it.
    public void Plant(string operation, int code, int after = 0) => _faults[operation] = (code, after);

    public void Mend(string operation) => _faults.Remove(operation);

    // What is on record.

    /// Kernels in the order in which they ran.
    public List<string> Ran { get; } = [];

    public List<string> Assembled { get; } = [];

    public int Captured { get; private set; }

    public int GraphLaunches { get; private set; }

    public int SharedRequests { get; private set; }

    public long MemoryInUse => _memory.Values.Sum();

    public int Blocks => _memory.Count;

    /// Everything that was not given back.
    public int Live =>
        _memory.Count + _modules.Count + _functions.Count + _graphs.Count + _host + _streams.Live + _retained.Sum();

    // The driver.

    public override int Version => DriverVersion;

    public override string Build => DriverBuild;

    public override int Cards => cards.Length;

    public override bool CanCapture => Captures;

    public override void Start() => May("cuInit");

    public override string Name(int card) => cards[card].Name;

    public override int Attribute(int card, CudaAttribute attribute) => attribute switch
    {
        CudaAttribute.Processors => cards[card].Processors,
        CudaAttribute.Major => cards[card].Capability / 10,
        CudaAttribute.Minor => cards[card].Capability % 10,
        CudaAttribute.SharedBytesPerBlock => cards[card].SharedBytes,
    };

    public override nint Retain(int card)
    {
        May("cuDevicePrimaryCtxRetain");
        _retained[card]++;
        return card + 100;
    }

    public override void Release(int card)
    {
        if (!IsLost) _retained[card]--;
    }

    public override void MakeCurrent(nint context)
    {
        May("cuCtxSetCurrent");
        _context.Value = context;
    }

    public override ulong Allocate(long bytes)
    {
        May("cuMemAlloc");
        if (MemoryInUse + bytes > Card.MemoryBytes) Check(CudaException.OutOfMemory, "cuMemAlloc");
        ulong address = Card.Allocate(bytes);
        _memory.Add(address, bytes);
        return address;
    }

    public override void Free(ulong address)
    {
        if (IsLost) return;
        int code = Planted("cuMemFree");
        if (code != 0)
        {
            CheckRelease(code, "cuMemFree");
            return;
        }
        _streams.DrainAll();
        if (!_memory.Remove(address)) throw new InvalidOperationException($"0x{address:x} is not allocated.");
        Card.Free(address);
    }

    public override (long Free, long Total) Memory() => (Card.MemoryBytes - MemoryInUse, Card.MemoryBytes);

    public override byte* AllocateHost(long bytes)
    {
        May("cuMemAllocHost");
        _host++;
        return (byte*)NativeMemory.Alloc((nuint)bytes);
    }

    public override void FreeHost(byte* address)
    {
        if (IsLost) return;
        _streams.DrainAll();
        _host--;
        NativeMemory.Free(address);
    }

    public override void Upload(ulong to, byte* from, long bytes, nint stream) =>
        Queue("cuMemcpyHtoDAsync", stream, card => card.Write(to, new ReadOnlySpan<byte>(from, checked((int)bytes))));

    public override void Download(byte* to, ulong from, long bytes, nint stream) =>
        Queue("cuMemcpyDtoHAsync", stream, card => card.Read(from, new Span<byte>(to, checked((int)bytes))));

    public override void Fill(ulong to, byte value, long bytes, nint stream) =>
        Queue("cuMemsetD8Async", stream, card => card.Fill(to, value, bytes));

    public override void Launch(nint function, uint blocks, int threads, int sharedBytes, nint stream, void** arguments)
    {
        var entry = _functions[function];
        Assert(blocks > 0 && threads is > 0 and <= 1024, "an impossible grid");
        Assert(sharedBytes <= entry.MaxDynamicSharedBytes, "more shared memory than was asked for");
        var values = new ulong[entry.Arguments];
        for (int i = 0; i < values.Length; i++) values[i] = *(ulong*)arguments[i];
        Queue("cuLaunchKernel", stream, card =>
        {
            Ran.Add(entry.Name);
            card.Launch(entry.Text, entry.Name, blocks, threads, sharedBytes, values);
        });
    }

    public override nint CreateStream() => _streams.CreateStream();

    public override void DestroyStream(nint stream)
    {
        if (!IsLost) _streams.DestroyStream(stream);
    }

    public override void Wait(nint stream)
    {
        May("cuStreamSynchronize");
        _streams.Drain(stream);
    }

    public override nint CreateEvent(bool timed)
    {
        May("cuEventCreate");
        return _streams.CreateEvent();
    }

    public override void DestroyEvent(nint mark)
    {
        if (!IsLost) _streams.DestroyEvent(mark);
    }

    public override void Record(nint mark, nint stream) => _streams.Record(mark, stream);

    public override void WaitEvent(nint mark)
    {
        May("cuEventSynchronize");
        _streams.WaitEvent(mark);
    }

    public override void WaitEvent(nint stream, nint mark) => _streams.WaitEvent(stream, mark);

    public override double Milliseconds(nint from, nint to) => _streams.Milliseconds(from, to);

    public override void BeginCapture(nint stream)
    {
        May("cuStreamBeginCapture");
        _captured.Clear();
        _capturing = stream;
    }

    public override nint EndCapture(nint stream)
    {
        _capturing = 0;
        May("cuStreamEndCapture");
        Captured++;
        _graphs.Add(_next, [.. _captured]);
        return _next++;
    }

    public override void AbandonCapture(nint stream) => _capturing = 0;

    public override void LaunchGraph(nint graph, nint stream)
    {
        May("cuGraphLaunch");
        GraphLaunches++;
        foreach (var launch in _graphs[graph]) _streams.Queue(stream, launch);
    }

    public override void DestroyGraph(nint graph)
    {
        if (!IsLost) _graphs.Remove(graph);
    }

    public void Dispose()
    {
        foreach (var card in cards) card.Dispose();
    }

    protected override (string? Name, string? Sentence) Describe(int code) => code switch
    {
        2 => ("CUDA_ERROR_OUT_OF_MEMORY", "out of memory"),
        100 => ("CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"),
        218 => ("CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"),
        700 => ("CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"),
        >= 10_000 => (null, null),
        _ => ($"CUDA_ERROR_{code}", "as planted"),
    };

    private EmulatedCard Card => cards[Current()];

    private int Current()
    {
        Assert(_context.Value >= 100, "no context is current");
        return (int)_context.Value - 100;
    }

    private void Queue(string operation, nint stream, Action<EmulatedCard> work)
    {
        May(operation);
        var card = Card;
        if (_capturing == stream)
        {
            _captured.Add(() => work(card));
            return;
        }
        Assert(_capturing == 0, "work beside a capture");
        _streams.Queue(stream, () => work(card));
    }

    private void May(string operation) => Check(Planted(operation), operation);

    private int Planted(string operation)
    {
        if (!_faults.TryGetValue(operation, out var fault)) return 0;
        if (fault.After > 0) _faults[operation] = (fault.Code, fault.After - 1);
        return fault.After > 0 ? 0 : fault.Code;
    }

    private static void Assert(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException($"The driver was asked for {otherwise}.");
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Fcn.Devices.Cuda;

// libcuda.so.1 or nvcuda.dll, which every NVIDIA driver brings; no toolkit. Opened once per process and never closed.
internal sealed unsafe partial class NativeDriver : CudaDriver
{
    private const int LogBytes = 1 << 14;
    private const int Ptx = 1; // CU_JIT_INPUT_PTX

    // Never libcuda.so, which is the toolkit's stub. Inside WSL the library lies outside the usual path.
    public static readonly string[] Libraries = OperatingSystem.IsWindows()
        ? ["nvcuda.dll"]
        : ["libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"];

    private string? _build;

    private static readonly CudaLookup Lookup = new(static () => Search(Libraries));

    /// The driver of this machine, or why there is none to work with.
    public static CudaSearch Machine => Lookup.Result();

    public static CudaSearch Search(ReadOnlySpan<string> libraries)
    {
        foreach (string name in libraries)
        {
            if (!NativeLibrary.TryLoad(name, out nint library)) continue;
            try
            {
                return CudaSearch.Of(new NativeDriver(library));
            }
            catch (FcnException lacking)
            {
                return new CudaSearch(null, lacking.Message);
            }
        }
        return new CudaSearch(null, $"no NVIDIA driver is installed ({libraries[0]} not found)");
    }

    public override int Version
    {
        get
        {
            int version;
            Check(_driverGetVersion(&version), "cuDriverGetVersion");
            return version;
        }
    }

    public override string Build => _build ??= DriverFile.Describe();

    public override int Cards
    {
        get
        {
            int cards;
            Check(_deviceGetCount(&cards), "cuDeviceGetCount");
            return cards;
        }
    }

    public override bool CanCapture => _streamBeginCapture != null && _streamEndCapture != null && _graphInstantiate != null
        && _graphLaunch != null && _graphExecDestroy != null && _graphDestroy != null;

    public override void Start() => Check(_init(0), "cuInit");

    public override string Name(int card)
    {
        byte* name = stackalloc byte[256];
        Check(_deviceGetName(name, 256, Handle(card)), "cuDeviceGetName");
        return Marshal.PtrToStringUTF8((nint)name)!;
    }

    public override int Attribute(int card, CudaAttribute attribute)
    {
        int value;
        Check(_deviceGetAttribute(&value, (int)attribute, Handle(card)), "cuDeviceGetAttribute");
        return value;
    }

    public override nint Retain(int card)
    {
        nint context;
        Check(_primaryCtxRetain(&context, Handle(card)), "cuDevicePrimaryCtxRetain");
        return context;
    }

    public override void Release(int card)
    {
        if (!IsLost) CheckRelease(_primaryCtxRelease(Handle(card)), "cuDevicePrimaryCtxRelease");
    }

    public override void MakeCurrent(nint context) => Check(_ctxSetCurrent(context), "cuCtxSetCurrent");

    public override ulong Allocate(long bytes)
    {
        ulong address;
        Check(_memAlloc(&address, (nuint)bytes), "cuMemAlloc");
        return address;
    }

    public override void Free(ulong address)
    {
        if (!IsLost) CheckRelease(_memFree(address), "cuMemFree");
    }

    public override (long Free, long Total) Memory()
    {
        nuint free, total;
        Check(_memGetInfo(&free, &total), "cuMemGetInfo");
        return ((long)free, (long)total);
    }

    public override byte* AllocateHost(long bytes)
    {
        void* address;
        Check(_memAllocHost(&address, (nuint)bytes), "cuMemAllocHost");
        return (byte*)address;
    }

    public override void FreeHost(byte* address)
    {
        if (!IsLost) CheckRelease(_memFreeHost(address), "cuMemFreeHost");
    }

    public override void Upload(ulong to, byte* from, long bytes, nint stream) =>
        Check(_memcpyHtoDAsync(to, from, (nuint)bytes, stream), "cuMemcpyHtoDAsync");

    public override void Download(byte* to, ulong from, long bytes, nint stream) =>
        Check(_memcpyDtoHAsync(to, from, (nuint)bytes, stream), "cuMemcpyDtoHAsync");

    public override void Fill(ulong to, byte value, long bytes, nint stream) =>
        Check(_memsetD8Async(to, value, (nuint)bytes, stream), "cuMemsetD8Async");

    public override byte[] Assemble(ReadOnlySpan<byte> text, string name)
    {
        // CU_JIT_ERROR_LOG_BUFFER and its size; sizes go as numbers cast to pointers.
        uint* options = stackalloc uint[] { 5, 6 };
        using var log = new NativeBlock(LogBytes, "The assembler's log needs", "Close other programs.");
        void** values = stackalloc void*[] { log.Address, (void*)LogBytes };
        nint state;
        Check(_linkCreate(2, options, values, &state), "cuLinkCreate");
        try
        {
            fixed (byte* source = text, label = Zero(name))
            {
                Check(_linkAddData(state, Ptx, source, (nuint)text.Length, label, 0, null, null), $"cuLinkAddData of {name}", Log());
            }
            void* code;
            nuint bytes;
            Check(_linkComplete(state, &code, &bytes), $"cuLinkComplete of {name}", Log());
            return new ReadOnlySpan<byte>(code, checked((int)bytes)).ToArray();
        }
        finally
        {
            CheckRelease(_linkDestroy(state), "cuLinkDestroy");
        }

        string? Log() => Marshal.PtrToStringUTF8((nint)log.Address);
    }

    public override nint Load(ReadOnlySpan<byte> machineCode)
    {
        nint module;
        fixed (byte* code = machineCode) Check(_moduleLoadData(&module, code), "cuModuleLoadData");
        return module;
    }

    public override void Unload(nint module)
    {
        if (!IsLost) CheckRelease(_moduleUnload(module), "cuModuleUnload");
    }

    public override nint Function(nint module, string name)
    {
        nint function;
        fixed (byte* entry = Zero(name)) Check(_moduleGetFunction(&function, module, entry), $"cuModuleGetFunction of {name}");
        return function;
    }

    public override int Attribute(nint function, CudaFunctionAttribute attribute)
    {
        int value;
        Check(_funcGetAttribute(&value, (int)attribute, function), "cuFuncGetAttribute");
        return value;
    }

    public override void SetAttribute(nint function, CudaFunctionAttribute attribute, int value) =>
        Check(_funcSetAttribute(function, (int)attribute, value), $"cuFuncSetAttribute {attribute} {value}");

    public override int BlocksPerProcessor(nint function, int threads, int sharedBytes)
    {
        if (_occupancy == null) return 0;
        int blocks;
        Check(_occupancy(&blocks, function, threads, (nuint)sharedBytes), "cuOccupancyMaxActiveBlocksPerMultiprocessor");
        return blocks;
    }

    public override void Launch(nint function, uint blocks, int threads, int sharedBytes, nint stream, void** arguments) =>
        Check(_launchKernel(function, blocks, 1, 1, (uint)threads, 1, 1, (uint)sharedBytes, stream, arguments, null), "cuLaunchKernel");

    public override nint CreateStream()
    {
        nint stream;
        Check(_streamCreate(&stream, 1 /* not bound to stream 0 */), "cuStreamCreate");
        return stream;
    }

    public override void DestroyStream(nint stream)
    {
        if (!IsLost) CheckRelease(_streamDestroy(stream), "cuStreamDestroy");
    }

    public override void Wait(nint stream) => Check(_streamSynchronize(stream), "cuStreamSynchronize");

    public override nint CreateEvent(bool timed)
    {
        nint mark;
        Check(_eventCreate(&mark, timed ? 0u : 2u), "cuEventCreate");
        return mark;
    }

    public override void DestroyEvent(nint mark)
    {
        if (!IsLost) CheckRelease(_eventDestroy(mark), "cuEventDestroy");
    }

    public override void Record(nint mark, nint stream) => Check(_eventRecord(mark, stream), "cuEventRecord");

    public override void WaitEvent(nint mark) => Check(_eventSynchronize(mark), "cuEventSynchronize");

    public override void WaitEvent(nint stream, nint mark) => Check(_streamWaitEvent(stream, mark, 0), "cuStreamWaitEvent");

    public override double Milliseconds(nint from, nint to)
    {
        float time;
        Check(_eventElapsedTime(&time, from, to), "cuEventElapsedTime");
        return time;
    }

    // Mode 1: only this thread must not allocate or synchronise meanwhile; other engines go on.
    public override void BeginCapture(nint stream) => Check(_streamBeginCapture(stream, 1), "cuStreamBeginCapture");

    public override nint EndCapture(nint stream)
    {
        nint graph, ready;
        Check(_streamEndCapture(stream, &graph), "cuStreamEndCapture");
        if (graph == 0) return 0;
        try
        {
            Check(_graphInstantiate(&ready, graph, 0), "cuGraphInstantiate");
            return ready;
        }
        finally
        {
            CheckRelease(_graphDestroy(graph), "cuGraphDestroy");
        }
    }

    public override void AbandonCapture(nint stream)
    {
        nint graph = 0;
        // Reports the refusal a second time.
        _ = _streamEndCapture(stream, &graph);
        if (graph != 0) CheckRelease(_graphDestroy(graph), "cuGraphDestroy");
    }

    public override void LaunchGraph(nint graph, nint stream) => Check(_graphLaunch(graph, stream), "cuGraphLaunch");

    public override void DestroyGraph(nint graph)
    {
        if (!IsLost) CheckRelease(_graphExecDestroy(graph), "cuGraphExecDestroy");
    }

    protected override (string? Name, string? Sentence) Describe(int code)
    {
        byte* name = null, sentence = null;
        // Both leave null and report an error where they do not know the code.
        _ = _getErrorName(code, &name);
        _ = _getErrorString(code, &sentence);
        return (Marshal.PtrToStringUTF8((nint)name), Marshal.PtrToStringUTF8((nint)sentence));
    }

    private int Handle(int card)
    {
        int handle;
        Check(_deviceGet(&handle, card), "cuDeviceGet");
        return handle;
    }

    private static byte[] Zero(string text) => Encoding.UTF8.GetBytes(text + '\0');
}

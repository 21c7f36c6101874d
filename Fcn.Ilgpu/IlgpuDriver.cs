using System.Reflection;
using Fcn.Devices.Gpu;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using CudaAccelerator = ILGPU.Runtime.Cuda.CudaAccelerator;

namespace Fcn.Devices.Ilgpu;

// ILGPU as the engine's driver. All streams are one, in order: what the engine lets run side by side runs one behind the other. There are
// no graphs. Contexts are counted; the last to go closes the device.
internal sealed unsafe class IlgpuDriver : GpuDriver
{
    private readonly IlgpuMachine _machine;
    private readonly Accelerator _accelerator;
    private readonly AcceleratorStream _stream;
    private readonly HandleTable<Mark> _marks = new();
    private readonly HandleTable<IlgpuKernel> _kernels = new();
    private readonly Dictionary<(MethodInfo, int, int), nint> _compiled = [];
    private readonly Dictionary<nint, CPUMemoryBuffer> _host = [];
    private readonly Lock _lock = new(), _hostLock = new();
    private bool _spoilt;
    private int _owners;

    public IlgpuDriver(IlgpuMachine machine)
    {
        (_machine, _accelerator) = (machine, machine.Accelerator);
        _stream = _accelerator.CreateStream();
        Addresses = new IlgpuMemory(_accelerator);
    }

    public IlgpuMemory Addresses { get; }

    public GpuCard Card => _machine.Card;

    /// Of a group.
    public int MostThreads => _accelerator.MaxNumThreadsPerGroup;

    public override nint Retain(int card)
    {
        Interlocked.Increment(ref _owners);
        return 1;
    }

    public override void Release(int card)
    {
        if (Interlocked.Decrement(ref _owners) > 0 || IsLost) return;
        Addresses.Dispose();
        _stream.Dispose();
        _machine.Dispose();
    }

    public override void MakeCurrent(nint context) => Try("the device's context", _accelerator.Bind);

    public override ulong Allocate(long bytes)
    {
        ulong address = 0;
        Try($"an allocation of {bytes} bytes", () => address = Addresses.Allocate(bytes));
        return address;
    }

    public override void Free(ulong address)
    {
        if (IsLost) return;
        Wait(0);
        Try("the return of memory", () => Addresses.Free(address));
    }

    public override (long Free, long Total) Memory()
    {
        if (_accelerator is CudaAccelerator cuda) return (cuda.GetFreeMemory(), cuda.MemorySize);
        // OpenCL does not tell what others use. The simulated device has the process's memory.
        if (_accelerator is not CPUAccelerator) return (Math.Max(0, _accelerator.MemorySize - Addresses.Bytes), _accelerator.MemorySize);
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        return (Math.Max(0, memory.TotalAvailableMemoryBytes - Environment.WorkingSet), memory.TotalAvailableMemoryBytes);
    }

    public override byte* AllocateHost(long bytes)
    {
        CPUMemoryBuffer? memory = null;
        Try($"{bytes} bytes of page-locked memory", () => memory = CPUMemoryBuffer.CreatePageLocked(_accelerator, bytes, 1));
        lock (_hostLock) _host.Add(memory!.NativePtr, memory);
        return (byte*)memory.NativePtr;
    }

    public override void FreeHost(byte* address)
    {
        if (IsLost) return;
        Wait(0);
        lock (_hostLock)
        {
            _host.Remove((nint)address, out CPUMemoryBuffer? memory);
            memory?.Dispose();
        }
    }

    // A wrapper of exactly the bytes to copy: for OpenCL, ILGPU copies as many as the host's buffer has.
    public override void Upload(ulong to, byte* from, long bytes, nint stream)
    {
        if (bytes == 0) return;
        (MemoryBuffer buffer, long offset) = Addresses.Find(to);
        nint host = (nint)from;
        Try("an upload", () =>
        {
            using CPUMemoryBuffer source = CPUMemoryBuffer.Create(_accelerator, host, bytes, 1);
            buffer.CopyFrom(_stream, source.AsRawArrayView(), offset);
        });
    }

    public override void Download(byte* to, ulong from, long bytes, nint stream)
    {
        if (bytes == 0) return;
        (MemoryBuffer buffer, long offset) = Addresses.Find(from);
        nint host = (nint)to;
        Try("a download", () =>
        {
            using CPUMemoryBuffer target = CPUMemoryBuffer.Create(_accelerator, host, bytes, 1);
            buffer.CopyTo(_stream, offset, target.AsRawArrayView());
        });
    }

    public override void Fill(ulong to, byte value, long bytes, nint stream)
    {
        if (bytes == 0) return;
        (MemoryBuffer buffer, long offset) = Addresses.Find(to);
        Try("a fill", () => buffer.MemSet(_stream, value, offset, bytes));
    }

    /// Once per method; what it yields can be launched as long as the device is open.
    /// <param name="method">The kernel's text.</param>
    /// <param name="name">For messages.</param>
    /// <param name="threads">Of a group.</param>
    /// <param name="dynamicBytes">Shared memory of a group that is not in the text.</param>
    /// <exception cref="FcnException">ILGPU or the driver refuses the kernel.</exception>
    public nint Compile(MethodInfo method, string name, int threads, int dynamicBytes)
    {
        lock (_lock)
        {
            if (_compiled.TryGetValue((method, threads, dynamicBytes), out nint known)) return known;
            if (_spoilt)
                throw new FcnException($"{Card} cannot compile {name}: after a refused kernel ILGPU compiles no other. Open the device anew.");
            CompiledKernel? compiled = null;
            _spoilt = true;
            Try($"kernel {name} for {Card}", () =>
            {
                _accelerator.Bind();
                compiled = IlgpuKernel.Compile(_accelerator, method, threads);
            });
            _spoilt = false;
            Try($"kernel {name} with {dynamicBytes} bytes of shared memory for {Card}", () =>
                known = _kernels.Add(IlgpuKernel.Load(_accelerator, compiled!, Addresses, method, name, threads, dynamicBytes)));
            _compiled.Add((method, threads, dynamicBytes), known);
            return known;
        }
    }

    public override void Launch(nint function, uint blocks, int threads, int sharedBytes, nint stream, void** arguments)
    {
        IlgpuKernel kernel = _kernels[function];
        try
        {
            kernel.Launch(_stream, (int)blocks, arguments);
        }
        catch (Exception e) when (IlgpuFault.IsOne(e))
        {
            throw Refused($"the launch of {kernel.Name}", e);
        }
    }

    public override nint CreateStream() => 1;

    public override void DestroyStream(nint stream) { }

    public override void Wait(nint stream) => Try("the wait for its work", _stream.Synchronize);

    public override nint CreateEvent(bool timed) => _marks.Add(new Mark(timed));

    public override void DestroyEvent(nint mark)
    {
        ProfilingMarker? reached = _marks.Remove(mark).Reached;
        if (!IsLost) reached?.Dispose();
    }

    // Setting a mark waits for it on OpenCL; those that nobody measures are not set there, and waiting for one waits for everything.
    public override void Record(nint mark, nint stream)
    {
        Mark at = _marks[mark];
        if (!at.Timed && _accelerator is not CudaAccelerator) return;
        Try("a mark", () =>
        {
            at.Reached?.Dispose();
            at.Reached = _stream.AddProfilingMarker();
        });
    }

    public override void WaitEvent(nint mark) =>
        Try("the wait for a mark", _marks[mark].Reached is { } reached ? reached.Synchronize : _stream.Synchronize);

    public override void WaitEvent(nint stream, nint mark) { }

    public override double Milliseconds(nint from, nint to)
    {
        double time = 0;
        Try("a time", () => time = _marks[to].Reached!.MeasureFrom(_marks[from].Reached!).TotalMilliseconds);
        return time;
    }

    private void Try(string operation, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (IlgpuFault.IsOne(e))
        {
            throw Refused(operation, e);
        }
    }

    private FcnException Refused(string operation, Exception e)
    {
        FcnException fault = IlgpuFault.Of(operation, e);
        if (fault is GpuException { Fault: GpuFault.Lost }) Lose();
        return fault;
    }

    private sealed class Mark(bool timed)
    {
        public bool Timed => timed;

        public ProfilingMarker? Reached { get; set; }
    }
}

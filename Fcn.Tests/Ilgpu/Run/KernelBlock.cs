using System.Runtime.CompilerServices;
using Fcn.Tests.Ptx;
using ILGPU;

namespace Fcn.Tests.Ilgpu;

// A block of threads that are coroutines. They run one at a time, in a drawn order, each until it must wait for others; memory, its traces and
// inline assembly are the emulator's.
internal sealed class KernelBlock
{
    // Global addresses begin far above: see DeviceMemory.
    private const ulong SharedEnd = 1ul << 36;
    private const int Ended = -1, Fresh = -2;

    private readonly CompiledKernel _kernel;
    private readonly Ptx.Block _block;
    private readonly KernelThread[] _threads;
    private readonly KernelArguments _arguments;
    private readonly int[] _stops;
    private readonly Ptx.Warp[] _warps;
    private readonly HashSet<ulong> _atomics = [];
    private readonly Random _order;
    private Ptx.Warp _warp = null!;
    private int _lane;

    public KernelBlock(CompiledKernel kernel, Ptx.Block block, int seed)
    {
        (_kernel, _block, _order) = (kernel, block, new(seed));
        _threads = [.. Enumerable.Range(0, block.Threads).Select(i => new KernelThread(this, i))];
        _stops = new int[block.Threads];
        _warps = [.. block.Warps];
        _arguments = new(this, block.Arguments, block.Global.BytesFrom);
    }

    public int Index => _block.Index;

    public int Blocks => _block.Blocks;

    public int Threads => _block.Threads;

    public void Run(int index)
    {
        _block.Begin(index);
        _atomics.RemoveWhere(static a => a < SharedEnd);
        Array.Fill(_stops, Fresh);
        foreach (var thread in _threads) thread.Body = _kernel.Start(thread, _arguments);
        while (true)
        {
            _order.Shuffle(_warps);
            int waiting = _warps.Count(RunWarp);
            if (waiting == 0) return;
            SameBarrier(waiting);
            _block.PassBarrier();
            _atomics.RemoveWhere(static a => a < SharedEnd);
        }
    }

    public unsafe ArrayView<T> StaticArray<T>(int array) where T : unmanaged
    {
        var (offset, bytes) = _kernel.SharedArrays[array];
        return new(this, Ptx.SharedMemory.Base + (ulong)offset, bytes / sizeof(T));
    }

    public unsafe ArrayView<T> DynamicArray<T>() where T : unmanaged
    {
        uint from = _block.Shared.DynamicBase;
        return new(this, from, ((long)Ptx.SharedMemory.Base + _block.Shared.Length - from) / sizeof(T));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe byte* Read(ulong address, int bytes, int site)
    {
        var at = _kernel.Sites[site];
        if (_atomics.Count > 0) Apart(address, at, "read");
        return address < SharedEnd ? _block.Shared.Read(_warp, at, _lane, address, bytes)
            : _block.Global.Read(_warp, at, _lane, address, bytes, constant: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe byte* Write(ulong address, int bytes, int site)
    {
        var at = _kernel.Sites[site];
        if (_atomics.Count > 0) Apart(address, at, "write");
        return address < SharedEnd ? _block.Shared.Write(_warp, at, _lane, address, bytes)
            : _block.Global.Write(_warp, at, _lane, address, bytes);
    }

    /// Atomic operations do not race with each other. As readers they are told from writers, and from later readers by a list.
    public unsafe byte* Reach(ulong address, int bytes, int site)
    {
        var at = _kernel.Sites[site];
        byte* place = address < SharedEnd ? _block.Shared.Read(_warp, at, _lane, address, bytes)
            : _block.Global.Read(_warp, at, _lane, address, bytes, constant: false);
        _atomics.Add(address);
        return place;
    }

    public PtxFault Outside(ulong address, long index, long length, int bytes, int site, string what) => _warp.Fault(
        _kernel.Sites[site], _lane, FormattableString.Invariant(
            $"out-of-bounds {what} of {bytes} bytes at element {index} of {length}, at {Where(address + (ulong)(index * bytes))}"));

    private string Where(ulong address) => address < SharedEnd ? _block.Shared.Where(address) : _block.Global.Where(address);

    private void Apart(ulong address, KernelSite at, string what)
    {
        if (_atomics.Contains(address))
            throw _warp.Fault(at, _lane, $"race: {what} at {Where(address)}, which an atomic operation changed with no barrier between");
    }

    // From barrier to barrier (true) or to the end (false).
    private bool RunWarp(Ptx.Warp warp)
    {
        uint ready = warp.Existing & ~Stopped(warp, Ended);
        while (true)
        {
            Resume(warp, ready);
            var first = At(_stops[warp.FirstThread]);
            ready = Stopped(warp, _stops[warp.FirstThread]);
            if (ready == warp.Existing)
            {
                if (first is null || first.Kind == SiteKind.Barrier) return first is not null;
                Meet(warp, first, ready);
                continue;
            }
            first = Alone(warp) ?? throw Divergent(warp);
            ready = Stopped(warp, first.Number);
            Meet(warp, first, ready);
        }
    }

    // Lanes in a drawn order: from one on, by an odd step.
    private void Resume(Ptx.Warp warp, uint lanes)
    {
        int lane = _order.Next(32), step = _order.Next(16) * 2 + 1;
        for (int i = 0; i < 32; i++, lane = lane + step & 31)
        {
            if ((lanes >> lane & 1) == 0) continue;
            (_warp, _lane) = (warp, lane);
            var body = _threads[warp.FirstThread + lane].Body!;
            try
            {
                _stops[warp.FirstThread + lane] = body.MoveNext() ? body.Current : Ended;
            }
            catch (ArithmeticException fault)
            {
                throw new PtxFault(FormattableString.Invariant(
                    $"kernel '{_kernel.Entry.Name}', block {Index}, thread {warp.FirstThread + lane}: {fault.Message}"));
            }
        }
    }

    private void Meet(Ptx.Warp warp, KernelSite site, uint lanes)
    {
        if (site.Kind == SiteKind.Shuffle) Shuffle(warp, site);
        else Execute(warp, site.Assembly!, lanes);
    }

    private void Shuffle(Ptx.Warp warp, KernelSite site)
    {
        Span<ulong> values = stackalloc ulong[32];
        for (int lane = 0; lane < 32; lane++)
            if ((warp.Existing >> lane & 1) != 0) values[lane] = _threads[warp.FirstThread + lane].Operands[0];
        for (int lane = 0; lane < 32; lane++)
        {
            if ((warp.Existing >> lane & 1) == 0) continue;
            var thread = _threads[warp.FirstThread + lane];
            int source = lane ^ thread.LaneMask;
            if (source is < 0 or > 31 || (warp.Existing >> source & 1) == 0)
                throw warp.Fault(site, lane, FormattableString.Invariant($"reads lane {source}, which is not there"));
            thread.Operands[0] = values[source];
        }
    }

    private unsafe void Execute(Ptx.Warp warp, AssemblyText text, uint lanes)
    {
        for (int k = text.HasResult ? 1 : 0; k < text.Registers.Length; k++)
        {
            byte* to = warp.Lanes(text.Registers[k].Slot);
            bool wide = text.Registers[k].Type.Size() == 8;
            for (int lane = 0; lane < 32; lane++)
            {
                if ((lanes >> lane & 1) == 0) continue;
                ulong bits = _threads[warp.FirstThread + lane].Operands[k];
                if (wide) ((ulong*)to)[lane] = bits;
                else ((uint*)to)[lane] = (uint)bits;
            }
            warp.Give(text.Registers[k].Slot, lanes);
        }
        warp.RunStraight(text.Code.First, text.Code.End, lanes, _block.Report);
        if (!text.HasResult) return;
        var result = text.Registers[0];
        warp.Need(result.Slot, lanes, _block.Entry.Code[text.Code.First]);
        for (int lane = 0; lane < 32; lane++)
        {
            if ((lanes >> lane & 1) == 0) continue;
            byte* from = warp.Lanes(result.Slot);
            _threads[warp.FirstThread + lane].Operands[0] = result.Type.Size() == 8 ? ((ulong*)from)[lane] : ((uint*)from)[lane];
        }
    }

    // Where lanes have gone apart: assembly that a lane may execute without the others.
    private KernelSite? Alone(Ptx.Warp warp)
    {
        KernelSite? alone = null;
        for (int lane = 0; lane < 32; lane++)
        {
            if ((warp.Existing >> lane & 1) == 0) continue;
            if (At(_stops[warp.FirstThread + lane]) is { Kind: SiteKind.Assembly, Assembly.NeedsWarp: false } site
                && (alone is null || site.Number < alone.Number)) alone = site;
        }
        return alone;
    }

    private uint Stopped(Ptx.Warp warp, int stop)
    {
        uint lanes = 0;
        for (int lane = 0; lane < 32; lane++)
            if ((warp.Existing >> lane & 1) != 0 && _stops[warp.FirstThread + lane] == stop) lanes |= 1u << lane;
        return lanes;
    }

    private KernelSite? At(int stop) => stop == Ended ? null : _kernel.Sites[stop];

    private PtxFault Divergent(Ptx.Warp warp)
    {
        int lane = Enumerable.Range(0, 32).First(l => (warp.Existing >> l & 1) != 0 && _stops[warp.FirstThread + l] != Ended);
        int stop = _stops[warp.FirstThread + lane];
        uint absent = warp.Existing & ~Stopped(warp, stop);
        return warp.Fault(At(stop)!, lane, FormattableString.Invariant(
            $"divergent {At(stop)!.Kind.ToString().ToLowerInvariant()}: {uint.PopCount(absent)} lanes of the warp are not there"));
    }

    private void SameBarrier(int waiting)
    {
        var here = _warps.First(w => _stops[w.FirstThread] != Ended);
        if (waiting < _warps.Length) throw here.Fault(At(_stops[here.FirstThread])!, 0, FormattableString.Invariant(
            $"divergent barrier: {waiting} warps wait, {_warps.Length - waiting} warps of the block have ended"));
        var other = _warps.FirstOrDefault(w => _stops[w.FirstThread] != _stops[here.FirstThread]);
        if (other is not null) throw here.Fault(At(_stops[here.FirstThread])!, 0, FormattableString.Invariant(
            $"divergent barrier: warp {here.Index} waits here, warp {other.Index} at line {At(_stops[other.FirstThread])!.Line}"));
    }
}

namespace Fcn.Tests.Ptx;

// One block: its warps run one after the other from barrier to barrier, in an order drawn anew for every interval.
internal sealed class Block : IDisposable
{
    private readonly Warp[] _warps;
    private readonly bool[] _done;
    private readonly Random _order;
    private long _backwardBranches;

    public Block(PtxEntry entry, int blocks, int threads, SharedMemory shared, DeviceMemory global, ReadOnlySpan<ulong> arguments, int seed)
    {
        (Entry, Blocks, Threads, Shared, Global) = (entry, blocks, threads, shared, global);
        Arguments = arguments.ToArray();
        _order = new(seed);
        _warps = [.. Enumerable.Range(0, (threads + 31) / 32).Select(i => new Warp(this, i))];
        _done = new bool[_warps.Length];
    }

    public PtxEntry Entry { get; }
    public int Blocks { get; }
    public int Threads { get; }
    public int Index { get; private set; }

    /// In a drawn order while the block runs.
    public IReadOnlyList<Warp> Warps => _warps;
    public uint Epoch { get; private set; }
    public SharedMemory Shared { get; }
    public DeviceMemory Global { get; }
    public ulong[] Arguments { get; }
    public required LaunchReport Report { get; init; }

    /// Backward branches that one block may take before it is said to hang.
    public required long BranchLimit { get; init; }

    /// Everything as before the first instruction of a block.
    public void Begin(int index)
    {
        Index = index;
        Epoch = Shared.BeginBlock();
        Global.BeginBlock(index);
        _backwardBranches = 0;
        Array.Clear(_done);
        foreach (Warp warp in _warps) warp.Reset();
    }

    /// All warps have met at a barrier.
    public void PassBarrier() => Epoch = Shared.NextEpoch();

    public void Run(int index)
    {
        Begin(index);
        while (true)
        {
            int waiting = 0;
            _order.Shuffle(_warps);
            foreach (Warp warp in _warps)
            {
                if (_done[warp.Index]) continue;
                if (warp.Run(Report)) waiting++;
                else _done[warp.Index] = true;
            }
            if (waiting == 0) return;
            if (waiting < _warps.Length) throw Deserted(waiting);
            SameBarrier();
            PassBarrier();
        }
    }

    public void CountBackwardBranch(Warp warp, Instruction at, int lane)
    {
        if (++_backwardBranches > BranchLimit)
            throw warp.Fault(at, lane, $"the block took {BranchLimit} backward branches: it does not end");
    }

    public void Dispose()
    {
        foreach (Warp warp in _warps) warp.Dispose();
    }

    private void SameBarrier()
    {
        foreach (Warp warp in _warps)
        {
            if (warp.LastInstruction != _warps[0].LastInstruction)
                throw warp.Fault(warp.LastInstruction, 0, FormattableString.Invariant(
                    $"divergent barrier: warp {warp.Index} waits here, warp {_warps[0].Index} at line {_warps[0].LastInstruction.Line}"));
        }
    }

    private PtxFault Deserted(int waiting)
    {
        Warp waits = _warps.First(w => !_done[w.Index]);
        return waits.Fault(waits.LastInstruction, 0, FormattableString.Invariant(
            $"divergent barrier: {waiting} warps wait, {_warps.Length - waiting} warps of the block have ended"));
    }
}

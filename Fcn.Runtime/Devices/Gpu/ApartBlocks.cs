namespace Fcn.Devices.Gpu;

// For tests: every buffer of a plan in memory of its own and of exactly its size, so that a kernel that leaves one is found out.
internal sealed class ApartBlocks(GpuContext context) : IDisposable
{
    private readonly List<GpuBlock> _blocks = [];

    /// Address of a buffer of a plan; asked for again it is the same.
    public long Place(ArenaPlan plan, int buffer)
    {
        while (_blocks.Count <= buffer)
            _blocks.Add(new GpuBlock(context, plan.BytesOf(_blocks.Count), "A buffer takes", static _ => "Test something smaller."));
        return (long)_blocks[buffer].Address;
    }

    public void Dispose() => Release.All(_blocks);
}

namespace Fcn.Devices.Gpu;

// For tests: every buffer of a plan in memory of its own and of exactly its size, so that a kernel that leaves one is found out.
internal sealed class ApartBlocks(GpuContext context) : IDisposable
{
    private readonly List<GpuBlock> _blocks = [];

    /// The same buffers, asked for again, get the same places.
    public void Place(ArenaPlan plan)
    {
        int next = 0;
        plan.PlaceApart(bytes =>
        {
            if (next == _blocks.Count) _blocks.Add(new GpuBlock(context, bytes, "A buffer takes", static _ => "Test something smaller."));
            return (nint)_blocks[next++].Address;
        });
    }

    public void Dispose() => Release.All(_blocks);
}

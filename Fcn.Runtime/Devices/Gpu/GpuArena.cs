namespace Fcn.Devices.Gpu;

// The memory behind all plans of an engine.
internal sealed class GpuArena(GpuContext context, string network) : IDisposable
{
    private GpuBlock? _block;
    private ArenaGrowth _growth;

    public long Bytes => _block?.Bytes ?? 0;

    /// Memory for a plan; what it held before may be gone.
    /// <param name="plan">The plan.</param>
    /// <param name="bytesOf">Bytes of the same plan for another number of images.</param>
    public ulong Fit(GpuPlan plan, Func<int, long> bytesOf)
    {
        long? wanted = _growth.Next(Bytes, plan.Arena.Bytes);
        if (_block is not null && wanted is null) return _block.Address;
        // The old block goes first: never are two held at once.
        _block?.Dispose();
        _block = null;
        string purpose = $"{plan.Shape.Mode} of {network} on {plan.Shape} needs";
        _block = new GpuBlock(context, wanted ?? plan.Arena.Bytes, purpose, free => Remedy(plan.Shape, free, bytesOf));
        return _block.Address;
    }

    public void Dispose()
    {
        _block?.Dispose();
        _block = null;
    }

    private static string Remedy(RunShape shape, long free, Func<int, long> bytesOf)
    {
        var (fits, tooMany) = (0, shape.Images);
        while (fits + 1 < tooMany)
        {
            int images = fits + (tooMany - fits) / 2;
            if (bytesOf(images) <= free) fits = images;
            else tooMany = images;
        }
        return fits > 0
            ? $"The largest batch of this size that fits has {fits} {(fits == 1 ? "image" : "images")}."
            : "Not even one image of this size fits: use smaller ones, close other programs that use the GPU, or run on the CPU.";
    }
}

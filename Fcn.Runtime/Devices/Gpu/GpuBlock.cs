namespace Fcn.Devices.Gpu;

// Memory of the card. The garbage collector is told of the bytes: a forgotten network holds memory that it cannot see.
internal sealed class GpuBlock : IDisposable
{
    private readonly GpuDriver _driver;

    /// <param name="context">The card; current.</param>
    /// <param name="bytes">Size; 0 allocates nothing.</param>
    /// <param name="purpose">Opens the message where there is not so much memory: "The gradients of Fcn8s take".</param>
    /// <param name="remedy">Closes it, knowing the bytes that are free.</param>
    /// <exception cref="FcnException">The card has not so much left.</exception>
    public GpuBlock(GpuContext context, long bytes, string purpose, Func<long, string> remedy)
    {
        (_driver, Bytes) = (context.Driver, bytes);
        if (bytes == 0) return;
        try
        {
            Address = _driver.Allocate(bytes);
            GC.AddMemoryPressure(bytes);
        }
        catch (GpuException full) when (full.Fault == GpuFault.OutOfMemory)
        {
            var (free, total) = _driver.Memory();
            string room = $"{Words(bytes)} of {context.Card}; {Words(free)} of {Words(total)} are free.";
            throw new FcnException($"{purpose} {room} {remedy(free)}", full);
        }
    }

    /// Sets every byte, in the order of the stream; where that fails there is no block.
    public GpuBlock Filled(byte value, nint stream)
    {
        try
        {
            if (Bytes > 0) _driver.Fill(Address, value, Bytes, stream);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long Bytes { get; }

    /// 0 without bytes.
    public ulong Address { get; private set; }

    /// Waits for the card.
    public void Dispose()
    {
        if (Address == 0) return;
        ulong address = Address;
        Address = 0;
        GC.RemoveMemoryPressure(Bytes);
        _driver.Free(address);
    }

    private static string Words(long bytes) => FormattableString.Invariant($"{bytes} bytes ({bytes / 1e9:F2} GB)");
}

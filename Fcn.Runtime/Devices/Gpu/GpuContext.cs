using System.Collections.Concurrent;

namespace Fcn.Devices.Gpu;

// One card as one owner holds it: the driver, the card's facts, the context that all owners in the process share.
internal sealed class GpuContext : IDisposable
{
    // Of engines. One that nobody refers to any more is finalised, and needs the driver then.
    private static readonly ConcurrentDictionary<GpuContext, GpuCard> Held = new();

    private readonly nint _handle;
    private bool _disposed;

    public GpuContext(GpuDriver driver, GpuCard card)
    {
        (Driver, Card) = (driver, card);
        _handle = driver.Retain(card.Ordinal);
        try
        {
            MakeCurrent();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public GpuDriver Driver { get; }

    public GpuCard Card { get; }

    /// The driver keeps the current context per thread, and callers may come on any.
    public void MakeCurrent() => Driver.MakeCurrent(_handle);

    /// Before giving things back, which must not fail where the card is lost.
    public void MakeCurrentToRelease()
    {
        if (Driver.IsLost) return;
        try
        {
            MakeCurrent();
        }
        catch (GpuException e) when (e.Fault == GpuFault.Lost)
        {
            // Known to the driver as lost from here on: nothing is given back.
        }
    }

    /// Another owner of the same card, an engine. The process keeps it until the card is given back.
    public GpuContext Share()
    {
        var context = new GpuContext(Driver, Card);
        Held.TryAdd(context, Card);
        return context;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Held.TryRemove(this, out _);
        Driver.Release(Card.Ordinal);
    }
}

// The card under test: the driver of this machine, or the tests' emulated one in a rehearsal; metered.
using Fcn.Devices.Cuda;
using Fcn.Devices.Gpu;
using Fcn.Tests.Devices.Cuda;

namespace Fcn.GpuCheck;

sealed class OpenCard : IDisposable
{
    readonly CudaSearch search;
    readonly GpuContext context;
    readonly int ordinal;
    readonly CubinCache cache;

    OpenCard(MeteredDriver driver, int ordinal, string? cacheFolder)
    {
        (Driver, this.ordinal, cache) = (driver, ordinal, new CubinCache(cacheFolder));
        search = CudaSearch.Of(driver);
        GpuCard card = CudaCards.Of(driver, ordinal);
        (Name, Capability, Processors) = (card.Name, card.Capability, card.Processors);
        context = new GpuContext(driver, card);
    }

    public MeteredDriver Driver { get; }

    public string Name { get; }

    public int Capability { get; }

    public int Processors { get; }

    /// Null and the reason where there is no card.
    public static OpenCard? Open(Settings settings, out string why)
    {
        CudaSearch search = settings.Rehearse ? CudaSearch.Of(new EmulatedDriver(new PtxCard())) : NativeDriver.Machine;
        why = search.Why;
        if (search.Driver is not { } driver) return null;
        var cards = CudaCards.All(driver);
        if (settings.Card < cards.Count && cards[settings.Card].IsSupported)
            return new OpenCard(new MeteredDriver(driver), settings.Card, settings.Cache);
        why = settings.Card < cards.Count
            ? $"{cards[settings.Card]} is below compute capability 7.5"
            : $"there is no cuda:{settings.Card}; there are {string.Join(", ", cards)}";
        return null;
    }

    public void MakeCurrent() => context.MakeCurrent();

    /// A module of one kernel; what was assembled before comes from the cache. text ends with a zero.
    public nint Load(byte[] text, string kernel)
    {
        string key = CubinCache.Key(text, Capability, Driver);
        if (cache.Find(key) is { } known) return Driver.Load(known);
        byte[] code = Driver.Assemble(text, kernel);
        cache.Store(key, code);
        return Driver.Load(code);
    }

    /// poison: buffers are full of NaNs before every run. apart: each is memory of its own, so that a sanitizer sees its ends.
    public CudaDevice Device(CudaPrecision precision, bool poison = false, bool apart = false) =>
        new(search, ordinal, precision, cache) { Poison = poison, Apart = apart };

    public void Dispose() => context.Dispose();
}

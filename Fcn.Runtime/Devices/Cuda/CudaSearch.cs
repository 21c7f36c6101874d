using System.Globalization;
using Fcn.Devices.Gpu;

namespace Fcn.Devices.Cuda;

// The driver of this machine, ready to use; or why there is none, in words that follow a "because".
internal sealed record CudaSearch(CudaDriver? Driver, string Why)
{
    /// The first whose PTX has ldmatrix and the products of sm_75 (PTX 6.5).
    public const int NeededVersion = 10020;

    public const string NeededDriver = "CUDA 10.2 (driver 440) or newer is needed";

    public static CudaSearch Of(CudaDriver driver)
    {
        try
        {
            int version = driver.Version;
            if (version < NeededVersion) return new CudaSearch(null, $"the NVIDIA driver is one for CUDA {Words(version)}; {NeededDriver}");
            driver.Start();
            return driver.Cards > 0 ? new CudaSearch(driver, "") : NoCard;
        }
        catch (CudaException e) when (e.Code == CudaException.NoDevice)
        {
            return NoCard;
        }
        catch (CudaException e)
        {
            return new CudaSearch(null, e.Message);
        }
    }

    /// 12040 → 12.4
    public static string Words(int version) => string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    private static CudaSearch NoCard => new(null, "the NVIDIA driver sees no GPU");
}

// A driver that was found stays; one that was not may be installed while the process lives, so it is looked for again.
internal sealed class CudaLookup(Func<CudaSearch> search)
{
    private readonly Lock _gate = new();
    private CudaSearch? _last;

    public CudaSearch Result()
    {
        lock (_gate)
        {
            if (_last?.Driver is null) _last = search();
            return _last;
        }
    }
}

// The driver's facts about the cards that it sees.
internal static class CudaCards
{
    public static GpuCard Of(CudaDriver driver, int ordinal)
    {
        int capability = 10 * driver.Attribute(ordinal, CudaAttribute.Major) + driver.Attribute(ordinal, CudaAttribute.Minor);
        string name = driver.Name(ordinal);
        return new GpuCard(
            ordinal, name, capability, driver.Attribute(ordinal, CudaAttribute.Processors),
            driver.Attribute(ordinal, CudaAttribute.SharedBytesPerBlock))
        {
            Words = $"cuda:{ordinal} ({name}, sm_{capability})",
        };
    }

    public static IReadOnlyList<GpuCard> All(CudaDriver driver) => [.. Enumerable.Range(0, driver.Cards).Select(i => Of(driver, i))];
}

/// <summary>What was found when looking for a GPU.</summary>
/// <param name="Ordinal">Number of the first NVIDIA GPU that networks can run on; null where there is none.</param>
/// <param name="Words">The GPU, or why there is none: <c>cuda:0 (NVIDIA H200, sm_90)</c>, <c>the NVIDIA driver sees no GPU</c>.</param>
public sealed record CudaFinding(int? Ordinal, string Words)
{
    internal static CudaFinding Of(CudaSearch search)
    {
        if (search.Driver is not { } driver) return new CudaFinding(null, search.Why);
        var cards = CudaCards.All(driver);
        if (cards.FirstOrDefault(static c => c.IsSupported) is { } card) return new CudaFinding(card.Ordinal, card.ToString());
        string only = string.Join(", ", cards);
        return new CudaFinding(null, $"of the GPUs here none reaches compute capability 7.5: {only}");
    }
}

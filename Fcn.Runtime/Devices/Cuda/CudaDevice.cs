using Fcn.Devices.Gpu;

namespace Fcn.Devices.Cuda;

/// <summary>
/// An NVIDIA GPU of compute capability 7.5 or above. Needs the NVIDIA driver and nothing else. Serves any number of networks; each keeps
/// the card for itself until it is disposed, the device may go before.
/// </summary>
public sealed class CudaDevice : GpuDevice, IDisposable
{
    private const string RunOnCpu = "Run on the CPU instead (--device cpu).";

    private readonly CudaDriver _driver;
    private readonly GpuContext _context;
    private readonly CubinCache _cache;
    private bool _disposed;

    /// <summary>Opens a GPU.</summary>
    /// <param name="ordinal">Its number, 0 for the first, in the driver's order (CUDA_VISIBLE_DEVICES changes it).</param>
    /// <param name="precision">How convolutions multiply. <see cref="CudaPrecision.Fp32"/> is as exact as CPUs, others are faster.</param>
    /// <exception cref="FcnException">There is no driver, it is too old, there is no such GPU, or it is below 7.5.</exception>
    public CudaDevice(int ordinal = 0, CudaPrecision precision = CudaPrecision.Fp32)
        : this(NativeDriver.Machine, ordinal, precision, new CubinCache(CubinCache.DefaultFolder())) { }

    internal CudaDevice(CudaSearch machine, int ordinal, CudaPrecision precision, CubinCache cache) : base(precision)
    {
        if (machine.Driver is not { } driver) throw new FcnException($"CUDA cannot be used: {machine.Why}. {RunOnCpu}");
        var cards = CudaCards.All(driver);
        if (ordinal < 0 || ordinal >= cards.Count)
            throw new FcnException($"There is no GPU cuda:{ordinal}. GPUs here: {string.Join(", ", cards)}.");
        var card = cards[ordinal];
        if (!card.IsSupported)
            throw new FcnException($"{card} has compute capability {Words(card.Capability)}; 7.5 or above is needed. {RunOnCpu}");
        (_driver, _context, _cache) = (driver, new GpuContext(driver, card), cache);
        Name = $"cuda:{ordinal} ({card.Name}, sm_{card.Capability}, {precision.ToString().ToLowerInvariant()})";
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Capability => _context.Card.Capability;

    /// <summary>Times launches one by one while set; null runs them as graphs. Set between calls of the networks.</summary>
    public override LaunchProfile? Profile { get; set; }

    /// <summary>Looks for a GPU that networks can run on. Never throws for what the machine lacks.</summary>
    public static CudaFinding Find() => CudaFinding.Of(NativeDriver.Machine);

    /// <inheritdoc/>
    /// <exception cref="FcnException">
    /// The network was built without CUDA kernels, the card cannot compute in this precision, or its memory does not hold the parameters.
    /// </exception>
    public override Engine Open(NetworkSummary network, NetworkCode code)
    {
        var program = code.Nvidia ?? throw NotCompiled.Target(network.Name, "NVIDIA GPUs", "cuda");
        return Engine(network, program, Variant(network.Name, _context.Card.ToString(), program, RunOnCpu));
    }

    /// <summary>Loads kernels of a network and says what the driver made of them; assembles those it never saw.</summary>
    /// <param name="program">The network's code.</param>
    /// <param name="variant">One of its variants that this card can run.</param>
    /// <returns>One entry per kernel, in the variant's order.</returns>
    /// <exception cref="FcnException">The driver refuses a kernel.</exception>
    public IReadOnlyList<CudaKernelFacts> Load(CudaProgram program, CudaVariant variant)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _context.MakeCurrent();
        using var modules = new CudaModules(_driver, _context.Card, program, variant, _cache);
        int[] all = [.. Enumerable.Range(0, variant.Kernels.Count)];
        modules.Load(all.AsEnumerable());
        return [.. all.Select(modules.Facts)];
    }

    /// <summary>Gives the card back, except what networks on it still hold.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Dispose();
    }

    private GpuEngine Engine(NetworkSummary network, CudaProgram program, CudaVariant variant)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_driver.IsLost) throw GpuException.Lost(network.Name);
        return new GpuEngine(
            this, _context.Share(), network, program, variant, () => new CudaModules(_driver, _context.Card, program, variant, _cache));
    }
}

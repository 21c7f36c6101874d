namespace Fcn.Devices.Cuda;

/// <summary>
/// An NVIDIA GPU of compute capability 7.5 or above. Needs the NVIDIA driver and nothing else. Serves any number of networks; each keeps
/// the card for itself until it is disposed, the device may go before.
/// </summary>
public sealed class CudaDevice : Device, IDisposable
{
    private const string RunOnCpu = "Run on the CPU instead (--device cpu).";

    private readonly CudaContext _context;
    private readonly CubinCache _cache;
    private bool _disposed;

    /// <summary>Opens a GPU.</summary>
    /// <param name="ordinal">Its number, 0 for the first, in the driver's order (CUDA_VISIBLE_DEVICES changes it).</param>
    /// <param name="precision">How convolutions multiply. <see cref="CudaPrecision.Fp32"/> is as exact as CPUs, others are faster.</param>
    /// <exception cref="FcnException">There is no driver, it is too old, there is no such GPU, or it is below 7.5.</exception>
    public CudaDevice(int ordinal = 0, CudaPrecision precision = CudaPrecision.Fp32)
        : this(NativeDriver.Machine, ordinal, precision, new CubinCache(CubinCache.DefaultFolder())) { }

    internal CudaDevice(CudaSearch machine, int ordinal, CudaPrecision precision, CubinCache cache)
    {
        if (machine.Driver is not { } driver) throw new FcnException($"CUDA cannot be used: {machine.Why}. {RunOnCpu}");
        var cards = CudaCard.All(driver);
        if (ordinal < 0 || ordinal >= cards.Count)
            throw new FcnException($"There is no GPU cuda:{ordinal}. GPUs here: {string.Join(", ", cards)}.");
        var card = cards[ordinal];
        if (!card.IsSupported)
            throw new FcnException($"{card} has compute capability {Words(card.Capability)}; 7.5 or above is needed. {RunOnCpu}");
        (_context, _cache, Precision) = (new CudaContext(driver, card), cache, precision);
        Name = $"cuda:{ordinal} ({card.Name}, sm_{card.Capability}, {precision.ToString().ToLowerInvariant()})";
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>How convolutions multiply.</summary>
    public CudaPrecision Precision { get; }

    /// <summary>Compute capability, such as 90 for 9.0.</summary>
    public int Capability => _context.Card.Capability;

    /// <summary>Times launches one by one while set; null runs them as graphs. Set between calls of the networks.</summary>
    public LaunchProfile? Profile { get; set; }

    /// <summary>Whether runs are timed as a whole; results come back a little later then. Set between calls of the networks.</summary>
    public bool TimesKernels { get; set; }

    /// <summary>Time that kernels took since the device was opened, while <see cref="TimesKernels"/> was set; copies apart.</summary>
    public TimeSpan KernelTime { get; private set; }

    // For tests: arenas are filled with NaNs before every run, so that what reads a buffer before it is written shows.
    internal bool Poison { get; init; }

    // For tests: every buffer lies in memory of its own, so that what a kernel does beyond one shows.
    internal bool Apart { get; init; }

    /// <summary>Looks for a GPU that networks can run on. Never throws for what the machine lacks.</summary>
    public static CudaFinding Find() => CudaFinding.Of(NativeDriver.Machine);

    /// <inheritdoc/>
    /// <exception cref="FcnException">
    /// The network was built without CUDA kernels, the card cannot compute in this precision, or its memory does not hold the parameters.
    /// </exception>
    public override Engine Open(NetworkSummary network, NetworkCode code)
    {
        var program = code.Cuda ?? throw new FcnException(
            $"{network.Name} was built without CUDA kernels. Build it with a generator that emits them. {RunOnCpu}");
        return Engine(network, program, Variant(network.Name, program));
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
        using var modules = new CudaModules(_context, program, variant, _cache);
        int[] all = [.. Enumerable.Range(0, variant.Kernels.Count)];
        modules.Load(all);
        return [.. all.Select(modules.Facts)];
    }

    /// <summary>Gives the card back, except what networks on it still hold.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _context.Dispose();
    }

    internal void AddKernelTime(TimeSpan time) => KernelTime += time;

    private CudaEngine Engine(NetworkSummary network, CudaProgram program, CudaVariant variant)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_context.Driver.IsLost) throw CudaException.Lost(network.Name);
        return new CudaEngine(this, _context.Share(), network, program, variant, _cache);
    }

    private CudaVariant Variant(string network, CudaProgram program)
    {
        if (program.Variant(Precision, Capability) is { } variant) return variant;
        var possible = Enum.GetValues<CudaPrecision>().Where(p => program.Variant(p, Capability) is not null);
        string others = string.Join(", ", possible.Select(static p => p.ToString().ToLowerInvariant()));
        var needed = program.Variants.Where(v => v.Precision == Precision).Select(static v => v.Capability).DefaultIfEmpty(0).Min();
        throw new FcnException(
            $"{_context.Card} cannot run {network} in {Precision.ToString().ToLowerInvariant()}: " +
            (needed == 0 ? "there are no kernels of this precision. " : $"compute capability {Words(needed)} is needed. ") +
            (others.Length == 0 ? RunOnCpu : $"It can in {others} (--precision)."));
    }

    private static string Words(int capability) => FormattableString.Invariant($"{capability / 10}.{capability % 10}");
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fcn.Devices.Cpu;

/// <summary>
/// The processor: a pool of threads and the widest vectors it has. Serves any number of networks; their launches take turns.
/// </summary>
public sealed class CpuDevice : Device, IDisposable
{
    private static readonly Lazy<CpuDevice> Shared = new(static () => new CpuDevice());

    /// <summary>A device of its own.</summary>
    /// <param name="threads">1..1024; 0 for <see cref="CpuPool.DefaultThreads"/>.</param>
    /// <param name="level">Which kernels run; null for <see cref="BestLevel"/>.</param>
    /// <exception cref="FcnException">Threads are out of range (here or in FCN_THREADS), or this processor lacks the level.</exception>
    public CpuDevice(int threads = 0, SimdLevel? level = null)
    {
        Level = level ?? BestLevel;
        if (!Supports(Level))
            throw new FcnException($"{Words(Level)} is not there, or switched off for the runtime; the best level here is {BestLevel}.");
        Pool = new CpuPool(threads);
        Name = $"cpu ({Words(Level)}, {Pool.Threads} {(Pool.Threads == 1 ? "thread" : "threads")})";
    }

    /// <summary>The device of networks that name none: best level, default threads. Lives as long as the process.</summary>
    /// <exception cref="FcnException">FCN_THREADS is not a number of threads.</exception>
    public static CpuDevice Default => Shared.Value;

    /// <summary>The widest vectors worth using: where 512-bit vectors slow the clock down, the runtime says so and AVX2 is best.</summary>
    public static SimdLevel BestLevel =>
        Supports(SimdLevel.Avx512) && Vector512.IsHardwareAccelerated ? SimdLevel.Avx512
        : Supports(SimdLevel.Avx2) ? SimdLevel.Avx2
        : SimdLevel.Portable;

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string? Advice => NarrowBuild.Advice(BestLevel);

    /// <summary>Which of the generated kernel sets runs.</summary>
    public SimdLevel Level { get; }

    /// <summary>The threads.</summary>
    public CpuPool Pool { get; }

    /// <inheritdoc/>
    public override LaunchProfile? Profile
    {
        get => Pool.Profile;
        set => Pool.Profile = value;
    }

    // For tests: arenas are filled with NaNs before every run, so that what reads a buffer before it is written shows.
    internal bool Poison { get; init; }

    /// <summary>Whether this processor runs the kernels of a level.</summary>
    public static bool Supports(SimdLevel level) => level switch
    {
        SimdLevel.Avx512 => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported,
        SimdLevel.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        SimdLevel.Portable => true,
    };

    /// <inheritdoc/>
    /// <exception cref="FcnException">There is no memory for the parameters.</exception>
    public override Engine Open(NetworkSummary network, NetworkCode code) => new CpuEngine(this, network, code.Cpu ?? throw NotCompiled.Target(network.Name, "CPUs", "cpu"));

    /// <summary>Ends the threads; networks on this device cannot run afterwards. The default device stays.</summary>
    public void Dispose()
    {
        if (!Shared.IsValueCreated || this != Shared.Value) Pool.Dispose();
    }

    private static string Words(SimdLevel level) => level switch
    {
        SimdLevel.Avx512 => "AVX-512",
        SimdLevel.Avx2 => "AVX2",
        SimdLevel.Portable => "128-bit vectors",
    };
}

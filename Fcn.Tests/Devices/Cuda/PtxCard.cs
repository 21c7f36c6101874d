using Fcn.Devices.Cuda;
using Fcn.Tests.Ptx;

namespace Fcn.Tests.Devices.Cuda;

/// <summary>
/// A card that executes PTX: the emulator's memory and launches behind the emulated driver, so that the runtime's engine and the
/// generator's kernels run together without a GPU. What a kernel does wrong is a <see cref="PtxFault"/>.
/// </summary>
internal sealed class PtxCard(int seed = 1) : EmulatedCard
{
    private readonly DeviceMemory _memory = new();
    private readonly Dictionary<string, PtxModule> _modules = [];

    /// <summary>A device that executes PTX.</summary>
    /// <param name="precision">How convolutions multiply.</param>
    /// <param name="capability">Of the card.</param>
    /// <param name="apart">Every buffer has memory of its own, so that no kernel leaves one unseen; false: the arena, as it is run.</param>
    /// <param name="seed">Draws the order of blocks and warps, and how far streams run ahead.</param>
    public static CudaDevice Open(CudaPrecision precision = CudaPrecision.Fp32, int capability = 90, bool apart = true, int seed = 1)
    {
        var driver = new EmulatedDriver(new PtxCard(seed) { Capability = capability }, seed);
        return new CudaDevice(CudaSearch.Of(driver), 0, precision, new CubinCache(null)) { Apart = apart };
    }

    /// <summary>Every launch: the entry, and what the emulator counted.</summary>
    public List<(string Entry, LaunchReport Report)> Reports { get; } = [];

    public override ulong Allocate(long bytes) => _memory.Allocate(bytes);

    public override void Free(ulong address) => _memory.Free(address);

    public override void Write(ulong address, ReadOnlySpan<byte> bytes) => _memory.Write(address, bytes);

    public override void Read(ulong address, Span<byte> bytes) => _memory.Read(address, bytes);

    public override void Fill(ulong address, byte value, long bytes) => _memory.Fill(address, value, bytes);

    public override void Launch(string module, string entry, uint blocks, int threads, int sharedBytes, ReadOnlySpan<ulong> arguments)
    {
        if (!_modules.TryGetValue(module, out var parsed)) _modules.Add(module, parsed = PtxModule.Parse(module));
        Reports.Add((entry, PtxLauncher.Launch(parsed[entry], checked((int)blocks), threads, sharedBytes, arguments, _memory, seed)));
    }

    public override void Dispose() => _memory.Dispose();
}

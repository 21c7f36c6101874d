// A card of the emulated driver whose kernels are executed as PTX, with every access checked: what a rehearsal runs on.
using Fcn.Tests.Devices.Cuda;
using Fcn.Tests.Ptx;

namespace Fcn.GpuCheck;

sealed class PtxCard : EmulatedCard
{
    readonly DeviceMemory memory = new();
    readonly Dictionary<string, PtxModule> modules = [];

    public override ulong Allocate(long bytes) => memory.Allocate(bytes);

    public override void Free(ulong address) => memory.Free(address);

    public override void Write(ulong address, ReadOnlySpan<byte> bytes) => memory.Write(address, bytes);

    public override void Read(ulong address, Span<byte> bytes) => memory.Read(address, bytes);

    public override void Fill(ulong address, byte value, long bytes) => memory.Fill(address, value, bytes);

    public override void Launch(
        string module, string entry, uint blocks, int threads, int sharedBytes, ReadOnlySpan<ulong> arguments)
    {
        if (!modules.TryGetValue(module, out PtxModule? parsed)) modules[module] = parsed = PtxModule.Parse(module);
        PtxLauncher.Launch(parsed[entry], checked((int)blocks), threads, sharedBytes, arguments, memory);
    }

    public override void Dispose() => memory.Dispose();
}

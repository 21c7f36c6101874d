using System.Runtime.InteropServices;

namespace Fcn.Tests.Devices.Cuda;

/// <summary>A card as the emulated driver sees it: facts, memory, and something that runs kernels.</summary>
internal abstract class EmulatedCard : IDisposable
{
    public string Name { get; init; } = "Emulated GPU";

    public int Capability { get; init; } = 90;

    public int Processors { get; init; } = 4;

    public int SharedBytes { get; init; } = 232_448;

    public long MemoryBytes { get; init; } = 1L << 30;

    public abstract ulong Allocate(long bytes);

    public abstract void Free(ulong address);

    public abstract void Write(ulong address, ReadOnlySpan<byte> bytes);

    public abstract void Read(ulong address, Span<byte> bytes);

    public abstract void Fill(ulong address, byte value, long bytes);

    public abstract void Launch(string module, string entry, uint blocks, int threads, int sharedBytes, ReadOnlySpan<ulong> arguments);

    public abstract void Dispose();
}

/// <summary>One block of a kernel that is written in C#.</summary>
internal delegate void BlockBody(long block, ReadOnlySpan<ulong> arguments);

/// <summary>A card whose kernels are C# delegates by name. Device memory is the process's own, so that they can use pointers.</summary>
internal sealed unsafe class DelegateCard(IReadOnlyDictionary<string, BlockBody> kernels) : EmulatedCard
{
    private readonly HashSet<ulong> _blocks = [];

    public override ulong Allocate(long bytes)
    {
        ulong address = (ulong)NativeMemory.AlignedAlloc((nuint)bytes, 256);
        new Span<byte>((void*)address, checked((int)bytes)).Fill(0xFE); // a float far from anything, were it used
        _blocks.Add(address);
        return address;
    }

    public override void Free(ulong address)
    {
        if (!_blocks.Remove(address)) throw new InvalidOperationException($"0x{address:x} is not allocated.");
        NativeMemory.AlignedFree((void*)address);
    }

    public override void Write(ulong address, ReadOnlySpan<byte> bytes) => bytes.CopyTo(new Span<byte>((void*)address, bytes.Length));

    public override void Read(ulong address, Span<byte> bytes) => new ReadOnlySpan<byte>((void*)address, bytes.Length).CopyTo(bytes);

    public override void Fill(ulong address, byte value, long bytes) => NativeMemory.Fill((void*)address, (nuint)bytes, value);

    public override void Launch(string module, string entry, uint blocks, int threads, int sharedBytes, ReadOnlySpan<ulong> arguments)
    {
        var body = kernels[entry];
        for (long block = 0; block < blocks; block++) body(block, arguments);
    }

    public override void Dispose()
    {
        foreach (ulong address in _blocks) NativeMemory.AlignedFree((void*)address);
        _blocks.Clear();
    }
}

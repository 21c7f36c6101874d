// Addresses as schedules compute with them → ILGPU's views and pointers. An address is the number of a buffer and an offset within it:
// OpenCL has no addresses, and this way all devices do the same.
using ILGPU;
using ILGPU.Runtime;

namespace Fcn.Devices.Ilgpu;

internal sealed class IlgpuMemory(Accelerator accelerator) : IDisposable
{
    // A terabyte each, and eight million of them below the sign.
    private const int OffsetBits = 40;
    private const ulong OffsetMask = (1UL << OffsetBits) - 1;

    private readonly HandleTable<MemoryBuffer> _buffers = new();

    // A view of nothing must still be one of something: drivers want a buffer.
    private readonly MemoryBuffer _nothing = accelerator.AllocateRaw(256, 1);

    private long _bytes;

    /// Of all buffers.
    public long Bytes => Interlocked.Read(ref _bytes);

    public ulong Allocate(long bytes)
    {
        if ((ulong)bytes > OffsetMask) throw new OutOfMemoryException();
        MemoryBuffer buffer = accelerator.AllocateRaw(bytes, 1);
        Interlocked.Add(ref _bytes, bytes);
        return (ulong)_buffers.Add(buffer) << OffsetBits;
    }

    /// Nothing may run that uses it.
    public void Free(ulong address)
    {
        MemoryBuffer buffer = _buffers.Remove((nint)(address >> OffsetBits));
        Interlocked.Add(ref _bytes, -buffer.LengthInBytes);
        buffer.Dispose();
    }

    public (MemoryBuffer Buffer, long Offset) Find(ulong address)
    {
        MemoryBuffer buffer = _buffers[(nint)(address >> OffsetBits)];
        long offset = (long)(address & OffsetMask);
        if (offset > buffer.LengthInBytes)
            throw new InvalidOperationException($"Address 0x{address:x} lies {offset - buffer.LengthInBytes} bytes behind its buffer.");
        return (buffer, offset);
    }

    /// From an address to the end of its buffer; empty for address 0.
    public ArrayView<T> View<T>(ulong address) where T : unmanaged
    {
        if (address == 0) return new ArrayView<T>(_nothing, 0, 0);
        (MemoryBuffer buffer, long offset) = Find(address);
        int size = ArrayView<T>.ElementSize;
        if (offset % size != 0) throw new InvalidOperationException($"Address 0x{address:x} is no multiple of {size} bytes.");
        return new ArrayView<T>(buffer, offset / size, (buffer.LengthInBytes - offset) / size);
    }

    /// What the device itself calls an address.
    public long Native(ulong address)
    {
        if (address == 0) return 0;
        (MemoryBuffer buffer, long offset) = Find(address);
        return buffer.NativePtr + offset;
    }

    public void Dispose() => _nothing.Dispose();
}

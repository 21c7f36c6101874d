using System.Runtime.InteropServices;

namespace Fcn.Devices;

// Zeroed memory at a multiple of 64 bytes, outside the garbage collector's heap: parameters, frames and arenas. The collector is told of
// the bytes, for a forgotten network is small to its eyes. Large blocks come from the system already zeroed, page by page when they are
// first touched; nothing is cleared here.
internal sealed unsafe class NativeBlock : IDisposable
{
    private const int Alignment = 64;
    private readonly long _taken;
    private void* _memory;

    /// <param name="bytes">Size.</param>
    /// <param name="purpose">Opens the message where there is not so much memory: "The gradients of Fcn8s need".</param>
    /// <param name="remedy">Closes it: "Use a smaller batch."</param>
    /// <exception cref="FcnException">The system does not give so much.</exception>
    public NativeBlock(long bytes, string purpose, string remedy)
    {
        HostMemory.Reserve(bytes, purpose, remedy);
        Bytes = bytes;
        try
        {
            _taken = checked(bytes + Alignment);
            _memory = NativeMemory.AllocZeroed(checked((nuint)_taken));
        }
        catch (Exception failure) when (failure is OutOfMemoryException or OverflowException)
        {
            HostMemory.Release(bytes);
            throw HostMemory.NotGiven(bytes, purpose, remedy, failure);
        }
        Address = (byte*)(((nint)_memory + Alignment - 1) & -Alignment);
        GC.AddMemoryPressure(_taken);
    }

    ~NativeBlock() => Free();

    public byte* Address { get; private set; }

    public long Bytes { get; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // Once, whoever asks: the owner, or the garbage collector where there is none any more.
    private void Free()
    {
        if (_memory == null) return;
        NativeMemory.Free(_memory);
        GC.RemoveMemoryPressure(_taken);
        HostMemory.Release(Bytes);
        _memory = Address = null;
    }
}

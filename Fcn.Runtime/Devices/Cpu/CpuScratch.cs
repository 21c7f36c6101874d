using System.ComponentModel;

namespace Fcn.Devices.Cpu;

/// <summary>Memory of a thread for the length of one work item, for kernels that need more than registers. Called by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CpuScratch
{
    [ThreadStatic]
    private static NativeBlock? _block;

    /// <summary>At least this many bytes, 64-byte aligned; what they hold is left over from the item before.</summary>
    public static byte* Memory(int bytes)
    {
        if (_block is null || _block.Bytes < bytes)
        {
            _block?.Dispose();
            _block = new NativeBlock(bytes, "A kernel's scratch memory takes", "Close other programs.");
        }
        return (byte*)_block.Address;
    }
}

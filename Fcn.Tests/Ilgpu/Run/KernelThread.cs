using System.Runtime.CompilerServices;
using ILGPU;

namespace Fcn.Tests.Ilgpu;

// One thread of a block, as the rewritten kernel sees it: who it is, and what it hands over where it meets others.
public sealed class KernelThread
{
    private readonly KernelBlock _block;
    internal readonly ulong[] Operands = new ulong[10];
    internal IEnumerator<int>? Body;
    internal int LaneMask;

    internal KernelThread(KernelBlock block, int index) => (_block, Index) = (block, index);

    public int Index { get; }

    public int Threads => _block.Threads;

    public int Block => _block.Index;

    public int Blocks => _block.Blocks;

    /// A static array of the kernel, by its number.
    public ArrayView<T> Shared<T>(int array) where T : unmanaged => _block.StaticArray<T>(array);

    public ArrayView<T> Dynamic<T>() where T : unmanaged => _block.DynamicArray<T>();

    /// What a shuffle or a text of assembly gets. Its result is the first afterwards.
    public unsafe void Give<T>(int operand, T value) where T : unmanaged
    {
        ulong bits = 0;
        Unsafe.CopyBlockUnaligned(&bits, &value, (uint)sizeof(T));
        Operands[operand] = bits;
    }

    public void Offer<T>(T value, int mask) where T : unmanaged
    {
        Give(0, value);
        LaneMask = mask;
    }

    public unsafe T Taken<T>() where T : unmanaged
    {
        ulong bits = Operands[0];
        return *(T*)&bits;
    }
}

// The arguments of a launch, as the emulator takes them: 8 bytes each.
public sealed class KernelArguments
{
    private readonly KernelBlock _block;
    private readonly ulong[] _values;
    private readonly long[] _bytes;

    internal KernelArguments(KernelBlock block, ulong[] values, Func<ulong, long> bytesFrom) =>
        (_block, _values, _bytes) = (block, values, Array.ConvertAll(values, v => bytesFrom(v)));

    /// Views reach to the end of their buffer.
    public unsafe ArrayView<T> View<T>(int parameter) where T : unmanaged =>
        new(_block, _values[parameter], _bytes[parameter] / sizeof(T));

    public unsafe T Number<T>(int parameter) where T : unmanaged
    {
        ulong bits = _values[parameter];
        return *(T*)&bits;
    }
}

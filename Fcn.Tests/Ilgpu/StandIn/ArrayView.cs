using Fcn.Tests.Ilgpu;

namespace ILGPU;

// Elements of global or shared memory. The tests' rewriter turns every element access of a kernel into one that is checked and traced
// (MemoryAccess); what was not rewritten throws.
public readonly struct ArrayView<T> where T : unmanaged
{
    internal readonly KernelBlock Block;
    internal readonly ulong Address;

    internal ArrayView(KernelBlock block, ulong address, long length) => (Block, Address, Length) = (block, address, length);

    public long Length { get; }

    public int IntLength => checked((int)Length);

    public ref T this[int index] => throw NotRewritten.Member("an element access");

    public ref T this[long index] => throw NotRewritten.Member("an element access");

    /// The same bytes as other elements; what does not fill one at the end is left out.
    public unsafe ArrayView<TOther> Cast<TOther>() where TOther : unmanaged => new(Block, Address, Length * sizeof(T) / sizeof(TOther));
}

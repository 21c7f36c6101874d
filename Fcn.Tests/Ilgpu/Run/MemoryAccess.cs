using ILGPU;

namespace Fcn.Tests.Ilgpu;

// What element accesses of a kernel become: read, written, or reached by an atomic operation. A structure is accessed in parts of the
// widest power of two up to 16 bytes, each of which must be aligned, as the hardware's instructions are.
public static unsafe class MemoryAccess
{
    public static T Read<T>(in ArrayView<T> view, long index, int site) where T : unmanaged
    {
        ulong address = Place(view, index, site, "read");
        int part = Part(sizeof(T));
        byte* from = view.Block.Read(address, part, site);
        for (int at = part; at < sizeof(T); at += part) view.Block.Read(address + (ulong)at, part, site);
        return *(T*)from;
    }

    public static void Write<T>(in ArrayView<T> view, long index, T value, int site) where T : unmanaged
    {
        ulong address = Place(view, index, site, "write");
        int part = Part(sizeof(T));
        byte* to = view.Block.Write(address, part, site);
        for (int at = part; at < sizeof(T); at += part) view.Block.Write(address + (ulong)at, part, site);
        *(T*)to = value;
    }

    public static ref T Reach<T>(in ArrayView<T> view, long index, int site) where T : unmanaged =>
        ref *(T*)view.Block.Reach(Place(view, index, site, "atomic"), sizeof(T), site);

    private static ulong Place<T>(in ArrayView<T> view, long index, int site, string what) where T : unmanaged =>
        (ulong)index < (ulong)view.Length ? view.Address + (ulong)index * (ulong)sizeof(T)
            : throw view.Block.Outside(view.Address, index, view.Length, sizeof(T), site, what);

    private static int Part(int bytes) => Math.Min(bytes & -bytes, 16);
}

using Fcn.Tests.Ilgpu;

namespace ILGPU;

// Who a thread is and how it meets others. All of it is rewritten where it stands in a kernel: nothing here may ever be called.
public static class Grid
{
    public static int IdxX => throw NotRewritten.Member("Grid.IdxX");

    public static int DimX => throw NotRewritten.Member("Grid.DimX");
}

public static class Group
{
    public static int IdxX => throw NotRewritten.Member("Group.IdxX");

    public static int DimX => throw NotRewritten.Member("Group.DimX");

    public static void Barrier() => throw NotRewritten.Member("Group.Barrier");
}

public static class Warp
{
    public static T ShuffleXor<T>(T variable, int mask) where T : unmanaged => throw NotRewritten.Member("Warp.ShuffleXor");
}

public static class SharedMemory
{
    public static ArrayView<T> Allocate<T>(int extent) where T : unmanaged => throw NotRewritten.Member("SharedMemory.Allocate");

    public static ArrayView<T> GetDynamic<T>() where T : unmanaged => throw NotRewritten.Member("SharedMemory.GetDynamic");
}

public static class Context
{
    public const string RuntimeAssemblyName = "ILGPURuntime";
}

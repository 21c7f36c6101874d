using System.Runtime.CompilerServices;

namespace Fcn.Devices;

/// <summary>
/// The memory that this process may use, and large blocks of it. They are refused before they are taken: a system or a container that runs
/// out of memory raises no error, it ends the process.
/// </summary>
public static class HostMemory
{
    // Smaller blocks are not worth a look at the system.
    private const long Small = 1 << 24;

    private static long _reserved;

    /// <summary>Bytes that this process may use: the machine's memory, or nine tenths of what its container allows.</summary>
    // The collector keeps its own heap to three quarters of a container, but native memory may fill the rest.
    public static long Limit
    {
        get
        {
            GCMemoryInfo system = GC.GetGCMemoryInfo();
            return Math.Max(system.TotalAvailableMemoryBytes, system.HighMemoryLoadThresholdBytes);
        }
    }

    /// <summary>Bytes that objects may take, arrays among them: in a container less than <see cref="Limit"/>.</summary>
    public static long HeapLimit => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes that this process uses, native blocks that it has not touched yet included.</summary>
    public static long Used =>
        Math.Max(Environment.WorkingSet, Interlocked.Read(ref _reserved) + GC.GetTotalMemory(forceFullCollection: false));

    /// <summary>An array of zeros.</summary>
    /// <param name="length">Values.</param>
    /// <param name="purpose">Opens the message where it does not fit: <c>The scores of Fcn8s on 1x500x500 take</c>.</param>
    /// <param name="remedy">Closes it: <c>Use a smaller image.</c></param>
    /// <exception cref="FcnException">There are more values than an array holds, or more bytes than are left.</exception>
    public static T[] NewArray<T>(long length, string purpose, string remedy) where T : unmanaged
    {
        if (length > Array.MaxLength)
            throw new FcnException($"{purpose} {length} values; an array holds at most {Array.MaxLength}. {remedy}");
        long bytes = length * Unsafe.SizeOf<T>();
        RequireHeap(bytes, purpose, remedy);
        try
        {
            return new T[length];
        }
        catch (OutOfMemoryException e)
        {
            throw NotGiven(bytes, purpose, remedy, e);
        }
    }

    /// Counts a native block as used until it is released.
    /// <exception cref="FcnException">It would be more than the limit.</exception>
    internal static void Reserve(long bytes, string purpose, string remedy)
    {
        Require(bytes, purpose, remedy);
        Interlocked.Add(ref _reserved, bytes);
    }

    internal static void Release(long bytes) => Interlocked.Add(ref _reserved, -bytes);

    /// <exception cref="MachineException">With so many bytes more, the process would use more than its limit.</exception>
    internal static void Require(long bytes, string purpose, string remedy) =>
        Require(bytes, static () => (Limit, Used), "this process may use", purpose, remedy);

    /// <exception cref="MachineException">The same, or objects would take more than <see cref="HeapLimit"/>.</exception>
    internal static void RequireHeap(long bytes, string purpose, string remedy)
    {
        Require(bytes, purpose, remedy);
        Require(bytes, static () => (HeapLimit, GC.GetTotalMemory(forceFullCollection: false)), "objects may take", purpose, remedy);
    }

    private static void Require(long bytes, Func<(long Limit, long Used)> room, string whose, string purpose, string remedy)
    {
        if (bytes < Small || Fits()) return;
        // What the photographs before have left may still be there.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (Fits()) return;
        (long limit, long used) = room();
        throw new MachineException(
            $"{purpose} {Words(bytes)}; of the {Gigabytes(limit)} that {whose}, {Gigabytes(used)} are taken. {remedy}");

        bool Fits() => room() is var (limit, used) && bytes <= limit - used;
    }

    internal static MachineException NotGiven(long bytes, string purpose, string remedy, Exception cause) =>
        new($"{purpose} {Words(bytes)}, more than the system gives. {remedy}", cause);

    private static string Words(long bytes) => $"{bytes} bytes ({Gigabytes(bytes)})";

    private static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e9:F2} GB");
}

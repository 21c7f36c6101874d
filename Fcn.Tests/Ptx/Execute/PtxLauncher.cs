using System.Numerics;

namespace Fcn.Tests.Ptx;

/// <summary>Executes a grid of blocks, one block after the other in a drawn order, and stops at the first fault.</summary>
internal static class PtxLauncher
{
    private const int MaxSharedBytes = 227 * 1024;

    /// <summary>
    /// Runs an entry over <paramref name="blocks"/> x <paramref name="threads"/> threads. <see cref="PtxFault"/> on the first illegal
    /// access, race, divergent barrier or read of something never written.
    /// </summary>
    /// <param name="entry">The kernel.</param>
    /// <param name="blocks">Blocks along x.</param>
    /// <param name="threads">Threads of a block, at most what the entry allows.</param>
    /// <param name="sharedBytes">Bytes of dynamic shared memory.</param>
    /// <param name="arguments">One slot for each parameter; of 4-byte parameters the low bytes count.</param>
    /// <param name="memory">The device's memory.</param>
    /// <param name="seed">Draws the order of blocks, and of warps between barriers.</param>
    /// <param name="branchLimit">Backward branches of all warps after which a block is said not to end.</param>
    public static LaunchReport Launch(PtxEntry entry, int blocks, int threads, int sharedBytes, ReadOnlySpan<ulong> arguments,
        DeviceMemory memory, int seed = 1, long branchLimit = 10_000_000) =>
        Launch(entry, blocks, threads, sharedBytes, arguments, memory, static block => block.Run, [], seed, branchLimit);

    /// <summary>The same for kernels of which an entry is only a part: others run the blocks and access memory.</summary>
    public static LaunchReport Launch(PtxEntry entry, int blocks, int threads, int sharedBytes, ReadOnlySpan<ulong> arguments,
        DeviceMemory memory, Func<Block, Action<int>> runner, IReadOnlyList<Instruction> others, int seed, long branchLimit = 10_000_000)
    {
        Check(entry, blocks, threads, sharedBytes, arguments.Length);
        var report = new LaunchReport(entry);
        var widths = entry.Code.Concat(others).Select(i => i.Width).ToList();
        using var shared = new SharedMemory(entry, sharedBytes, GranuleShift(widths.Select(w => w.Shared)));
        memory.BeginLaunch(blocks, GranuleShift(widths.Select(w => w.Global)));
        using var block = new Block(entry, blocks, threads, shared, memory, arguments, seed)
        {
            Report = report, BranchLimit = branchLimit,
        };
        int[] order = [.. Enumerable.Range(0, blocks)];
        new Random(seed).Shuffle(order);
        Action<int> run = runner(block);
        foreach (int index in order) run(index);
        return report;
    }

    private static void Check(PtxEntry entry, int blocks, int threads, int sharedBytes, int arguments)
    {
        string? problem =
            blocks < 1 ? $"{blocks} blocks"
            : threads < 1 || threads > entry.MaxThreads ? $"{threads} threads; the entry allows {entry.MaxThreads}"
            : sharedBytes < 0 || sharedBytes + entry.StaticSharedBytes > MaxSharedBytes
                ? $"{sharedBytes} bytes of shared memory; {MaxSharedBytes} are there"
            : sharedBytes > 0 && !entry.HasDynamicShared ? $"{sharedBytes} bytes of shared memory for a kernel that declares none"
            : arguments != entry.Parameters.Count ? $"{arguments} arguments for {entry.Parameters.Count} parameters"
            : null;
        if (problem != null) throw new PtxFault($"launch of '{entry.Name}': {problem}");
    }

    private static int GranuleShift(IEnumerable<int> widths) =>
        BitOperations.Log2((uint)widths.Where(w => w > 0).Append(4).Min());
}

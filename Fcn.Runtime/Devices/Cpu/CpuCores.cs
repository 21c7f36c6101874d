using System.Globalization;

namespace Fcn.Devices.Cpu;

// How many threads are worth having. Dense kernels keep a core's arithmetic units full from one thread: a second hyperthread only takes
// cache from it.
internal static class CpuCores
{
    private const string Topology = "/sys/devices/system/cpu";

    public static int Threads(string? asked)
    {
        if (string.IsNullOrEmpty(asked)) return Math.Clamp(Count(), 1, CpuPool.MaxThreads);
        bool number = int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int threads);
        return number && threads is >= 1 and <= CpuPool.MaxThreads
            ? threads
            : throw new FcnException($"FCN_THREADS is '{asked}'; give a number of threads from 1 to {CpuPool.MaxThreads}, or unset it.");
    }

    // ProcessorCount knows affinity and container limits but counts hyperthreads; the topology knows cores but not the limits. Elsewhere
    // than on Linux ProcessorCount stands alone.
    private static int Count() => Math.Min(Environment.ProcessorCount, OperatingSystem.IsLinux() ? Cores(Topology) : int.MaxValue);

    /// Distinct sets of sibling hyperthreads; int.MaxValue where the system does not tell.
    internal static int Cores(string topology)
    {
        try
        {
            var cores = new HashSet<string>();
            foreach (string cpu in Directory.EnumerateDirectories(topology, "cpu*"))
            {
                string siblings = Path.Combine(cpu, "topology", "thread_siblings_list");
                if (File.Exists(siblings)) cores.Add(File.ReadAllText(siblings).Trim());
            }
            return cores.Count > 0 ? cores.Count : int.MaxValue;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Sandboxes may hide the topology; the processor count is then all there is to know.
            return int.MaxValue;
        }
    }
}

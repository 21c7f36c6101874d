using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Fcn.Devices.Cpu;

// A program that was compiled ahead of time has the vectors that its compiler was told of, on x64 128-bit ones unless told otherwise; what
// the processor has beyond those stays unused, and nothing says so.
internal static class NarrowBuild
{
    private const int Fma = 1 << 12, SavesWide = 1 << 27;                          // leaf 1, ECX
    private const int Avx2 = 1 << 5;                                               // leaf 7, EBX, and the five that x86-64-v4 is made of
    private const int Avx512 = 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31;

    private static int _told;

    /// What to tell the one who runs this process; null where there is nothing. Who asks tells it himself.
    public static string? Advice(SimdLevel best)
    {
        Interlocked.Exchange(ref _told, 1);
        return RuntimeFeature.IsDynamicCodeSupported || !X86Base.IsSupported ? null : Advice(best, X86Base.CpuId);
    }

    /// Says it once on the error stream where nobody has asked.
    public static void WarnOnce(SimdLevel best)
    {
        if (Volatile.Read(ref _told) != 0 || Advice(best) is not { } advice) return;
        try
        {
            Console.Error.WriteLine($"warning: {advice}");
        }
        catch (IOException)
        {
            // Nobody listens.
        }
    }

    /// <param name="best">The widest vectors that this process uses.</param>
    /// <param name="cpuId">The processor's answers to CPUID, by leaf and subleaf.</param>
    public static string? Advice(SimdLevel best, Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        if (best != SimdLevel.Portable || cpuId(0, 0).Eax < 7) return null;
        int basic = cpuId(1, 0).Ecx, extended = cpuId(7, 0).Ebx;
        if ((basic & (Fma | SavesWide)) != (Fma | SavesWide) || (extended & Avx2) == 0) return null;
        string set = (extended & Avx512) == Avx512 ? "x86-64-v4" : "x86-64-v3";
        return "This program was compiled ahead of time for 128-bit vectors, and the processor has wider ones: " +
            "it could run more than twice as fast. " +
            $"Publish it with <IlcInstructionSet>{set}</IlcInstructionSet> in its project file, for processors like this one.";
    }
}

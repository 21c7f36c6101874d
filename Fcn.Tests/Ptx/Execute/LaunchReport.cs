using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fcn.Tests.Ptx;

internal enum SharedAccess { Load, Store, Matrix, Copy }

/// <summary>What one launch did: instructions by opcode, and how badly shared memory's banks collided.</summary>
internal sealed unsafe class LaunchReport
{
    private readonly PtxEntry _entry;
    private readonly int[] _worst = new int[4];
    private int _most;

    internal LaunchReport(PtxEntry entry) => (_entry, Executions) = (entry, new long[entry.Code.Length]);

    /// How often a warp executed each instruction of the entry.
    internal long[] Executions { get; }

    /// <summary>Instructions times active lanes.</summary>
    public long ThreadInstructions { get; internal set; }

    /// <summary>Instructions executed by warps.</summary>
    public long WarpInstructions => Executions.Sum();

    /// <summary>
    /// The most accesses of one phase that meet in one bank, over all accesses to shared memory; 1 without conflicts, 0 without accesses.
    /// </summary>
    public int WorstBankConflict => _most;

    /// <summary>The same for each of "ld.shared", "st.shared", "ldmatrix" and "cp.async" that was used.</summary>
    public IReadOnlyDictionary<string, int> BankConflicts => new[] { "ld.shared", "st.shared", "ldmatrix", "cp.async" }.Zip(_worst)
        .Where(w => w.Second > 0).ToDictionary(w => w.First, w => w.Second);

    /// <summary>Where <see cref="WorstBankConflict"/> was seen first.</summary>
    public string? WorstBankConflictAt { get; private set; }

    /// <summary>Warp instructions by full opcode.</summary>
    public IReadOnlyDictionary<string, long> Opcodes => Executions.Zip(_entry.Code).GroupBy(e => e.Second.Opcode)
        .ToDictionary(g => g.Key, g => g.Sum(e => e.First));

    /// <summary>Warp instructions whose opcode is this or begins with it and a dot: "mma", "ld.global".</summary>
    public long Count(string opcode) => Executions.Zip(_entry.Code)
        .Where(e => e.Second.Opcode == opcode || e.Second.Opcode.StartsWith(opcode + ".", StringComparison.Ordinal)).Sum(e => e.First);

    // 32 banks of 4 bytes. Accesses of 8 bytes go in two phases of 16 lanes, of 16 bytes in four of 8 lanes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Banks(Warp w, Instruction at, SharedAccess kind, uint mask, Address address, int bytes)
    {
        uint* words = stackalloc uint[32];
        int lanes = bytes >= 16 ? 8 : bytes == 8 ? 16 : 32;
        int shift = bytes >= 16 ? 4 : bytes == 8 ? 3 : 2;
        for (int first = 0; first < 32; first += lanes)
        {
            int count = 0;
            for (int lane = first; lane < first + lanes; lane++)
                if ((mask >> lane & 1) != 0) words[count++] = (uint)address.Of(w, lane) >> shift;
            if (count > 0) Phase(at, kind, words, count, 128 >> shift);
        }
    }

    /// One phase: the units (words, or chunks as wide as the access) that its lanes touch, in so many banks of that width.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Phase(Instruction at, SharedAccess kind, uint* units, int count, int banks)
    {
        uint seen = 0;
        for (int i = 0; i < count; i++) seen |= 1u << (int)(units[i] & (uint)(banks - 1));
        int multiplicity = BitOperations.PopCount(seen) == count ? 1 : Multiplicity(units, count, banks);
        ref int worst = ref _worst[(int)kind];
        if (worst >= multiplicity) return;
        if (multiplicity > _most) WorstBankConflictAt = FormattableString.Invariant($"line {at.Line}: {_entry.Text(at)}");
        _most = Math.Max(_most, multiplicity);
        worst = multiplicity;
    }

    /// Distinct words that share a bank, in the fullest bank.
    private static int Multiplicity(uint* words, int count, int banks)
    {
        int worst = 0;
        for (int i = 0; i < count; i++)
        {
            int same = 0;
            for (int j = 0; j < count; j++)
            {
                if (words[j] % banks != words[i] % banks) continue;
                bool first = true;
                for (int k = 0; k < j && first; k++) first = words[k] != words[j];
                if (first) same++;
            }
            worst = Math.Max(worst, same);
        }
        return worst;
    }
}

using System.Numerics;

namespace Fcn.Tests.Ptx;

/// <summary>What one launch did: instructions by opcode, and how badly shared memory's banks collided.</summary>
internal sealed unsafe class LaunchReport
{
    private readonly PtxEntry _entry;
    private readonly Dictionary<string, int> _worst = [];

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
    public int WorstBankConflict => _worst.Count == 0 ? 0 : _worst.Values.Max();

    /// <summary>The same for each of "ld.shared", "st.shared", "ldmatrix" and "cp.async" that was used.</summary>
    public IReadOnlyDictionary<string, int> BankConflicts => _worst;

    /// <summary>Where <see cref="WorstBankConflict"/> was seen first.</summary>
    public string? WorstBankConflictAt { get; private set; }

    /// <summary>Warp instructions by full opcode.</summary>
    public IReadOnlyDictionary<string, long> Opcodes => Executions.Zip(_entry.Code).GroupBy(e => e.Second.Opcode)
        .ToDictionary(g => g.Key, g => g.Sum(e => e.First));

    /// <summary>Warp instructions whose opcode is this or begins with it and a dot: "mma", "ld.global".</summary>
    public long Count(string opcode) => Executions.Zip(_entry.Code)
        .Where(e => e.Second.Opcode == opcode || e.Second.Opcode.StartsWith(opcode + ".", StringComparison.Ordinal)).Sum(e => e.First);

    // 32 banks of 4 bytes. Accesses of 8 bytes go in two phases of 16 lanes, of 16 bytes in four of 8 lanes.
    internal void Banks(Warp w, Instruction at, string kind, uint mask, Address address, int bytes)
    {
        uint* words = stackalloc uint[32];
        int lanes = bytes >= 16 ? 8 : bytes == 8 ? 16 : 32;
        int wordsEach = Math.Max(1, bytes / 4);
        for (int first = 0; first < 32; first += lanes)
        {
            int count = 0;
            uint seen = 0;
            for (int lane = first; lane < first + lanes; lane++)
            {
                if ((mask >> lane & 1) == 0) continue;
                uint word = (uint)address.Of(w, lane) / 4 / (uint)wordsEach;
                words[count++] = word;
                seen |= 1u << (int)(word % (32 / (uint)wordsEach));
            }
            if (count == 0) continue;
            Note(at, kind, BitOperations.PopCount(seen) == count ? 1 : Multiplicity(words, count, 32 / wordsEach));
        }
    }

    internal void Note(Instruction at, string kind, int multiplicity)
    {
        if (_worst.TryGetValue(kind, out int worst) && worst >= multiplicity) return;
        if (multiplicity > WorstBankConflict) WorstBankConflictAt = FormattableString.Invariant($"line {at.Line}: {_entry.Text(at)}");
        _worst[kind] = multiplicity;
    }

    /// Distinct words that share a bank, in the fullest bank.
    internal static int Multiplicity(uint* words, int count, int banks)
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

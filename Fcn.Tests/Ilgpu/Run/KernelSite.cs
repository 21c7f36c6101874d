using Fcn.Tests.Ptx;

namespace Fcn.Tests.Ilgpu;

internal enum SiteKind { Access, Barrier, Shuffle, Assembly }

// A place in a kernel's C# where it accesses memory or meets other threads: what the emulator's faults point to.
internal sealed class KernelSite(int number, SiteKind kind, int bytes) : Instruction
{
    public int Number { get; } = number;

    public SiteKind Kind { get; } = kind;

    public AssemblyText? Assembly { get; init; }

    /// An access of so many bytes at once; the space is known when it happens.
    public override (int Shared, int Global) Width => (Math.Min(bytes, 16), Math.Min(bytes, 16));

    public override void Execute(Ptx.Warp w, uint mask) => throw new InvalidOperationException("a block follows its threads");
}

// The text of one Emit: its operands' types, and once all texts of a kernel are one entry, their registers and its instructions.
internal sealed class AssemblyText(string text, IReadOnlyList<PtxType> operands, bool result)
{
    public string Text { get; } = text;

    public IReadOnlyList<PtxType> Operands { get; } = operands;

    /// Whether the first operand is a result.
    public bool HasResult { get; } = result;

    public Register[] Registers { get; set; } = [];

    public (int First, int End) Code { get; set; }

    /// Whether it has instructions that need every lane.
    public bool NeedsWarp { get; set; }
}

using static Fcn.Tests.Ptx.PtxType;

namespace Fcn.Tests.Ptx;

// bra, ret, exit, trap, barriers; what lanes do together: mma, shfl, vote.
internal static class DecodeWarp
{
    public static readonly Dictionary<string, Func<Decoder, Statement, Instruction>> Table = new()
    {
        ["bra"] = static (_, s) =>
        {
            s.Take("uni");
            s.End(1);
            return s.Operands[0].IsName ? new Branch() : throw s.Refuse($"'{s.Operands[0].Text}' is no label");
        },
        ["ret"] = static (_, s) => Plain(s, new FlowInstruction(Flow.Exit)),
        ["exit"] = static (_, s) => Plain(s, new FlowInstruction(Flow.Exit)),
        ["trap"] = static (_, s) => Plain(s, new Trap()),
        ["bar"] = static (_, s) => Barrier(s),
        ["barrier"] = static (_, s) => Barrier(s),
        ["mma"] = Multiply,
        ["shfl"] = Shuffle,
        ["vote"] = Vote,
    };

    private static Instruction Plain(Statement s, Instruction instruction)
    {
        s.Take("uni");
        s.End(0);
        return instruction;
    }

    private static FlowInstruction Barrier(Statement s)
    {
        s.OneOf("sync");
        if (s.Root == "barrier") s.Take("aligned");
        s.End(1);
        return Decoder.Number(s, s.Operands[0]) == 0 ? new(Flow.Barrier)
            : throw s.Refuse("only barrier 0 is used, by all threads of the block");
    }

    private static MatrixMultiply Multiply(Decoder c, Statement s)
    {
        s.TakeAll("sync", "aligned");
        string shape = s.OneOf("m16n8k8", "m16n8k16");
        s.TakeAll("row", "col", "f32");
        string operand = s.OneOf("f16", "bf16", "tf32");
        s.TakeAll(operand, "f32");
        s.End(4);
        MatrixType type = operand switch { "f16" => MatrixType.F16, "bf16" => MatrixType.BF16, _ => MatrixType.TF32 };
        if (type == MatrixType.TF32 && shape == "m16n8k16") throw s.Refuse("tf32 goes with m16n8k8");
        c.Require(s, type == MatrixType.F16 ? $"mma f16 {shape}" : $"mma {operand}");
        int k = shape == "m16n8k16" ? 16 : 8;
        int registersA = type == MatrixType.TF32 ? 4 : k / 4;
        int[] d = [.. Decoder.Vector(s, s.Operands[0], 4).Select(o => c.Target(s, o, F32))];
        if (d.Distinct().Count() < 4) throw s.Refuse("a register of D is there twice");
        return new(type, k, d, Fragment(c, s, 1, registersA, U32), Fragment(c, s, 2, registersA / 2, U32), Fragment(c, s, 3, 4, F32));
    }

    private static int[] Fragment(Decoder c, Statement s, int operand, int count, PtxType type) =>
        [.. Decoder.Vector(s, s.Operands[operand], count).Select(o => c.Source(s, o, type))];

    private static Shuffle Shuffle(Decoder c, Statement s)
    {
        c.Require(s, "shfl.sync");
        s.TakeAll("sync");
        ShuffleMode mode = s.OneOf("up", "down", "bfly", "idx") switch
        {
            "up" => ShuffleMode.Up,
            "down" => ShuffleMode.Down,
            "bfly" => ShuffleMode.Bfly,
            _ => ShuffleMode.Idx,
        };
        s.TakeAll("b32");
        s.End(5);
        Operand[] o = s.Operands;
        return new(mode, c.Target(s, o[0] with { Other = null }, B32), o[0].Other is { } p ? c.Predicate(s, p) : null,
            c.Source(s, o[1], B32), c.Source(s, o[2], B32), c.Source(s, o[3], B32), c.Source(s, o[4], B32));
    }

    private static WarpVote Vote(Decoder c, Statement s)
    {
        c.Require(s, "vote.sync");
        s.TakeAll("sync");
        string mode = s.OneOf("all", "any", "ballot");
        s.TakeAll(mode == "ballot" ? "b32" : "pred");
        s.End(3);
        Operand[] o = s.Operands;
        return new(mode, mode == "ballot" ? c.Target(s, o[0], B32) : c.Predicate(s, o[0]),
            c.Predicate(s, o[1], mayNegate: true), o[1].Negated, c.Source(s, o[2], B32));
    }
}

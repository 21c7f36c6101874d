namespace Fcn.Tests.Ptx;

// A statement in, an instruction out: the operands' kinds and types are checked here, what an opcode means is in the Decode* tables.
internal sealed class Decoder(
    PtxLevel level, RegisterFile registers, IReadOnlyList<PtxParameter> parameters, IReadOnlyDictionary<string, SharedArray> shared)
{
    private static readonly Dictionary<string, Func<Decoder, Statement, Instruction>> Table =
        new[] { DecodeArithmetic.Table, DecodeLogic.Table, DecodeConvert.Table, DecodeMemory.Table, DecodeWarp.Table }
            .SelectMany(t => t).ToDictionary(t => t.Key, t => t.Value);

    private static readonly Dictionary<string, Special> Specials = new()
    {
        ["%tid.x"] = Special.TidX, ["%ntid.x"] = Special.NtidX, ["%ctaid.x"] = Special.CtaidX, ["%nctaid.x"] = Special.NctaidX,
        ["%laneid"] = Special.LaneId, ["%warpid"] = Special.WarpId,
        ["%tid.y"] = Special.Zero, ["%tid.z"] = Special.Zero, ["%ctaid.y"] = Special.Zero, ["%ctaid.z"] = Special.Zero,
        ["%ntid.y"] = Special.One, ["%ntid.z"] = Special.One, ["%nctaid.y"] = Special.One, ["%nctaid.z"] = Special.One,
    };

    public static bool IsSpecial(string name) => Specials.Keys.Any(s => s == name || s.StartsWith(name + ".", StringComparison.Ordinal));

    public Instruction Decode(Statement s)
    {
        if (!Table.TryGetValue(s.Root, out var decode)) throw s.Refuse($"unknown instruction '{s.Opcode}'");
        Instruction instruction = decode(this, s);
        instruction.Line = s.Line;
        instruction.Opcode = s.Opcode;
        if (s.Guard != null)
        {
            if (!registers.TryFind(s.Guard, out Register guard)) throw s.Refuse($"undeclared predicate '{s.Guard}'");
            if (guard.Type != PtxType.Pred) throw s.Refuse($"'{s.Guard}' is {guard.Type.Name()}, a guard is .pred");
            instruction.Guard = guard.Slot;
            instruction.GuardNegated = s.GuardNegated;
        }
        return instruction;
    }

    public void Require(Statement s, string feature)
    {
        if (level.Lacks(feature) is { } problem) throw s.Refuse(problem);
    }

    /// The slot that an instruction of this type writes.
    public int Target(Statement s, Operand operand, PtxType type, bool wider = false)
    {
        Plain(s, operand);
        if (!operand.IsRegister || Specials.ContainsKey(operand.Text)) throw s.Refuse($"'{operand.Text}' cannot be written");
        return Find(s, operand, type, wider).Slot;
    }

    /// The slot that an instruction of this type reads: a register or a literal.
    public int Source(Statement s, Operand operand, PtxType type, bool wider = false)
    {
        Plain(s, operand);
        if (operand.IsNumber) return registers.Literal(Bits(s, operand.Text, type), type.Size() == 8);
        if (!operand.IsRegister) throw s.Refuse($"'{operand.Text}' is neither a register nor a number");
        if (Specials.ContainsKey(operand.Text)) throw s.Refuse($"special register '{operand.Text}' may only be read by mov or cvt");
        return Find(s, operand, type, wider).Slot;
    }

    /// As Source, and special registers and shared arrays' addresses as well: what mov and cvt may read.
    public int SourceOrSpecial(Statement s, Operand operand, PtxType type)
    {
        if (operand.Kind == OperandKind.Word && Specials.TryGetValue(operand.Text, out Special special))
            return type is PtxType.U32 or PtxType.B32 or PtxType.S32 ? registers.SpecialSlot(special)
                : throw s.Refuse($"special register '{operand.Text}' is .u32, the instruction {type.Name()}");
        return Source(s, operand, type);
    }

    public int SpecialSlot(Special special) => registers.SpecialSlot(special);

    public SharedArray? Shared(string name) => shared.GetValueOrDefault(name);

    public PtxParameter Parameter(Statement s, Operand operand) =>
        operand is { Kind: OperandKind.Address, Offset: 0 } && parameters.FirstOrDefault(p => p.Name == operand.Text) is { } parameter
            ? parameter : throw s.Refuse($"'{operand.Text}' is no parameter of this entry");

    public int Predicate(Statement s, Operand operand, bool mayNegate = false)
    {
        if (operand.Negated && !mayNegate) throw s.Refuse($"'!{operand.Text}': no negated predicate may stand here");
        if (operand.Kind != OperandKind.Word || operand.Other != null || !operand.IsRegister)
            throw s.Refuse($"'{operand.Text}' stands where a predicate goes");
        if (!registers.TryFind(operand.Text, out Register r)) throw s.Refuse($"undeclared predicate '{operand.Text}'");
        return r.Type == PtxType.Pred ? r.Slot : throw s.Refuse($"'{operand.Text}' is {r.Type.Name()}, here goes .pred");
    }

    public bool IsPredicate(Operand operand) =>
        operand.IsRegister && registers.TryFind(operand.Text, out Register r) && r.Type == PtxType.Pred;

    public PtxType TypeOf(Statement s, string name) =>
        registers.TryFind(name, out Register r) ? r.Type : throw s.Refuse($"undeclared register '{name}'");

    /// A number known while decoding.
    public static long Number(Statement s, Operand operand)
    {
        Plain(s, operand);
        bool negative = operand.Text.StartsWith('-');
        if (!Literal.TryInteger(negative ? operand.Text[1..] : operand.Text, out ulong value))
            throw s.Refuse($"'{operand.Text}' must be a number");
        return negative ? -(long)value : (long)value;
    }

    /// The elements of {a, b, c, d}, of which there must be so many.
    public static IReadOnlyList<Operand> Vector(Statement s, Operand operand, int count)
    {
        if (operand.Kind != OperandKind.Vector) throw s.Refuse($"'{operand.Text}' stands where a vector of {count} goes");
        return operand.Elements.Count == count ? operand.Elements
            : throw s.Refuse($"a vector of {operand.Elements.Count} stands where one of {count} goes");
    }

    /// Register agreement of PTX: .b goes with every kind, .u and .s with each other; widths are equal, or wider where allowed.
    private Register Find(Statement s, Operand operand, PtxType type, bool wider)
    {
        if (!registers.TryFind(operand.Text, out Register r)) throw s.Refuse($"undeclared register '{operand.Text}'");
        bool size = r.Type.Size() == type.Size() || (wider && r.Type.Size() > type.Size() && !r.Type.IsFloat()
            && (!type.IsFloat() || r.Type.IsBits()));
        bool kind = r.Type.IsBits() || type.IsBits() || r.Type.IsFloat() == type.IsFloat();
        return r.Type != PtxType.Pred && size && kind ? r
            : throw s.Refuse($"register '{operand.Text}' is {r.Type.Name()}, the instruction's type is {type.Name()}");
    }

    private static void Plain(Statement s, Operand operand)
    {
        if (operand.Kind == OperandKind.Vector) throw s.Refuse("a vector stands where one value goes");
        if (operand.Kind == OperandKind.Address) throw s.Refuse($"'[{operand.Text}]' stands where a value goes");
        if (operand.Negated || operand.Other != null) throw s.Refuse($"'{operand.Text}' is no predicate");
    }

    private static ulong Bits(Statement s, string word, PtxType type)
    {
        bool negative = word.StartsWith('-');
        if (!type.IsFloat() && Literal.TryInteger(negative ? word[1..] : word, out ulong value))
        {
            ulong limit = negative ? 1ul << (type.Size() * 8 - 1) : ulong.MaxValue >> (64 - type.Size() * 8);
            if (value > limit) throw s.Refuse($"'{word}' does not fit {type.Name()}");
            return (negative ? 0 - value : value) & (ulong.MaxValue >> (64 - type.Size() * 8));
        }
        if ((type.IsFloat() || (type is PtxType.B32 or PtxType.B64)) && Literal.TryReal(word, out double real))
        {
            bool single = word.Length == 10 && word[..2] is "0f" or "0F";
            if (single && type.Size() == 4) return Convert.ToUInt32(word[2..], 16);
            if (type.IsFloat()) return type == PtxType.F32 ? BitConverter.SingleToUInt32Bits((float)real)
                : BitConverter.DoubleToUInt64Bits(real);
            if (type == PtxType.B64 && !single) return BitConverter.DoubleToUInt64Bits(real);
        }
        throw s.Refuse($"'{word}' is no literal of {type.Name()}");
    }
}

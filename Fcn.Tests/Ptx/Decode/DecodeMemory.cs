using static Fcn.Tests.Ptx.PtxType;

namespace Fcn.Tests.Ptx;

// mov, ld, st, cp.async, ldmatrix.
internal static class DecodeMemory
{
    private static readonly string[] LoadCaching = ["ca", "cg", "cs", "lu", "cv"];
    private static readonly string[] StoreCaching = ["wb", "cg", "cs", "wt"];

    public static readonly Dictionary<string, Func<Decoder, Statement, Instruction>> Table = new()
    {
        ["mov"] = Move,
        ["ld"] = Load,
        ["st"] = Store,
        ["cp"] = Copy,
        ["ldmatrix"] = Matrix,
    };

    private static Instruction Move(Decoder c, Statement s)
    {
        PtxType t = s.Type([Pred, .. PtxTypes.All]);
        s.End(2);
        Operand d = s.Operands[0], a = s.Operands[1];
        if (t == Pred)
        {
            if (a.IsNumber) return new PredicateLiteral(c.Predicate(s, d), Decoder.Number(s, a) != 0);
            int p = c.Predicate(s, a);
            return new PredicateLogic("mov", c.Predicate(s, d), p, false, p, false);
        }
        if (d.Kind == OperandKind.Vector || a.Kind == OperandKind.Vector) return MoveParts(c, s, t);
        int target = c.Target(s, d, t);
        if (a.IsName)
        {
            if (t.IsFloat() || t.Size() < 4) throw s.Refuse($"the address of '{a.Text}' is no {t.Name()}");
            int slot = SharedSlot(c, s, a, out long offset);
            return t.Size() == 8 ? new Binary<uint, uint, ulong, AddWide>(target, slot, c.Source(s, Number(offset), U32))
                : new Binary<uint, uint, uint, Add<uint>>(target, slot, c.Source(s, Number(offset), U32));
        }
        return t.Size() == 8 ? new Unary<ulong, ulong, Same<ulong>>(target, c.SourceOrSpecial(s, a, t))
            : new Unary<uint, uint, Same<uint>>(target, c.SourceOrSpecial(s, a, t));
    }

    private static Instruction MoveParts(Decoder c, Statement s, PtxType t)
    {
        if (t is not (B32 or B64)) throw s.Refuse($"halves go with .b32 and .b64, not {t.Name()}");
        Operand d = s.Operands[0], a = s.Operands[1];
        PtxType half = t == B32 ? B16 : B32;
        if (a.Kind == OperandKind.Vector)
        {
            var parts = Decoder.Vector(s, a, 2);
            int target = c.Target(s, d, t), low = c.Source(s, parts[0], half), high = c.Source(s, parts[1], half);
            return t == B32 ? new Binary<uint, uint, uint, Join16>(target, low, high)
                : new Binary<uint, uint, ulong, Join32>(target, low, high);
        }
        var halves = Decoder.Vector(s, d, 2);
        int?[] targets = [.. halves.Select(h => h.Text == "_" ? (int?)null : c.Target(s, h, half))];
        if (targets.All(x => x == null)) throw s.Refuse("neither half is kept");
        return new Split(targets, c.Source(s, a, t), wide: t == B64);
    }

    private static Instruction Load(Decoder c, Statement s)
    {
        string space = s.OneOf("param", "global", "shared");
        if (space == "param") return LoadParameter(c, s);
        bool shared = space == "shared", constant = !shared && s.Take("nc");
        if (!shared && !constant) s.Maybe(LoadCaching);
        Caching(c, s, shared);
        Elements elements = ElementsOf(c, s, 0, load: true);
        return new Load(AddressOf(c, s, 1, shared), elements, shared, constant);
    }

    private static Instruction LoadParameter(Decoder c, Statement s)
    {
        PtxType t = s.Type(B32, U32, S32, F32, B64, U64, S64, F64);
        s.End(2);
        PtxParameter p = c.Parameter(s, s.Operands[1]);
        if (p.Type.Size() != t.Size() || (p.Type.IsFloat() != t.IsFloat() && !p.Type.IsBits() && !t.IsBits()))
            throw s.Refuse($"parameter '{p.Name}' is {p.Type.Name()}, the instruction {t.Name()}");
        return new LoadParameter(c.Target(s, s.Operands[0], t), p.Index, t.Size());
    }

    private static Instruction Store(Decoder c, Statement s)
    {
        bool shared = s.OneOf("global", "shared") == "shared";
        if (!shared) s.Maybe(StoreCaching);
        Caching(c, s, shared);
        Elements elements = ElementsOf(c, s, 1, load: false);
        return new Store(AddressOf(c, s, 0, shared), elements, shared);
    }

    private static void Caching(Decoder c, Statement s, bool shared)
    {
        if (!shared && s.Maybe("L1::no_allocate", "L1::evict_first", "L1::evict_last") != null) c.Require(s, ".L1::no_allocate");
        if (!shared && s.Maybe("L2::64B", "L2::128B", "L2::256B") != null) c.Require(s, ".L2::128B");
    }

    private static Elements ElementsOf(Decoder c, Statement s, int operand, bool load)
    {
        int count = s.Maybe("v2", "v4") switch { "v2" => 2, "v4" => 4, _ => 1 };
        PtxType t = s.Type(PtxTypes.Memory);
        s.End(2);
        if (count * t.Size() > 16) throw s.Refuse($"{count} times {t.Name()} are more than 16 bytes");
        IReadOnlyList<Operand> elements = count == 1 ? [s.Operands[operand]] : Decoder.Vector(s, s.Operands[operand], count);
        if (load && elements.Where(e => e.IsRegister).GroupBy(e => e.Text).Any(g => g.Count() > 1))
            throw s.Refuse("a register is loaded twice");
        // A literal is stored as wide as the type; 1-byte literals as 16 bits, of which the low ones count.
        int[] slots = [.. elements.Select(e => load ? c.Target(s, e, t, wider: true)
            : c.Source(s, e, e.IsNumber && t.Size() == 1 ? B16 : t, wider: true))];
        return new(slots, t, [.. elements.Select(e => e.IsRegister ? c.TypeOf(s, e.Text) : t.Size() == 1 ? B16 : t)]);
    }

    /// The address in [...]: a register of 64 bits for global memory, of either width for shared, or a shared array.
    private static Address AddressOf(Decoder c, Statement s, int operand, bool shared)
    {
        Operand a = s.Operands[operand];
        if (a.Kind != OperandKind.Address) throw s.Refuse($"'{a.Text}' stands where an address goes: write [{a.Text}]");
        if (a.Offset is < int.MinValue or > int.MaxValue) throw s.Refuse($"offset {a.Offset} does not fit 32 bits");
        if (!a.Text.StartsWith('%'))
        {
            if (!shared) throw s.Refuse($"'{a.Text}' is no address of global memory");
            return new(SharedSlot(c, s, a, out long offset), false, offset);
        }
        PtxType t = c.TypeOf(s, a.Text);
        if (t == Pred || t.IsFloat() || t.Size() < (shared ? 4 : 8))
            throw s.Refuse($"register '{a.Text}' is {t.Name()} and holds no address here");
        return new(c.Source(s, new(OperandKind.Word, a.Text), t.Size() == 8 ? B64 : B32), t.Size() == 8, a.Offset);
    }

    private static int SharedSlot(Decoder c, Statement s, Operand name, out long offset)
    {
        if (c.Shared(name.Text) is not { } array) throw s.Refuse($"undeclared name '{name.Text}'");
        offset = name.Offset;
        if (array.IsDynamic) return c.SpecialSlot(Special.DynamicShared);
        return c.Source(s, Number(SharedMemory.Base + array.Offset), U32);
    }

    private static Operand Number(long value) => new(OperandKind.Word, FormattableString.Invariant($"{value}"));

    private static Instruction Copy(Decoder c, Statement s)
    {
        s.OneOf("async");
        c.Require(s, "cp.async");
        switch (s.OneOf("ca", "cg", "commit_group", "wait_group", "wait_all"))
        {
            case "commit_group":
                s.End(0);
                return new CommitGroup();
            case "wait_all":
                s.End(0);
                return new WaitGroup(0, all: true);
            case "wait_group":
                s.End(1);
                long pending = Decoder.Number(s, s.Operands[0]);
                return pending is >= 0 and < 1000 ? new WaitGroup((int)pending, all: false) : throw s.Refuse($"{pending} groups");
        }
        bool all = s.Opcode.StartsWith("cp.async.cg", StringComparison.Ordinal);
        s.TakeAll("shared", "global");
        if (s.Maybe("L2::64B", "L2::128B", "L2::256B") != null) c.Require(s, ".L2::128B");
        s.End(3, 4);
        long size = Decoder.Number(s, s.Operands[2]);
        if (size != 16 && (all || size is not (4 or 8)))
            throw s.Refuse($"{s.Opcode} copies {(all ? "16" : "4, 8 or 16")} bytes, not {size}");
        int? source = null, ignore = null;
        bool negated = false;
        if (s.Operands.Length == 4)
        {
            Operand o = s.Operands[3];
            if (c.IsPredicate(o))
            {
                c.Require(s, "cp.async with ignore-src");
                (ignore, negated) = (c.Predicate(s, o, mayNegate: true), o.Negated);
            }
            else source = c.Source(s, o, U32);
        }
        return new CopyAsync(AddressOf(c, s, 0, shared: true), AddressOf(c, s, 1, shared: false), (int)size, source, ignore, negated);
    }

    private static Instruction Matrix(Decoder c, Statement s)
    {
        c.Require(s, "ldmatrix");
        s.TakeAll("sync", "aligned", "m8n8");
        int count = s.OneOf("x1", "x2", "x4")[1] - '0';
        bool transposed = s.Take("trans");
        s.Take("shared");
        s.TakeAll("b16");
        s.End(2);
        var targets = Decoder.Vector(s, s.Operands[0], count);
        if (targets.Select(o => o.Text).Distinct().Count() < count) throw s.Refuse("a register is loaded twice");
        return new LoadMatrix(AddressOf(c, s, 1, shared: true), [.. targets.Select(o => c.Target(s, o, U32))], transposed);
    }
}

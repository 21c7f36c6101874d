using static Fcn.Tests.Ptx.PtxType;

namespace Fcn.Tests.Ptx;

// and or xor not, shifts, fields of bits, prmt, lop3, setp, selp.
internal static class DecodeLogic
{
    private static readonly PtxType[] Whole = [B16, B32, B64, U16, S16, U32, S32, U64, S64];

    public static readonly Dictionary<string, Func<Decoder, Statement, Instruction>> Table = new()
    {
        ["and"] = static (c, s) => Bitwise<And<uint>, And<ulong>>(c, s),
        ["or"] = static (c, s) => Bitwise<Or<uint>, Or<ulong>>(c, s),
        ["xor"] = static (c, s) => Bitwise<Xor<uint>, Xor<ulong>>(c, s),
        ["not"] = Not,
        ["shl"] = static (c, s) => s.Type(B16, B32, B64) switch
        {
            B16 => Shift<uint, Low16<ShiftLeft32>>(c, s, B16),
            B32 => Shift<uint, ShiftLeft32>(c, s, B32),
            _ => Shift<ulong, ShiftLeft64>(c, s, B64),
        },
        ["shr"] = static (c, s) => s.Type(Whole) switch
        {
            S16 => Shift<uint, ShiftSigned16>(c, s, S16),
            B16 or U16 => Shift<uint, ShiftRight32>(c, s, U16),
            S32 => Shift<int, ShiftSigned32>(c, s, S32),
            B32 or U32 => Shift<uint, ShiftRight32>(c, s, U32),
            S64 => Shift<long, ShiftSigned64>(c, s, S64),
            _ => Shift<ulong, ShiftRight64>(c, s, U64),
        },
        ["shf"] = static (c, s) => (s.OneOf("l", "r"), s.OneOf("wrap", "clamp"), s.Type(B32)) switch
        {
            ("l", "wrap", _) => Three<FunnelLeftWrap>(c, s),
            ("l", _, _) => Three<FunnelLeftClamp>(c, s),
            (_, "wrap", _) => Three<FunnelRightWrap>(c, s),
            _ => Three<FunnelRightClamp>(c, s),
        },
        ["popc"] = static (c, s) => s.Type(B32, B64) == B32 ? Count<uint, PopCount<uint>>(c, s, B32)
            : Count<ulong, PopCount<ulong>>(c, s, B64),
        ["clz"] = static (c, s) =>
            s.Type(B32, B64) == B32 ? Count<uint, LeadingZeros<uint>>(c, s, B32) : Count<ulong, LeadingZeros<ulong>>(c, s, B64),
        ["brev"] = static (c, s) => Count<uint, Reverse32>(c, s, s.Type(B32)),
        ["bfe"] = static (c, s) => s.Type(U32, S32) == U32 ? Three<ExtractField>(c, s) : Three<ExtractSignedField>(c, s),
        ["bfi"] = static (c, s) =>
        {
            s.Type(B32);
            s.End(5);
            Operand[] o = s.Operands;
            return new InsertField(c.Target(s, o[0], B32), c.Source(s, o[1], B32), c.Source(s, o[2], B32), c.Source(s, o[3], U32),
                c.Source(s, o[4], U32));
        },
        ["prmt"] = static (c, s) => { s.Type(B32); return Three<Permute>(c, s); },
        ["lop3"] = Lookup,
        ["setp"] = SetPredicate,
        ["selp"] = Select,
    };

    private static Instruction Bitwise<TNarrow, TWide>(Decoder c, Statement s)
        where TNarrow : struct, IBinary<uint, uint, uint> where TWide : struct, IBinary<ulong, ulong, ulong>
    {
        PtxType t = s.Type(Pred, B16, B32, B64);
        s.End(3);
        Operand[] o = s.Operands;
        if (t == Pred)
            return new PredicateLogic(s.Root, c.Predicate(s, o[0]), c.Predicate(s, o[1], mayNegate: true), o[1].Negated,
                c.Predicate(s, o[2], mayNegate: true), o[2].Negated);
        int d = c.Target(s, o[0], t), a = c.Source(s, o[1], t), b = c.Source(s, o[2], t);
        return t == B64 ? new Binary<ulong, ulong, ulong, TWide>(d, a, b) : new Binary<uint, uint, uint, TNarrow>(d, a, b);
    }

    private static Instruction Not(Decoder c, Statement s)
    {
        PtxType t = s.Type(Pred, B16, B32, B64);
        s.End(2);
        Operand[] o = s.Operands;
        if (t == Pred)
        {
            int p = c.Predicate(s, o[1], mayNegate: true);
            return new PredicateLogic("not", c.Predicate(s, o[0]), p, o[1].Negated, p, false);
        }
        int d = c.Target(s, o[0], t), a = c.Source(s, o[1], t);
        return t switch
        {
            B16 => new Unary<uint, uint, Not16>(d, a),
            B32 => new Unary<uint, uint, Not<uint>>(d, a),
            _ => new Unary<ulong, ulong, Not<ulong>>(d, a),
        };
    }

    private static Instruction Shift<T, TOp>(Decoder c, Statement s, PtxType t) where T : unmanaged where TOp : struct, IBinary<T, uint, T>
    {
        s.End(3);
        return new Binary<T, uint, T, TOp>(c.Target(s, s.Operands[0], t), c.Source(s, s.Operands[1], t), c.Source(s, s.Operands[2], U32));
    }

    private static Instruction Count<T, TOp>(Decoder c, Statement s, PtxType t) where T : unmanaged where TOp : struct, IUnary<T, uint>
    {
        s.End(2);
        return new Unary<T, uint, TOp>(c.Target(s, s.Operands[0], U32), c.Source(s, s.Operands[1], t));
    }

    private static Instruction Three<TOp>(Decoder c, Statement s) where TOp : struct, ITernary<uint, uint, uint, uint>
    {
        s.End(4);
        return new Ternary<uint, uint, uint, uint, TOp>(c.Target(s, s.Operands[0], B32), c.Source(s, s.Operands[1], B32),
            c.Source(s, s.Operands[2], B32), c.Source(s, s.Operands[3], B32));
    }

    private static Instruction Lookup(Decoder c, Statement s)
    {
        s.Type(B32);
        s.End(5);
        Operand[] o = s.Operands;
        long table = Decoder.Number(s, o[4]);
        if (table is < 0 or > 255) throw s.Refuse($"the table of lop3 is 0 to 255, not {table}");
        return new Lookup3(c.Target(s, o[0], B32), c.Source(s, o[1], B32), c.Source(s, o[2], B32), c.Source(s, o[3], B32), (uint)table);
    }

    private static Instruction SetPredicate(Decoder c, Statement s)
    {
        string comparison = s.OneOf("eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu",
            "num", "nan");
        string? combine = s.Maybe("and", "or", "xor");
        PtxType t = s.Type([.. Whole, F32, F64]);
        s.End(combine == null ? 3 : 4);
        Operand[] o = s.Operands;
        int a = c.Source(s, o[1], t), b = c.Source(s, o[2], t);
        int p = c.Predicate(s, o[0] with { Other = null });
        int? q = o[0].Other is { } second ? c.Predicate(s, second) : null;
        int third = combine == null ? 0 : c.Predicate(s, o[3], mayNegate: true);
        var place = new Place(p, q, a, b, combine, third, combine != null && o[3].Negated);
        return t switch
        {
            U16 or U32 => Unsigned<uint>(comparison, place),
            U64 => Unsigned<ulong>(comparison, place),
            S16 => throw s.Refuse("setp.s16 is not used"),
            S32 => Signed<int>(comparison, place),
            S64 => Signed<long>(comparison, place),
            B16 or B32 => OnlyEquality<uint>(comparison, place),
            B64 => OnlyEquality<ulong>(comparison, place),
            F32 => Float<float>(comparison, place),
            _ => Float<double>(comparison, place),
        } ?? throw s.Refuse($"comparison '.{comparison}' does not go with {t.Name()}");
    }

    private readonly record struct Place(int P, int? Q, int A, int B, string? Combine, int C, bool NegateC)
    {
        public Instruction Make<T, TOp>() where T : unmanaged where TOp : struct, IBinary<T, T, bool> =>
            new Compare<T, TOp>(P, Q, A, B, Combine, C, NegateC);
    }

    private static Instruction? OnlyEquality<T>(string comparison, Place at)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> => comparison switch
    {
        "eq" => at.Make<T, Equal<T>>(),
        "ne" => at.Make<T, NotEqual<T>>(),
        _ => null,
    };

    private static Instruction? Signed<T>(string comparison, Place at)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> => comparison switch
    {
        "lt" => at.Make<T, Less<T>>(),
        "le" => at.Make<T, LessEqual<T>>(),
        "gt" => at.Make<T, Greater<T>>(),
        "ge" => at.Make<T, GreaterEqual<T>>(),
        _ => OnlyEquality<T>(comparison, at),
    };

    private static Instruction? Unsigned<T>(string comparison, Place at)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> => comparison switch
    {
        "lo" => at.Make<T, Less<T>>(),
        "ls" => at.Make<T, LessEqual<T>>(),
        "hi" => at.Make<T, Greater<T>>(),
        "hs" => at.Make<T, GreaterEqual<T>>(),
        _ => Signed<T>(comparison, at),
    };

    private static Instruction? Float<T>(string comparison, Place at)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => comparison switch
    {
        "eq" => at.Make<T, Equal<T>>(),
        "ne" => at.Make<T, OrderedNotEqual<T>>(),
        "lt" => at.Make<T, Less<T>>(),
        "le" => at.Make<T, LessEqual<T>>(),
        "gt" => at.Make<T, Greater<T>>(),
        "ge" => at.Make<T, GreaterEqual<T>>(),
        "equ" => at.Make<T, Opposite<T, OrderedNotEqual<T>>>(),
        "neu" => at.Make<T, NotEqual<T>>(),
        "ltu" => at.Make<T, Opposite<T, GreaterEqual<T>>>(),
        "leu" => at.Make<T, Opposite<T, Greater<T>>>(),
        "gtu" => at.Make<T, Opposite<T, LessEqual<T>>>(),
        "geu" => at.Make<T, Opposite<T, Less<T>>>(),
        "num" => at.Make<T, Opposite<T, Unordered<T>>>(),
        "nan" => at.Make<T, Unordered<T>>(),
        _ => null,
    };

    private static Instruction Select(Decoder c, Statement s)
    {
        PtxType t = s.Type([.. Whole, F32, F64]);
        s.End(4);
        Operand[] o = s.Operands;
        int d = c.Target(s, o[0], t), a = c.Source(s, o[1], t), b = c.Source(s, o[2], t), p = c.Predicate(s, o[3]);
        return t.Size() == 8 ? new Select<ulong>(d, a, b, p) : new Select<uint>(d, a, b, p);
    }
}

using static Fcn.Tests.Ptx.PtxType;

namespace Fcn.Tests.Ptx;

// add sub mul mad fma div rem min max abs neg, rcp sqrt rsqrt ex2 lg2 tanh sin cos, copysign.
internal static class DecodeArithmetic
{
    public static readonly Dictionary<string, Func<Decoder, Statement, Instruction>> Table = new()
    {
        ["add"] = static (c, s) => AddOrSubtract(c, s),
        ["sub"] = static (c, s) => AddOrSubtract(c, s),
        ["mul"] = Multiply,
        ["mad"] = MultiplyAdd,
        ["fma"] = Fused,
        ["div"] = Divide,
        ["rem"] = Remainder,
        ["min"] = Extremum,
        ["max"] = Extremum,
        ["abs"] = Absolute,
        ["neg"] = Negate,
        ["rcp"] = static (c, s) => Function<Reciprocal<float>, Reciprocal<double>>(c, s, "rn", "approx"),
        ["sqrt"] = static (c, s) => Function<SquareRoot<float>, SquareRoot<double>>(c, s, "rn", "approx"),
        ["rsqrt"] = Approximation<ReciprocalRoot>,
        ["ex2"] = Approximation<Exp2>,
        ["lg2"] = Approximation<Log2>,
        ["sin"] = Approximation<Sine>,
        ["cos"] = Approximation<Cosine>,
        ["tanh"] = static (c, s) => { c.Require(s, "tanh.approx"); return Approximation<Tanh>(c, s); },
        ["copysign"] = static (c, s) => { s.Type(F32); return Two<float, CopySign>(c, s, F32); },
    };

    private static Instruction AddOrSubtract(Decoder c, Statement s)
    {
        bool add = s.Root == "add", round = s.Take("rn"), flush = s.Take("ftz"), saturate = s.Take("sat");
        PtxType t = round || flush || saturate ? s.Type(F32, F64) : s.Type(PtxTypes.Numbers);
        Single(s, t, flush || saturate);
        if (saturate) return flush ? throw s.Refuse(".ftz.sat is not used") : add
            ? Two<float, Saturate2<Add<float>>>(c, s, t) : Two<float, Saturate2<Subtract<float>>>(c, s, t);
        return t switch
        {
            U16 or S16 => add ? Two<uint, Low16<Add<uint>>>(c, s, t) : Two<uint, Low16<Subtract<uint>>>(c, s, t),
            U32 or S32 => add ? Two<uint, Add<uint>>(c, s, t) : Two<uint, Subtract<uint>>(c, s, t),
            U64 or S64 => add ? Two<ulong, Add<ulong>>(c, s, t) : Two<ulong, Subtract<ulong>>(c, s, t),
            F32 when flush => add ? Two<float, Flush2<Add<float>>>(c, s, t) : Two<float, Flush2<Subtract<float>>>(c, s, t),
            F32 => add ? Two<float, Add<float>>(c, s, t) : Two<float, Subtract<float>>(c, s, t),
            _ => add ? Two<double, Add<double>>(c, s, t) : Two<double, Subtract<double>>(c, s, t),
        };
    }

    private static Instruction Multiply(Decoder c, Statement s)
    {
        string? part = s.Maybe("lo", "hi", "wide");
        if (part == null)
        {
            s.Take("rn");
            bool flush = s.Take("ftz"), saturate = s.Take("sat");
            PtxType f = s.Type(F32, F64);
            Single(s, f, flush || saturate);
            if (f == F64) return Two<double, Multiply<double>>(c, s, f);
            if (saturate) return flush ? throw s.Refuse(".ftz.sat is not used") : Two<float, Saturate2<Multiply<float>>>(c, s, f);
            return flush ? Two<float, Flush2<Multiply<float>>>(c, s, f) : Two<float, Multiply<float>>(c, s, f);
        }
        PtxType t = part == "wide" ? s.Type(U16, S16, U32, S32) : s.Type(PtxTypes.Integers);
        return (part, t) switch
        {
            ("wide", U16) => Two<uint, uint, MultiplyWide16>(c, s, t, Wide(t)),
            ("wide", S16) => Two<uint, uint, MultiplyWideSigned16>(c, s, t, Wide(t)),
            ("wide", U32) => Two<uint, ulong, MultiplyWide32>(c, s, t, Wide(t)),
            ("wide", _) => Two<int, long, MultiplyWideSigned32>(c, s, t, Wide(t)),
            ("lo", U16 or S16) => Two<uint, Low16<Multiply<uint>>>(c, s, t),
            ("lo", U32 or S32) => Two<uint, Multiply<uint>>(c, s, t),
            ("lo", _) => Two<ulong, Multiply<ulong>>(c, s, t),
            (_, U32) => Two<uint, MultiplyHigh32>(c, s, t),
            (_, S32) => Two<int, MultiplyHighSigned32>(c, s, t),
            (_, U64) => Two<ulong, MultiplyHigh64>(c, s, t),
            (_, S64) => Two<long, MultiplyHighSigned64>(c, s, t),
            _ => throw s.Refuse("mul.hi of 16 bits is not used"),
        };
    }

    private static Instruction MultiplyAdd(Decoder c, Statement s)
    {
        string? part = s.Maybe("lo", "hi", "wide");
        if (part == null) return Fused(c, s);
        PtxType t = part == "wide" ? s.Type(U32, S32) : s.Type(U32, S32, U64, S64);
        return (part, t) switch
        {
            ("wide", U32) => Three<uint, ulong, ThenAdd<uint, ulong, MultiplyWide32>>(c, s, t, Wide(t)),
            ("wide", _) => Three<int, long, ThenAdd<int, long, MultiplyWideSigned32>>(c, s, t, Wide(t)),
            ("lo", U32 or S32) => Three<uint, uint, ThenAdd<uint, uint, Multiply<uint>>>(c, s, t, t),
            ("lo", _) => Three<ulong, ulong, ThenAdd<ulong, ulong, Multiply<ulong>>>(c, s, t, t),
            (_, U32) => Three<uint, uint, ThenAdd<uint, uint, MultiplyHigh32>>(c, s, t, t),
            (_, S32) => Three<int, int, ThenAdd<int, int, MultiplyHighSigned32>>(c, s, t, t),
            (_, U64) => Three<ulong, ulong, ThenAdd<ulong, ulong, MultiplyHigh64>>(c, s, t, t),
            _ => Three<long, long, ThenAdd<long, long, MultiplyHighSigned64>>(c, s, t, t),
        };
    }

    private static Instruction Fused(Decoder c, Statement s)
    {
        s.OneOf("rn");
        bool flush = s.Take("ftz");
        PtxType t = s.Type(F32, F64);
        Single(s, t, flush);
        return t == F64 ? Three<double, double, FusedDouble>(c, s, t, t)
            : flush ? Three<float, float, Flush3<FusedSingle>>(c, s, t, t) : Three<float, float, FusedSingle>(c, s, t, t);
    }

    private static Instruction Divide(Decoder c, Statement s)
    {
        string? rounding = s.Maybe("rn", "approx", "full");
        bool flush = s.Take("ftz");
        if (rounding == null)
        {
            PtxType i = s.Type(U32, S32, U64, S64);
            return i switch
            {
                U32 => Two<uint, Divide<uint>>(c, s, i),
                S32 => Two<int, Divide<int>>(c, s, i),
                U64 => Two<ulong, Divide<ulong>>(c, s, i),
                _ => Two<long, Divide<long>>(c, s, i),
            };
        }
        PtxType t = rounding == "rn" && !flush ? s.Type(F32, F64) : s.Type(F32);
        return t == F64 ? Two<double, DivideFloat<double>>(c, s, t)
            : flush ? Two<float, Flush2<DivideFloat<float>>>(c, s, t) : Two<float, DivideFloat<float>>(c, s, t);
    }

    private static Instruction Remainder(Decoder c, Statement s)
    {
        PtxType t = s.Type(U32, S32, U64, S64);
        return t switch
        {
            U32 => Two<uint, Remainder<uint>>(c, s, t),
            S32 => Two<int, Remainder<int>>(c, s, t),
            U64 => Two<ulong, Remainder<ulong>>(c, s, t),
            _ => Two<long, Remainder<long>>(c, s, t),
        };
    }

    private static Instruction Extremum(Decoder c, Statement s)
    {
        bool min = s.Root == "min", flush = s.Take("ftz"), nan = s.Take("NaN");
        if (nan) c.Require(s, ".NaN");
        PtxType t = flush || nan ? s.Type(F32) : s.Type(PtxTypes.Numbers);
        return t switch
        {
            U16 => min ? Two<uint, Low16<Min<uint>>>(c, s, t) : Two<uint, Low16<Max<uint>>>(c, s, t),
            S16 => min ? Two<uint, Signed16<Min<int>>>(c, s, t) : Two<uint, Signed16<Max<int>>>(c, s, t),
            U32 => min ? Two<uint, Min<uint>>(c, s, t) : Two<uint, Max<uint>>(c, s, t),
            S32 => min ? Two<int, Min<int>>(c, s, t) : Two<int, Max<int>>(c, s, t),
            U64 => min ? Two<ulong, Min<ulong>>(c, s, t) : Two<ulong, Max<ulong>>(c, s, t),
            S64 => min ? Two<long, Min<long>>(c, s, t) : Two<long, Max<long>>(c, s, t),
            F64 => min ? Two<double, MinNumber<double>>(c, s, t) : Two<double, MaxNumber<double>>(c, s, t),
            _ => (flush, nan) switch
            {
                (false, false) => min ? Two<float, MinNumber<float>>(c, s, t) : Two<float, MaxNumber<float>>(c, s, t),
                (true, false) => min ? Two<float, Flush2<MinNumber<float>>>(c, s, t) : Two<float, Flush2<MaxNumber<float>>>(c, s, t),
                (false, true) => min ? Two<float, MinNaN>(c, s, t) : Two<float, MaxNaN>(c, s, t),
                (true, true) => min ? Two<float, Flush2<MinNaN>>(c, s, t) : Two<float, Flush2<MaxNaN>>(c, s, t),
            },
        };
    }

    private static Instruction Absolute(Decoder c, Statement s)
    {
        bool flush = s.Take("ftz");
        PtxType t = flush ? s.Type(F32) : s.Type(S16, S32, S64, F32, F64);
        return t switch
        {
            S16 => One<uint, UnarySigned16<Absolute<int>>>(c, s, t),
            S32 => One<int, Absolute<int>>(c, s, t),
            S64 => One<long, Absolute<long>>(c, s, t),
            F64 => One<double, AbsoluteFloat<double>>(c, s, t),
            _ => flush ? One<float, Flush1<AbsoluteFloat<float>>>(c, s, t) : One<float, AbsoluteFloat<float>>(c, s, t),
        };
    }

    private static Instruction Negate(Decoder c, Statement s)
    {
        bool flush = s.Take("ftz");
        PtxType t = flush ? s.Type(F32) : s.Type(S16, S32, S64, F32, F64);
        return t switch
        {
            S16 => One<uint, UnarySigned16<Negate<int>>>(c, s, t),
            S32 => One<int, Negate<int>>(c, s, t),
            S64 => One<long, Negate<long>>(c, s, t),
            F64 => One<double, Negate<double>>(c, s, t),
            _ => flush ? One<float, Flush1<Negate<float>>>(c, s, t) : One<float, Negate<float>>(c, s, t),
        };
    }

    private static Instruction Function<TSingle, TDouble>(Decoder c, Statement s, params string[] roundings)
        where TSingle : struct, IUnary<float, float> where TDouble : struct, IUnary<double, double>
    {
        string rounding = s.OneOf(roundings);
        bool flush = s.Take("ftz");
        PtxType t = rounding == "rn" && !flush ? s.Type(F32, F64) : s.Type(F32);
        return t == F64 ? One<double, TDouble>(c, s, t) : flush ? One<float, Flush1<TSingle>>(c, s, t) : One<float, TSingle>(c, s, t);
    }

    private static Instruction Approximation<TOp>(Decoder c, Statement s) where TOp : struct, IUnary<float, float>
    {
        s.OneOf("approx");
        bool flush = s.Take("ftz");
        s.Type(F32);
        return flush ? One<float, Flush1<TOp>>(c, s, F32) : One<float, TOp>(c, s, F32);
    }

    private static void Single(Statement s, PtxType type, bool onlySingle)
    {
        if (onlySingle && type != F32) throw s.Refuse($"'{s.Opcode}': .ftz and .sat go with .f32 only");
    }

    private static PtxType Wide(PtxType t) => t switch { U16 => U32, S16 => S32, U32 => U64, _ => S64 };

    private static Instruction One<T, TOp>(Decoder c, Statement s, PtxType t) where T : unmanaged where TOp : struct, IUnary<T, T>
    {
        s.End(2);
        return new Unary<T, T, TOp>(c.Target(s, s.Operands[0], t), c.Source(s, s.Operands[1], t));
    }

    private static Instruction Two<T, TOp>(Decoder c, Statement s, PtxType t) where T : unmanaged where TOp : struct, IBinary<T, T, T> =>
        Two<T, T, TOp>(c, s, t, t);

    private static Instruction Two<T, R, TOp>(Decoder c, Statement s, PtxType t, PtxType result)
        where T : unmanaged where R : unmanaged where TOp : struct, IBinary<T, T, R>
    {
        s.End(3);
        return new Binary<T, T, R, TOp>(c.Target(s, s.Operands[0], result), c.Source(s, s.Operands[1], t), c.Source(s, s.Operands[2], t));
    }

    private static Instruction Three<T, R, TOp>(Decoder c, Statement s, PtxType t, PtxType result)
        where T : unmanaged where R : unmanaged where TOp : struct, ITernary<T, T, R, R>
    {
        s.End(4);
        return new Ternary<T, T, R, R, TOp>(c.Target(s, s.Operands[0], result), c.Source(s, s.Operands[1], t),
            c.Source(s, s.Operands[2], t), c.Source(s, s.Operands[3], result));
    }
}

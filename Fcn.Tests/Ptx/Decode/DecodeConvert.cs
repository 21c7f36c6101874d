using static Fcn.Tests.Ptx.PtxType;

namespace Fcn.Tests.Ptx;

// cvt and cvta.
internal static class DecodeConvert
{
    private static readonly PtxType[] Integers = [U8, S8, U16, S16, U32, S32, U64, S64];

    public static readonly Dictionary<string, Func<Decoder, Statement, Instruction>> Table = new()
    {
        ["cvt"] = Cvt,
        ["cvta"] = static (c, s) =>
        {
            s.TakeAll("to", "global");
            s.Type(U64);
            s.End(2);
            return new Unary<ulong, ulong, Same<ulong>>(c.Target(s, s.Operands[0], U64), c.Source(s, s.Operands[1], U64));
        },
    };

    private static Instruction Cvt(Decoder c, Statement s)
    {
        string? rounding = s.Maybe("rn", "rz", "rna", "rni", "rzi", "rmi", "rpi");
        bool relu = s.Take("relu");
        if (relu) c.Require(s, "cvt.rn.relu");
        string? narrow = s.Maybe("bf16x2", "f16x2", "bf16", "f16", "tf32");
        if (narrow != null) return ToNarrow(c, s, narrow, rounding, relu);
        if (relu) throw s.Refuse(".relu goes with narrow floats only");
        bool saturate = s.Take("sat");
        PtxType to = s.Type([.. Integers, F32, F64]);
        if (s.Maybe("f16", "bf16") is { } source)
        {
            s.End(2);
            if (to != F32 || rounding != null || saturate) throw s.Refuse($"{source} is converted by cvt.f32.{source}");
            if (source == "bf16") c.Require(s, "cvt from bf16");
            int d = c.Target(s, s.Operands[0], F32), a = c.Source(s, s.Operands[1], U16);
            return source == "f16" ? new Unary<uint, float, FromF16>(d, a) : new Unary<uint, float, FromBF16>(d, a);
        }
        PtxType from = s.Type([.. Integers, F32, F64]);
        s.End(2);
        return Numbers(c, s, to, from, Round(s, rounding, to, from), saturate);
    }

    private static Instruction ToNarrow(Decoder c, Statement s, string narrow, string? rounding, bool relu)
    {
        s.Type(F32);
        if (rounding != (narrow == "tf32" ? "rna" : "rn"))
            throw s.Refuse($"cvt to {narrow} rounds by .{(narrow == "tf32" ? "rna" : "rn")}");
        string feature = narrow switch { "tf32" => "cvt.rna.tf32", "f16x2" => "cvt to f16x2", _ => "cvt to bf16 or bf16x2" };
        if (narrow != "f16") c.Require(s, feature);
        bool pair = narrow.EndsWith("x2", StringComparison.Ordinal);
        s.End(pair ? 3 : 2);
        if (narrow == "tf32" && relu) throw s.Refuse("cvt.rna.tf32 has no .relu");
        int d = c.Target(s, s.Operands[0], narrow is "bf16" or "f16" ? U16 : U32), a = c.Source(s, s.Operands[1], F32);
        int b = pair ? c.Source(s, s.Operands[2], F32) : 0;
        return (narrow, relu) switch
        {
            ("bf16x2", false) => new Binary<float, float, uint, Pack<ToBF16>>(d, a, b),
            ("bf16x2", true) => new Binary<float, float, uint, Pack<After<float, float, uint, Relu, ToBF16>>>(d, a, b),
            ("f16x2", false) => new Binary<float, float, uint, Pack<ToF16>>(d, a, b),
            ("f16x2", true) => new Binary<float, float, uint, Pack<After<float, float, uint, Relu, ToF16>>>(d, a, b),
            ("bf16", false) => new Unary<float, uint, ToBF16>(d, a),
            ("bf16", true) => new Unary<float, uint, After<float, float, uint, Relu, ToBF16>>(d, a),
            ("f16", false) => new Unary<float, uint, ToF16>(d, a),
            ("f16", true) => new Unary<float, uint, After<float, float, uint, Relu, ToF16>>(d, a),
            _ => new Unary<float, uint, ToTF32>(d, a),
        };
    }

    private static Rounding Round(Statement s, string? rounding, PtxType to, PtxType from)
    {
        Rounding result = rounding switch
        {
            null => Rounding.None,
            "rn" => Rounding.Nearest,
            "rz" => Rounding.Zero,
            "rni" => Rounding.NearestInteger,
            "rzi" => Rounding.ZeroInteger,
            "rmi" => Rounding.DownInteger,
            "rpi" => Rounding.UpInteger,
            _ => throw s.Refuse($".{rounding} does not go with {to.Name()}{from.Name()}"),
        };
        bool loses = to.IsFloat() && (!from.IsFloat() || to.Size() < from.Size());
        bool legal = loses ? result is Rounding.Nearest or Rounding.Zero
            : to.IsFloat() && from.IsFloat() ? result == Rounding.None || (result > Rounding.Zero && to == from)
            : to.IsFloat() || from.IsFloat() ? result > Rounding.Zero
            : result == Rounding.None;
        if (!legal) throw s.Refuse(result == Rounding.None ? $"cvt{to.Name()}{from.Name()} needs a rounding"
            : $".{rounding} does not go with {to.Name()}{from.Name()}");
        if (result == Rounding.Zero && !from.IsFloat()) throw s.Refuse(".rz of integers is not used");
        return result;
    }

    private static Instruction Numbers(Decoder c, Statement s, PtxType to, PtxType from, Rounding rounding, bool saturate)
    {
        Operand target = s.Operands[0], source = s.Operands[1];
        int d = c.Target(s, target, to, wider: !to.IsFloat());
        bool special = source.IsRegister && source.Text.Contains('.') || source.Text is "%laneid" or "%warpid";
        int a = special ? c.SourceOrSpecial(s, source, from) : c.Source(s, source, from, wider: !from.IsFloat());
        bool fromWide = special ? false : source.IsRegister ? c.TypeOf(s, source.Text).Size() == 8 : from.Size() == 8;
        return new ConvertNumber(d, to, c.TypeOf(s, target.Text).Size() * 8, a, from, fromWide, rounding, saturate);
    }
}

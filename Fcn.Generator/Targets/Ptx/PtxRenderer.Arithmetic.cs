using Fcn.Generator.Kernels;
using Fcn.Generator.Text;
using Kind = Fcn.Generator.Targets.Ptx.PtxRegisters.Kind;

namespace Fcn.Generator.Targets.Ptx;

// Operations of several instructions: extremes that keep NaN, exponential and logarithm, the hash of dropout, conversions.
internal sealed partial class PtxRenderer
{
    // max.f32 would drop a NaN; max.NaN keeps one of either operand, but needs sm_80. Before, a comparison and a choice keep what
    // KernelArithmetic keeps.
    private string[] Extreme(Value v, string name, string compare, string[] d)
    {
        var (a, b) = (Of(v.Sources[0]), Of(v.Sources[1]));
        if (v.Type.IsWhole) return Each(Number(name, v.Type), d, a, b);
        if (_capability >= 80 && v.Type.Element == Element.Float) return Each($"{name}.NaN.f32", d, a, b);
        for (int i = 0; i < d.Length; i++) Extreme(compare, v.Type, a[i], b[i], d[i]);
        return d;
    }

    private string Extreme(string compare, KernelType type, string a, string b, string d)
    {
        string predicate = _registers.Temporary(Kind.Predicate);
        Emit($"setp.{compare}.{Compared(type)}", predicate, a, b);
        Emit($"selp.{Compared(type)}", d, a, b, predicate);
        return d;
    }

    // e^x = 2^n * 2^f with n + f = x log2 e and n whole: 2^n is exact and f small, so that the error stays within 2^-21 where x log2 e
    // alone would lose up to 7 bits. log2 e is two floats. Bounds keep infinite x from becoming inf - inf; results below 2^-126 are 0.
    private string[] Exponential(Value v, string[] x, string[] d)
    {
        if (v.Type.Element != Element.Float) throw Unable("exponential", v.Type);
        for (int i = 0; i < d.Length; i++)
        {
            string low = Extreme("gt", KernelType.Float, Literal.Ptx(-200f), x[i], _registers.Temporary(Kind.Float));
            string bound = Extreme("lt", KernelType.Float, Literal.Ptx(200f), low, _registers.Temporary(Kind.Float));
            string n = _registers.Temporary(Kind.Float), f = _registers.Temporary(Kind.Float), minus = _registers.Temporary(Kind.Float);
            Emit("mul.rn.f32", n, bound, Log2E);
            Emit("cvt.rni.f32.f32", n, n);
            Emit("neg.f32", minus, n);
            Emit("fma.rn.f32", f, bound, Log2E, minus);
            Emit("fma.rn.f32", f, bound, Log2ERest, f);
            Emit("ex2.approx.ftz.f32", n, n);
            Emit("ex2.approx.ftz.f32", f, f);
            Emit("mul.rn.f32", d[i], n, f);
        }
        return d;
    }

    private string[] Logarithm(Value v, string[] x, string[] d)
    {
        if (v.Type.Element != Element.Float) throw Unable("logarithm", v.Type);
        for (int i = 0; i < d.Length; i++)
        {
            string binary = _registers.Temporary(Kind.Float);
            Emit("lg2.approx.ftz.f32", binary, x[i]);
            Emit("mul.rn.f32", d[i], binary, Literal.Ptx((float)Math.Log(2)));
        }
        return d;
    }

    // Lanes.Uniform of the runtime, instruction by instruction.
    private string[] Uniform(string seed, Value counter, string[] d)
    {
        string low, high = _registers.Temporary(Kind.Word), key = _registers.Temporary(Kind.Word), hash = _registers.Temporary(Kind.Word);
        if (counter.Type.Element == Element.Index)
        {
            string wide = Register(counter), upper = _registers.Temporary(Kind.Wide);
            Emit("cvt.u32.u64", low = _registers.Temporary(Kind.Word), wide);
            Emit("shr.u64", upper, wide, "32");
            Emit("cvt.u32.u64", high, upper);
        }
        else
        {
            low = Register(counter);
            Emit("shr.s32", high, low, "31");
        }
        Emit("add.s32", key, seed, Literal.Of(unchecked((int)0x9E3779B9)));
        Mix(key);
        Emit("xor.b32", key, key, high);
        Mix(key);
        Emit("xor.b32", hash, low, key);
        Mix(hash);
        Emit("xor.b32", hash, hash, seed);
        Mix(hash);
        string whole = _registers.Temporary(Kind.Float);
        Emit("shr.u32", hash, hash, "8");
        Emit("cvt.rn.f32.u32", whole, hash);
        Emit("mul.rn.f32", d[0], whole, Literal.Ptx(1f / (1 << 24)));
        return d;
    }

    // The finaliser of MurmurHash3.
    private void Mix(string x)
    {
        string shifted = _registers.Temporary(Kind.Word);
        foreach (var (shift, factor) in new[] { ("16", unchecked((int)0x85EBCA6B)), ("13", unchecked((int)0xC2B2AE35)) })
        {
            Emit("shr.u32", shifted, x, shift);
            Emit("xor.b32", x, x, shifted);
            Emit("mul.lo.s32", x, x, Literal.Of(factor));
        }
        Emit("shr.u32", shifted, x, "16");
        Emit("xor.b32", x, x, shifted);
    }

    // Formats meet in Float: what is not listed goes through it.
    private string[] Converted(Value source, Element to, string[] d)
    {
        var from = source.Type.Element;
        if (to == Element.BFloat16) return Rounded(from == Element.Float ? Of(source) : ToFloat(source), d);
        if (from == Element.BFloat16) return to == Element.Float ? Widened(Of(source), d) : Converted(to, Element.Float, ToFloat(source), d);
        return Converted(to, from, source.Op == KernelOp.Constant ? [Register(source)] : Of(source), d);
    }

    private string[] ToFloat(Value source) =>
        Converted(source, Element.Float, _registers.Temporaries(source.Type with { Element = Element.Float }));

    private string[] Converted(Element to, Element from, string[] s, string[] d) => (from, to) switch
    {
        (Element.TensorFloat, Element.Float) => Each("mov.b32", d, s),
        (Element.Float, Element.TensorFloat) => Each("cvt.rna.tf32.f32", d, [.. s.Select(InRegister)]),
        (Element.TensorFloat, _) => Converted(to, Element.Float, Each("mov.b32", [.. s.Select(_ => _registers.Temporary(Kind.Float))], s), d),
        (_, Element.TensorFloat) => Converted(to, Element.Float, Converted(Element.Float, from, s, [.. s.Select(_ => _registers.Temporary(Kind.Float))]), d),
        (Element.Int, Element.Byte) or (Element.Byte, Element.Int) => Each("mov.b32", d, s),
        (Element.Int, Element.Index) => Each("cvt.s64.s32", d, s),
        (Element.Byte, Element.Index) => Each("cvt.u64.u32", d, s),
        (Element.Index, Element.Int or Element.Byte) => Each("cvt.u32.u64", d, s),
        (Element.Float, Element.Double) => Each("cvt.f64.f32", d, s),
        (Element.Double, Element.Float) => Each("cvt.rn.f32.f64", d, s),
        (Element.Float or Element.Double, Element.Byte or Element.Int or Element.Index) => Each($"cvt.rzi.{IntegerType(to)}.{Compared(new(from))}", d, s),
        (Element.Byte or Element.Int or Element.Index, Element.Float or Element.Double) => Each($"cvt.rn.{Compared(new(to))}.{IntegerType(from)}", d, s),
        _ => throw Unable($"conversion to {to}", new(from)),
    };

    // ptxas refuses a literal as the operand of a conversion to TF32.
    private string InRegister(string operand)
    {
        if (operand[0] == '%') return operand;
        string register = _registers.Temporary(Kind.Float);
        Emit("mov.f32", register, operand);
        return register;
    }

    private static string IntegerType(Element element) => element == Element.Byte ? "u32" : element == Element.Int ? "s32" : "s64";

    // Floats, two to a register. cvt names the upper half first; sm_80 has no conversion of one alone.
    private string[] Rounded(string[] s, string[] d)
    {
        if (s.Length > 1) return Each("cvt.rn.bf16x2.f32", d, [.. d.Select((_, i) => s[2 * i + 1])], [.. d.Select((_, i) => s[2 * i])]);
        string pair = _registers.Temporary(Kind.Word);
        Emit("cvt.rn.bf16x2.f32", pair, Literal.Ptx(0f), s[0]);
        Emit("cvt.u16.u32", d[0], pair);
        return d;
    }

    // A BFloat16 is the upper half of a Float.
    private string[] Widened(string[] s, string[] d)
    {
        if (d.Length == 1)
        {
            string word = _registers.Temporary(Kind.Word);
            Emit("cvt.u32.u16", word, s[0]);
            Emit("shl.b32", d[0], word, "16");
            return d;
        }
        for (int i = 0; i < s.Length; i++)
        {
            Emit("shl.b32", d[2 * i], s[i], "16");
            Emit("and.b32", d[2 * i + 1], s[i], "0xffff0000");
        }
        return d;
    }

    private string[] Pack(Value v, string[] d)
    {
        string[] halves = v.Op == KernelOp.Broadcast ? Repeat(Of(v.Sources[0])[0], v.Type.Lanes) : [.. v.Sources.Select(s => Of(s)[0])];
        for (int i = 0; i < d.Length; i++) Emit("mov.b32", d[i], PtxRegisters.Braced(halves.Skip(2 * i).Take(2)));
        return d;
    }

    private string[] Unpack(string pair, int half, string[] d)
    {
        string word = half == 0 ? pair : _registers.Temporary(Kind.Word);
        if (half == 1) Emit("shr.u32", word, pair, "16");
        Emit("cvt.u16.u32", d[0], word);
        return d;
    }

    private string[] SelectPacked(string[] condition, string[] a, string[] b, string[] d)
    {
        for (int i = 0; i < d.Length; i++)
        {
            string[] halves = [_registers.Temporary(Kind.Half), _registers.Temporary(Kind.Half)];
            for (int half = 0; half < 2; half++)
            {
                string word = _registers.Temporary(Kind.Word);
                Emit("selp.b32", word, a[i], b[i], condition[2 * i + half]);
                Unpack(word, half, [halves[half]]);
            }
            Emit("mov.b32", d[i], PtxRegisters.Braced(halves));
        }
        return d;
    }

    private static readonly string Log2E = Literal.Ptx(1.442695f), Log2ERest = Literal.Ptx((float)(1.0 / Math.Log(2) - 1.442695f));
}

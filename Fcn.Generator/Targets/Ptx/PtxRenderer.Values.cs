using Fcn.Generator.Kernels;
using Fcn.Generator.Text;
using Kind = Fcn.Generator.Targets.Ptx.PtxRegisters.Kind;

namespace Fcn.Generator.Targets.Ptx;

// Values: which instruction an operation is, once for every lane. `.rn` on sums and products keeps ptxas from contracting them into a
// multiply-add.
internal sealed partial class PtxRenderer
{
    /// Registers that hold the value, or literals; computed to temporaries where it has no place yet.
    private string[] Of(Value v) => v.Op switch
    {
        KernelOp.Constant => [Immediate(v)],
        KernelOp.Variable => _variables[v.Name].Registers,
        KernelOp.Field => _fields[v.Name],
        KernelOp.Item => [Number(ref _block, "block", "%ctaid.x")],
        KernelOp.Thread => [Number(ref _thread, "thread", "%tid.x")],
        KernelOp.LaneIndex => [.. Enumerable.Range(0, v.Type.Lanes).Select(i => Literal.Ptx((float)i))],
        KernelOp.Broadcast when !Packed(v.Type) => Repeat(Of(v.Sources[0])[0], v.Type.Lanes),
        KernelOp.Compose when !Packed(v.Type) => [.. v.Sources.Select(s => Of(s)[0])],
        KernelOp.Lane when !Packed(v.Sources[0].Type) => [Of(v.Sources[0])[(int)v.Number]],
        KernelOp.Convert when (v.Sources[0].Type.Element, v.Type.Element) is (Element.Byte, Element.Int) or (Element.Int, Element.Byte) => Of(v.Sources[0]),
        KernelOp.Bits when SameKind(v) || v.Type.Element == Element.Float => Of(v.Sources[0]), // .b32 goes with .f32
        _ => _known.TryGetValue(v, out string[]? known) ? known : _known[v] = Into(v, _registers.Temporaries(v.Type)),
    };

    /// The register of a scalar, even where the value is a literal.
    private string Register(Value v) => v.Op == KernelOp.Constant ? Into(v, _registers.Temporaries(v.Type))[0] : Of(v)[0];

    // Only the last instruction of a lane writes its register: it may be one of the operands.
    private string[] Into(Value v, string[] d)
    {
        var s = v.Sources;
        switch (v.Op)
        {
            case KernelOp.Broadcast or KernelOp.Compose when Packed(v.Type):
                return Pack(v, d);
            case KernelOp.Lane when Packed(s[0].Type):
                return Unpack(Of(s[0])[(int)v.Number / 2], (int)v.Number % 2, d);
            case KernelOp.Constant when v.Type.Element == Element.Bool:
                Emit("setp.eq.s32", d[0], Literal.Of((int)v.Number), "1");
                return d;
            case KernelOp.Constant or KernelOp.Variable or KernelOp.Field or KernelOp.Item or KernelOp.Thread or KernelOp.LaneIndex:
            case KernelOp.Broadcast or KernelOp.Compose or KernelOp.Lane:
                return Move(v.Type, Of(v), d);
            case KernelOp.Add:
                return Each(Number("add", v.Type), d, Of(s[0]), Of(s[1]));
            case KernelOp.Subtract:
                return Each(Number("sub", v.Type), d, Of(s[0]), Of(s[1]));
            case KernelOp.Multiply when v.Type == KernelType.Index && s[0].Narrow() is { } a && s[1].Narrow() is { } b:
                return Each("mul.wide.s32", d, Of(a), Of(b));
            case KernelOp.Multiply:
                return Each(Number(v.Type.IsWhole ? "mul.lo" : "mul", v.Type), d, Of(s[0]), Of(s[1]));
            case KernelOp.Divide:
                return Each(v.Type.IsWhole ? $"div.{Count(v.Type)}" : Number("div", v.Type), d, Of(s[0]), Of(s[1]));
            case KernelOp.Remainder:
                return Each($"rem.{Count(v.Type)}", d, Of(s[0]), Of(s[1]));
            case KernelOp.Minimum:
                return Extreme(v, "min", "lt", d);
            case KernelOp.Maximum:
                return Extreme(v, "max", "gt", d);
            case KernelOp.FusedMultiplyAdd when v.Type.Pointer && !v.Type.Shared && s[0].Type == KernelType.Int:
                return Each("mad.wide.s32", d, Of(s[0]), Of(s[1]), Of(s[2]));
            case KernelOp.FusedMultiplyAdd:
                return Each(Number(v.Type.Pointer || v.Type.IsWhole ? "mad.lo" : "fma", v.Type), d, Of(s[0]), Of(s[1]), Of(s[2]));
            case KernelOp.Exponential:
                return Exponential(v, Of(s[0]), d);
            case KernelOp.Logarithm:
                return Logarithm(v, Of(s[0]), d);
            case KernelOp.Less:
                return Each($"setp.lt.{Compared(s[0].Type)}", d, Of(s[0]), Of(s[1]));
            case KernelOp.LessOrEqual:
                return Each($"setp.le.{Compared(s[0].Type)}", d, Of(s[0]), Of(s[1]));
            case KernelOp.Equal:
                return Each($"setp.eq.{Compared(s[0].Type)}", d, Of(s[0]), Of(s[1]));
            case KernelOp.And:
                return Each(Logic("and", v.Type), d, Truth(s[0]), Truth(s[1]));
            case KernelOp.Or:
                return Each(Logic("or", v.Type), d, Truth(s[0]), Truth(s[1]));
            case KernelOp.Xor:
                return Each("xor.b32", d, Of(s[0]), Of(s[1]));
            case KernelOp.ShiftLeft:
                return Each("shl.b32", d, Of(s[0]), Of(s[1]));
            case KernelOp.ShiftRight:
                return Each("shr.u32", d, Of(s[0]), Of(s[1]));
            case KernelOp.MultiplyHigh:
                return Each("mul.hi.u32", d, Of(s[0]), s[1].Op == KernelOp.Constant ? [Literal.Hexadecimal(unchecked((uint)(int)s[1].Number))] : Of(s[1]));
            case KernelOp.Select:
                return Select(v, d);
            case KernelOp.Convert:
                return Converted(s[0], v.Type.Element, d);
            case KernelOp.Uniform:
                return Uniform(Of(s[0])[0], s[1], d);
            case KernelOp.ReduceAdd or KernelOp.ReduceMinimum or KernelOp.ReduceMaximum:
                return Reduce(v, Of(s[0]), d);
            case KernelOp.Bits when SameKind(v):
                return Into(s[0], d);
            case KernelOp.Bits:
                return Move(v.Type.Element == Element.Float ? KernelType.Word : v.Type, Of(s[0]), d);
            case KernelOp.Load:
                return Load(v, d);
            default:
                throw new InvalidOperationException($"{v.Op} is no value of a GPU kernel.");
        }
    }

    private string[] Each(string op, string[] d, params string[][] s)
    {
        for (int i = 0; i < d.Length; i++)
        {
            _body.Append(Indent).Append(op).Append(' ').Append(d[i]);
            foreach (string[] operand in s) _body.Append(", ").Append(operand[i]);
            _body.Append(";\n");
        }
        return d;
    }

    private string[] Move(KernelType type, string[] from, string[] d) => Each($"mov.{Moved(PtxRegisters.KindOf(type))}", d, from);

    private string[] Select(Value v, string[] d)
    {
        var (condition, a, b) = (Truth(v.Sources[0]), v.Sources[1], v.Sources[2]);
        if (Packed(v.Type) && condition.Length > 1) return SelectPacked(condition, Of(a), Of(b), d);
        if (condition.Length < d.Length) condition = Repeat(condition[0], d.Length);
        if (v.Type.Element != Element.Bool) return Each($"selp.{Moved(PtxRegisters.KindOf(v.Type))}", d, Of(a), Of(b), condition);
        var (x, y) = (Truth(a), Truth(b));
        for (int i = 0; i < d.Length; i++)
        {
            string yes = _registers.Temporary(Kind.Predicate), no = _registers.Temporary(Kind.Predicate);
            Emit("and.pred", yes, condition[i], x[i]);
            Emit("not.pred", no, condition[i]);
            Emit("and.pred", no, no, y[i]);
            Emit("or.pred", d[i], yes, no);
        }
        return d;
    }

    private string[] Reduce(Value v, string[] lanes, string[] d)
    {
        var (element, total) = (v.Type, (string[])lanes.Clone());
        if (v.Op != KernelOp.ReduceAdd)
        {
            for (int i = 1; i < total.Length; i++)
                total[0] = Extreme(v.Op == KernelOp.ReduceMinimum ? "lt" : "gt", element, total[0], total[i], i == total.Length - 1 ? d[0] : _registers.Temporaries(element)[0]);
            return d;
        }
        for (int half = total.Length / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++)
            {
                string sum = half == 1 ? d[0] : _registers.Temporaries(element)[0];
                Emit(Number("add", element), sum, total[i], total[i + half]);
                total[i] = sum;
            }
        return d;
    }

    private static bool SameKind(Value bits) => PtxRegisters.KindOf(bits.Sources[0].Type) == PtxRegisters.KindOf(bits.Type);

    // Truths as registers, bits as they come.
    private string[] Truth(Value v) =>
        v.Op == KernelOp.Constant && v.Type.Element == Element.Bool ? Into(v, _registers.Temporaries(v.Type)) : Of(v);

    private static bool Packed(KernelType type) => type is { Element: Element.BFloat16, Lanes: > 1 };

    private static string[] Repeat(string text, int count) => [.. Enumerable.Repeat(text, count)];

    private static string Logic(string op, KernelType type) => type.Element == Element.Bool ? $"{op}.pred" : $"{op}.b32";

    private static string Number(string op, KernelType type) => type.Pointer ? $"{op}.{(type.Shared ? "s32" : "s64")}" : type.Element switch
    {
        Element.Int => $"{op}.s32",
        Element.Index => $"{op}.s64",
        Element.Float => $"{op}.rn.f32",
        Element.Double => $"{op}.rn.f64",
        Element.Bool or Element.Byte or Element.BFloat16 or Element.TensorFloat or Element.Word => throw Unable(op, type),
    };

    private static string Compared(KernelType type) => type.Element switch
    {
        Element.Byte => "u32",
        Element.Int => "s32",
        Element.Index => "s64",
        Element.Float => "f32",
        Element.Double => "f64",
        Element.Bool or Element.BFloat16 or Element.TensorFloat or Element.Word => throw Unable("setp", type),
    };

    // The type by which instructions know a number that is not negative.
    private static string Count(KernelType type) => type.Element == Element.Index ? "u64" : "u32";

    private static string Moved(Kind kind) => kind switch
    {
        Kind.Predicate => "pred",
        Kind.Half => "b16",
        Kind.Word => "b32",
        Kind.Wide => "b64",
        Kind.Float => "f32",
        Kind.Double => "f64",
    };

    private static string Immediate(Value v) => v.Type.Element switch
    {
        Element.Bool or Element.Byte or Element.Int or Element.Index => Literal.Of((long)v.Number),
        Element.Word => Literal.Hexadecimal((uint)v.Number),
        Element.Float => Literal.Ptx((float)v.Number),
        Element.Double => Literal.Ptx(v.Number),
        Element.BFloat16 or Element.TensorFloat => throw Unable("a literal", v.Type),
    };

    private static InvalidOperationException Unable(string op, KernelType type) => new($"There is no {op} of {type} in a GPU kernel.");
}

namespace Fcn.Generator.Kernels;

// Types of values: which operands an op takes, and that a value is of the type which they give.
//   scalars  arithmetic on Int, Index, Float, Double; comparison of Byte too; Remainder of whole numbers, exp, log and fma of real ones
//   vectors  arithmetic on Float and Double; other elements are compared into, selected, converted, loaded and stored
//   formats  BFloat16, TensorFloat and Word are loaded, stored and converted (Word: reinterpreted), nothing else; on a GPU only
//   lanes    CPU: a power of two up to 16 · GPU: 1, 2, 4 or 8, what one thread loads at once
internal sealed partial class KernelSpec
{
    private static readonly KernelType Byte = new(Element.Byte);

    private void Check(Value v)
    {
        foreach (var source in v.Sources) Check(source);
        var form = KernelGrammar.Of(v.Op);
        if (!form.IsValue) Fault($"{v.Op} is a statement, not a value");
        else if (!KernelGrammar.Takes(form, v.Sources.Count)) Fault($"{v.Op} has {v.Sources.Count} operands, not {form.Operands}");
        else if (Problem(v, v.Sources) is { } problem) Fault($"{KernelPrinter.Text(v)}: {problem}");
        else Lanes(v.Type);
    }

    private string? Problem(Value v, IReadOnlyList<Value> s) => v.Op switch
    {
        KernelOp.Constant => Literal(v),
        KernelOp.Variable => !_scope.TryGetValue(v.Name, out var declared) ? "is not declared here" : Is(v, declared.Type),
        KernelOp.Field => Field(v),
        KernelOp.Item => _kernel.IsFunction ? "a function sees its parameters alone" : Is(v, KernelType.Int),
        KernelOp.Thread => _family == KernelFamily.Cpu ? "Thread is not for a Cpu" : Is(v, KernelType.Int),
        KernelOp.LaneIndex => v.Type.Lanes == 1 ? "has one lane" : Is(v, KernelType.Vector(v.Type.Lanes)),
        KernelOp.Add or KernelOp.Subtract when s[0].Type.Pointer => Address(s[0].Type, s[1].Type) ?? Is(v, s[0].Type),
        KernelOp.Add or KernelOp.Subtract or KernelOp.Multiply or KernelOp.Divide or KernelOp.Minimum or KernelOp.Maximum
            => IsNumber(s[0].Type) ? Alike(s) ?? Is(v, s[0].Type) : NotOf(s[0]),
        KernelOp.Remainder => IsOffset(s[0].Type) ? Alike(s) ?? Is(v, s[0].Type) : NotOf(s[0]),
        KernelOp.FusedMultiplyAdd when _family == KernelFamily.Gpu && s[2].Type.Pointer => Alike([s[0], s[1]]) ?? Address(s[2].Type, s[0].Type) ?? Is(v, s[2].Type),
        KernelOp.FusedMultiplyAdd when _family == KernelFamily.Gpu && s[0].Type == KernelType.Int => Alike(s) ?? Is(v, KernelType.Int),
        KernelOp.FusedMultiplyAdd or KernelOp.Exponential or KernelOp.Logarithm
            => IsReal(s[0].Type) ? Alike(s) ?? Is(v, s[0].Type) : NotOf(s[0]),
        KernelOp.Less or KernelOp.LessOrEqual or KernelOp.Equal => IsNumber(s[0].Type) || s[0].Type == Byte
            ? Alike(s) ?? Is(v, new(Element.Bool, s[0].Type.Lanes))
            : NotOf(s[0]),
        KernelOp.And or KernelOp.Or or KernelOp.Xor or KernelOp.ShiftLeft or KernelOp.ShiftRight or KernelOp.MultiplyHigh
            when _family == KernelFamily.Gpu && s[0].Type == KernelType.Int
            => Alike(s) ?? Is(v, KernelType.Int),
        KernelOp.DivisorMagic or KernelOp.DivisorShift => "is for the host, which binds it to a field",
        KernelOp.Xor or KernelOp.ShiftLeft or KernelOp.ShiftRight or KernelOp.MultiplyHigh => _family == KernelFamily.Cpu ? $"{v.Op} is not for a Cpu" : NotOf(s[0]),
        KernelOp.And or KernelOp.Or => s[0].Type is { Element: Element.Bool, Pointer: false } ? Alike(s) ?? Is(v, s[0].Type) : NotOf(s[0]),
        KernelOp.Select => Choice(v, s[0].Type, s[1].Type, s[2].Type),
        KernelOp.Convert => s[0].Type.Pointer || s[0].Type.Element == Element.Bool || v.Type.Element == Element.Bool
            || s[0].Type.Element == Element.Word || v.Type.Element == Element.Word ? $"{s[0].Type} does not convert to {v.Type}" : Is(v, s[0].Type with { Element = v.Type.Element }),
        KernelOp.Uniform => s[0].Type != KernelType.Int ? $"the seed is {s[0].Type}, not int"
            : !IsOffset(s[1].Type) ? $"the counter is {s[1].Type}, not a whole number" : Is(v, KernelType.Float),
        KernelOp.Broadcast =>
            s[0].Type is { Lanes: 1, Pointer: false } && v.Type.Lanes > 1 ? Is(v, s[0].Type with { Lanes = v.Type.Lanes }) : NotOf(s[0]),
        KernelOp.ReduceAdd or KernelOp.ReduceMinimum or KernelOp.ReduceMaximum
            => IsReal(s[0].Type) && s[0].Type.Lanes > 1 ? Is(v, s[0].Type with { Lanes = 1 }) : NotOf(s[0]),
        KernelOp.Load => Address(s[0].Type, s[1].Type) ?? Is(v, new(s[0].Type.Element, v.Type.Lanes)),
        KernelOp.Compose or KernelOp.Lane when _family == KernelFamily.Cpu => $"{v.Op} is not for a Cpu",
        KernelOp.Bits when _family == KernelFamily.Cpu && (v.Type.Pointer || v.Type.Lanes > 1) => $"{v.Op} of {v.Type} is not for a Cpu",
        KernelOp.Compose => s[0].Type is { Lanes: 1, Pointer: false } ? Alike(s) ?? Is(v, s[0].Type with { Lanes = s.Count }) : NotOf(s[0]),
        KernelOp.Lane => v.Number >= 0 && v.Number < s[0].Type.Lanes && s[0].Type.Lanes > 1 ? Is(v, s[0].Type with { Lanes = 1 }) : NotOf(s[0]),
        KernelOp.Bits => s[0].Type.Pointer ? Is(v, s[0].Type with { Element = v.Type.Element }) : Is32(s[0].Type) && Is32(v.Type) ? null : $"{s[0].Type} has not the bits of {v.Type}",
        >= KernelOp.Store => "is a statement, not a value",
    };

    private static string? Literal(Value v)
    {
        if (v.Type.Pointer || v.Type.Lanes != 1) return $"a constant of type {v.Type}";
        bool fits = v.Type.Element switch
        {
            Element.Bool => v.Number is 0 or 1,
            Element.Byte => v.Number is >= 0 and <= 255 && IsWhole(v.Number),
            Element.Int => v.Number is >= int.MinValue and <= int.MaxValue && IsWhole(v.Number),
            Element.Index => Math.Abs(v.Number) <= 1L << 53 && IsWhole(v.Number),
            Element.Float => !double.IsNaN(v.Number) && (double.IsInfinity(v.Number) || Math.Abs(v.Number) <= float.MaxValue),
            Element.Double => !double.IsNaN(v.Number),
            Element.Word => v.Number is >= 0 and <= uint.MaxValue && IsWhole(v.Number),
            Element.BFloat16 or Element.TensorFloat => false,
        };
        return fits ? null : $"is no {v.Type}";
    }

    private string? Field(Value v)
    {
        Identifier(v.Name);
        if (_kernel.IsFunction) return "a function sees its parameters alone";
        if (v.Type.Lanes != 1) return $"a field of type {v.Type}";
        if (_fields.TryGetValue(v.Name, out var seen)) return Is(v, seen);
        _fields[v.Name] = v.Type;
        return null;
    }

    private static string? Choice(Value v, KernelType condition, KernelType a, KernelType b) =>
        condition is not { Element: Element.Bool, Pointer: false } ? $"the condition is {condition}, not bool"
        : a.Pointer || a != b ? $"chooses between {a} and {b}"
        : condition.Lanes != 1 && condition.Lanes != a.Lanes ? $"{condition} chooses between {a}"
        : Is(v, a);

    private static string? Address(KernelType pointer, KernelType offset) =>
        !pointer.Pointer ? $"{pointer} is no pointer" : !IsOffset(offset) ? $"the offset is {offset}, not a whole number" : null;

    // Vectors of whole numbers have no arithmetic: AVX2 and WebGPU lack half of it.
    private static bool IsNumber(KernelType type) => !type.Pointer && (type.Element is Element.Float or Element.Double || IsOffset(type));

    private static bool IsReal(KernelType type) => !type.Pointer && type.Element is Element.Float or Element.Double;

    private static bool IsOffset(KernelType type) => type is { Lanes: 1, Pointer: false, Element: Element.Int or Element.Index };

    private static bool Is32(KernelType type) =>
        type is { Lanes: 1, Pointer: false, Element: Element.Int or Element.Float or Element.TensorFloat or Element.Word };

    private static bool IsWhole(double number) => number == Math.Floor(number);

    private static string? Is(Value v, KernelType type) => v.Type == type ? null : $"is said to be {v.Type} but is {type}";

    private static string? Alike(IReadOnlyList<Value> sources) =>
        sources.FirstOrDefault(s => s.Type != sources[0].Type) is { } other ? $"{sources[0].Type} meets {other.Type}" : null;

    private static string NotOf(Value source) => $"does not take {source.Type}";

    private void Lanes(KernelType type)
    {
        bool fits = !(type.Pointer && type.Lanes != 1) && _family switch
        {
            KernelFamily.Cpu => type.Lanes is 1 or 2 or 4 or 8 or 16 && !type.Shared && type.Element is not (Element.BFloat16 or Element.TensorFloat or Element.Word),
            KernelFamily.Gpu => type.Lanes is 1 or 2 or 4 or 8,
        };
        if (!fits) Fault($"{type} is no type of a {_family}");
    }
}

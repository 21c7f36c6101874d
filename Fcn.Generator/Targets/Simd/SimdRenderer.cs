using Fcn.Generator.Emit;

namespace Fcn.Generator.Targets.Simd;

// Kernel → C# on System.Runtime.Intrinsics, for one vector width. A table: what the schedule said is printed, nothing is decided here.
internal sealed class SimdRenderer(Machine machine, string frame, SourceWriter writer)
{
    /// A size or address as the host computes it.
    public static string Host(Value value) => new SimdRenderer(Machine.Portable, "", new SourceWriter()).Text(value);

    private string Vector => $"Vector{Literal.Of(32 * machine.Lanes)}";

    public void Kernel(Kernel kernel)
    {
        writer.Line($"/// {kernel.Summary}");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        string parameters = kernel.IsFunction ? string.Join(", ", kernel.Parameters.Select(p => $"{Type(p.Type)} {p.Name}")) : "void* frame, int item";
        using (writer.Block($"internal static void {kernel.Name}({parameters})"))
        {
            if (!kernel.IsFunction) writer.Line($"var f = ({frame}*)frame;");
            foreach (var statement in kernel.Body) Statement(statement);
        }
        writer.Line();
    }

    private void Statement(Statement s)
    {
        switch (s.Op)
        {
            case KernelOp.Let:
                writer.Line($"{Type(s.Target!.Type)} {s.Target.Name} = {Text(s.Operands[0])};");
                break;
            case KernelOp.Assign:
                writer.Line(Assignment(s.Target!, s.Operands[0]));
                break;
            case KernelOp.Store:
                writer.Line(Store(s.Operands[0], s.Operands[1], s.Operands[2]));
                break;
            case KernelOp.For:
                string i = s.Target!.Name, step = s.Operands[2].Is(1) ? $"{i}++" : $"{i} += {Text(s.Operands[2])}";
                using (writer.Block($"for ({Type(s.Operands[1].Type)} {i} = {Text(s.Operands[0])}; {i} < {Text(s.Operands[1], 8)}; {step})"))
                    foreach (var inner in s.Body) Statement(inner);
                break;
            case KernelOp.If:
                using (writer.Block($"if ({Text(s.Operands[0])})"))
                    foreach (var inner in s.Body) Statement(inner);
                if (s.Else.Count == 0) break;
                using (writer.Block("else"))
                    foreach (var inner in s.Else) Statement(inner);
                break;
            case KernelOp.Call:
                writer.Line($"{s.Name}({string.Join(", ", s.Operands.Select(o => Text(o)))});");
                break;
            case KernelOp.Comment:
                writer.Line($"// {s.Name}");
                break;
            default:
                throw new InvalidOperationException($"{s.Op} is no statement of a CPU kernel.");
        }
    }

    // x += step reads better than x = x + step.
    private string Assignment(Value target, Value value) =>
        value.Op == KernelOp.Add && value.Sources[0].Op == KernelOp.Variable && value.Sources[0].Name == target.Name
            ? $"{target.Name} += {Text(value.Sources[1])};"
            : $"{target.Name} = {Text(value)};";

    private string Store(Value pointer, Value offset, Value value) =>
        value.Type.Lanes > 1 ? $"{Vector}.Store({Text(value)}, {Text(pointer + offset)});"
        : $"{Text(pointer, 12)}[{Text(offset)}] = {Text(value)};";

    // Precedence as C#: 12 primary, 11 unary, 10 * / %, 9 + -, 8 < <=, 7 ==, 6 &, 5 |, 4 &&, 3 ||, 1 ?:.
    private string Text(Value v, int context = 0)
    {
        var (text, precedence) = Expression(v);
        return precedence < context ? $"({text})" : text;
    }

    private (string Text, int Precedence) Expression(Value v) => v.Op switch
    {
        KernelOp.Constant => (Constant(v), v.Number < 0 ? 11 : 12),
        KernelOp.Variable => (v.Name, 12),
        KernelOp.Field => ($"f->{v.Name}", 12),
        KernelOp.Item => ("item", 12),
        KernelOp.Thread => ("0", 12),
        KernelOp.LaneIndex => ($"{Type(v.Type)}.Indices", 12),
        KernelOp.Add when v.Sources[1] is { Op: KernelOp.Constant, Number: < 0 } => ($"{Text(v.Sources[0], 9)} - {Constant(v.Sources[1]).TrimStart('-')}", 9),
        KernelOp.Add => Infix(v, "+", 9),
        KernelOp.Subtract => Infix(v, "-", 9),
        KernelOp.Multiply => Infix(v, "*", 10),
        KernelOp.Divide => Infix(v, "/", 10),
        KernelOp.Remainder => Infix(v, "%", 10),
        KernelOp.Minimum => v.Type.Lanes > 1 ? Call($"{Vector}.MinNative", v) : Call(v.Type.IsWhole ? "Math.Min" : "float.MinNative", v),
        KernelOp.Maximum => v.Type.Lanes > 1 ? Call($"{Vector}.MaxNative", v) : Call(v.Type.IsWhole ? "Math.Max" : "float.MaxNative", v),
        KernelOp.FusedMultiplyAdd => v.Type.Lanes == 1
            ? ($"{Text(v.Sources[0], 10)} * {Text(v.Sources[1], 11)} + {Text(v.Sources[2], 10)}", 9)
            : Call(machine == Machine.Portable ? $"{Vector}.MultiplyAddEstimate" : $"{Vector}.FusedMultiplyAdd", v),
        KernelOp.Exponential => Call(v.Type.Lanes > 1 ? "Lanes.Exp" : "MathF.Exp", v),
        KernelOp.Logarithm => Call(v.Type.Lanes > 1 ? "Lanes.Log" : "MathF.Log", v),
        KernelOp.Less => v.Type.Lanes > 1 ? Call($"{Vector}.LessThan", v) : Infix(v, "<", 8),
        KernelOp.LessOrEqual => v.Type.Lanes > 1 ? Call($"{Vector}.LessThanOrEqual", v) : Infix(v, "<=", 8),
        KernelOp.Equal => v.Type.Lanes > 1 ? Call($"{Vector}.Equals", v) : Infix(v, "==", 7),
        KernelOp.And => v.Type.Lanes > 1 ? Infix(v, "&", 6) : Infix(v, "&&", 4),
        KernelOp.Or => v.Type.Lanes > 1 ? Infix(v, "|", 5) : Infix(v, "||", 3),
        KernelOp.Select => v.Type.Lanes > 1 ? Call($"{Vector}.ConditionalSelect", v) : ($"{Text(v.Sources[0], 2)} ? {Text(v.Sources[1], 2)} : {Text(v.Sources[2], 1)}", 1),
        KernelOp.Convert => Conversion(v),
        KernelOp.Uniform => Call("Lanes.Uniform", v),
        KernelOp.Broadcast => v.Sources[0].Is(0) ? ($"{Type(v.Type)}.Zero", 12) : Call($"{Vector}.Create", v),
        KernelOp.ReduceAdd => Call("Lanes.Sum", v),
        KernelOp.ReduceMinimum => Call("Lanes.Min", v),
        KernelOp.ReduceMaximum => Call("Lanes.Max", v),
        KernelOp.Load => v.Type.Lanes > 1
            ? ($"{Vector}.Load({Text(v.Sources[0] + v.Sources[1])})", 12)
            : ($"{Text(v.Sources[0], 12)}[{Text(v.Sources[1])}]", 12),
        KernelOp.Xor or KernelOp.ShiftLeft or KernelOp.ShiftRight or KernelOp.Compose or KernelOp.Lane or KernelOp.Bits or KernelOp.Shuffle
            or >= KernelOp.Store => throw new InvalidOperationException($"{v.Op} is no value of a CPU kernel."),
    };

    private (string, int) Infix(Value v, string sign, int precedence) =>
        ($"{Operand(v, 0, precedence)} {sign} {Operand(v, 1, precedence + 1)}", precedence);

    // C# widens an int beside an nint by itself.
    private string Operand(Value v, int i, int precedence)
    {
        var (mine, other) = (v.Sources[i], v.Sources[1 - i]);
        bool widens = Widened(mine) && other.Type.Element == Element.Index && !Widened(other) && other.Op != KernelOp.Constant;
        return Text(widens ? mine.Sources[0] : mine, precedence);
    }

    private static bool Widened(Value v) => v.Op == KernelOp.Convert && v.Type.Element == Element.Index;

    private (string, int) Call(string function, Value v) => ($"{function}({string.Join(", ", v.Sources.Select(s => Text(s)))})", 12);

    private (string, int) Conversion(Value v) => ($"({Type(v.Type)}){Text(v.Sources[0], 11)}", 11);

    private static string Constant(Value v) => v.Type.Element switch
    {
        Element.Bool => Literal.Of(v.Number != 0),
        Element.Byte or Element.Int or Element.Index => Literal.Of((long)v.Number),
        Element.Float => double.IsNegativeInfinity(v.Number) ? "float.NegativeInfinity" : Literal.Single((float)v.Number),
        Element.Double => $"{Literal.Of(v.Number)}d",
        Element.BFloat16 or Element.TensorFloat or Element.Word => throw OnGpu(v.Type),
    };

    private string Type(KernelType type)
    {
        string element = type.Element switch
        {
            Element.Bool => type.Lanes > 1 ? "float" : "bool",
            Element.Byte => "byte",
            Element.Int => "int",
            Element.Index => "nint",
            Element.Float => "float",
            Element.Double => "double",
            Element.BFloat16 or Element.TensorFloat or Element.Word => throw OnGpu(type),
        };
        return type.Pointer ? $"{element}*" : type.Lanes > 1 ? $"{Vector}<{element}>" : element;
    }

    private static InvalidOperationException OnGpu(KernelType type) => new($"{type} is no type of a CPU.");
}

using System.Globalization;
using System.Text;

namespace Fcn.Generator.Kernels;

// Kernels as text for people and snapshots: `for w in 0..f.pool1_W step 14:`. Fields of the frame carry f., a load of several lanes its
// count: x[at : 16]. Prints whatever it is given, so that faulty kernels can be shown too.
internal static class KernelPrinter
{
    // Binding strengths, weakest first.
    private const int Loosest = 0, Choice = 1, Either = 2, Both = 3, Relation = 4, Sum = 5, Product = 6, Atom = 7;

    public static string Print(IEnumerable<Kernel> kernels) => string.Join("\n", kernels.Select(Print));

    public static string Print(Kernel kernel)
    {
        var text = new StringBuilder();
        if (kernel.Summary != "") text.Append("// ").Append(kernel.Summary).Append('\n');
        string parameters = string.Join(", ", kernel.Parameters.Select(Typed));
        text.Append(kernel.IsFunction ? $"function {kernel.Name}({parameters}):\n" : $"kernel {kernel.Name}:\n");
        Body(text, kernel.Body, 1);
        return text.ToString();
    }

    /// A statement without what it contains.
    public static string Opening(Statement s)
    {
        if (!KernelGrammar.Fits(s)) return $"{Word(s.Op)}({string.Join(", ", s.Operands.Select(Text))})";
        return s.Op switch
        {
            KernelOp.Let => $"let {Typed(s.Target!)} = {Text(s.Operands[0])}",
            KernelOp.Assign => $"{s.Target!.Name} = {Text(s.Operands[0])}",
            KernelOp.Store => $"{Cell(s.Operands[0], s.Operands[1], s.Operands[2].Type.Lanes)} = {Text(s.Operands[2])}",
            KernelOp.For => $"for {s.Target!.Name} in {Print(s.Operands[0], Sum)}..{Print(s.Operands[1], Sum)}{Step(s.Operands[2])}{(s.Name == "" ? "" : $" {s.Name}")}:",
            KernelOp.If => $"if {Text(s.Operands[0])}{(s.Name == "" ? "" : $" {s.Name}")}:",
            KernelOp.Call => $"call {s.Name}({string.Join(", ", s.Operands.Select(Text))})",
            KernelOp.Shared => $"shared {Typed(s.Target!)} = [{Text(s.Operands[0])}]",
            KernelOp.AsyncCopy or KernelOp.AsyncWait or KernelOp.LoadMatrix or KernelOp.MatrixMultiply =>
                $"{Word(s.Op)}{(s.Name == "" ? "" : $" {s.Name}")}({string.Join(", ", s.Operands.Select(Text))})",
            KernelOp.Barrier or KernelOp.AsyncCommit => Word(s.Op),
            KernelOp.Comment => $"// {s.Name}",
            <= KernelOp.Load => Word(s.Op),
        };
    }

    public static string Text(Value v) => Print(v, Loosest);

    private static void Body(StringBuilder text, IReadOnlyList<Statement> body, int depth)
    {
        foreach (var s in body)
        {
            text.Append(' ', 4 * depth).Append(Opening(s)).Append('\n');
            Body(text, s.Body, depth + 1);
            if (s.Else.Count == 0) continue;
            text.Append(' ', 4 * depth).Append("else:\n");
            Body(text, s.Else, depth + 1);
        }
    }

    private static string Print(Value v, int within)
    {
        if (!KernelGrammar.Takes(KernelGrammar.Of(v.Op), v.Sources.Count)) return Call(v);
        return v.Op switch
        {
            KernelOp.Constant => Literal(v),
            KernelOp.Variable => v.Name,
            KernelOp.Field => $"f.{v.Name}",
            KernelOp.Item => "item",
            KernelOp.Thread => "thread",
            KernelOp.LaneIndex => $"lanes({Text(v.Type.Lanes)})",
            KernelOp.Add => Infix(v, "+", Sum, within, false),
            KernelOp.Subtract => Infix(v, "-", Sum, within, true),
            KernelOp.Multiply => Infix(v, "*", Product, within, false),
            KernelOp.Divide => Infix(v, "/", Product, within, true),
            KernelOp.Remainder => Infix(v, "%", Product, within, true),
            KernelOp.Less => Infix(v, "<", Relation, within, true),
            KernelOp.LessOrEqual => Infix(v, "<=", Relation, within, true),
            KernelOp.Equal => Infix(v, "==", Relation, within, true),
            KernelOp.And => Infix(v, "&", Both, within, false),
            KernelOp.Or => Infix(v, "|", Either, within, false),
            KernelOp.Xor => Infix(v, "^", Either, within, true),
            KernelOp.ShiftLeft => Infix(v, "<<", Relation, within, true),
            KernelOp.ShiftRight => Infix(v, ">>", Relation, within, true),
            KernelOp.Lane => $"{Print(v.Sources[0], Atom)}.{Text((int)v.Number)}",
            KernelOp.Bits => $"bits_{Element(v.Type.Element)}({Text(v.Sources[0])})",
            KernelOp.Select =>
                Bracket($"{Print(v.Sources[0], Either)} ? {Print(v.Sources[1], Either)} : {Print(v.Sources[2], Either)}", Choice, within),
            KernelOp.Load => Cell(v.Sources[0], v.Sources[1], v.Type.Lanes),
            KernelOp.Convert => $"{Element(v.Type.Element)}({Text(v.Sources[0])})",
            KernelOp.Broadcast => $"all{Text(v.Type.Lanes)}({Text(v.Sources[0])})",
            KernelOp.Minimum or KernelOp.Maximum or KernelOp.FusedMultiplyAdd or KernelOp.Exponential or KernelOp.Logarithm
                or KernelOp.Uniform or KernelOp.ReduceAdd or KernelOp.ReduceMinimum or KernelOp.ReduceMaximum
                or KernelOp.Compose or KernelOp.MultiplyHigh or KernelOp.DivisorMagic or KernelOp.DivisorShift or >= KernelOp.Store => Call(v),
        };
    }

    private static string Word(KernelOp op) => KernelGrammar.Of(op).Word;

    private static string Typed(Value variable) => $"{variable.Name}: {variable.Type}";

    private static string Step(Value step) => step.Is(1) ? "" : $" step {Text(step)}";

    private static string Cell(Value pointer, Value offset, int lanes) =>
        $"{Print(pointer, Atom)}[{Print(offset, lanes > 1 ? Either : Loosest)}{(lanes > 1 ? $" : {Text(lanes)}" : "")}]";

    private static string Call(Value v) => $"{Word(v.Op)}({string.Join(", ", v.Sources.Select(Text))})";

    // Left-associative; where the order of floats or a difference matters, the right operand keeps its brackets.
    private static string Infix(Value v, string sign, int strength, int within, bool strict)
    {
        bool same = !strict && v.Sources[1].Op == v.Op && v.Type.IsWhole;
        return Bracket($"{Print(v.Sources[0], strength)} {sign} {Print(v.Sources[1], same ? strength : strength + 1)}", strength, within);
    }

    private static string Bracket(string text, int strength, int within) => strength < within ? $"({text})" : text;

    private static string Element(Element element) => element.ToString().ToLowerInvariant();

    private static string Literal(Value v) => v.Type.Element switch
    {
        Kernels.Element.Bool => v.Number != 0 ? "true" : "false",
        Kernels.Element.Byte or Kernels.Element.Int or Kernels.Element.Index or Kernels.Element.Word => v.Number.ToString("R", CultureInfo.InvariantCulture),
        Kernels.Element.Float => Decimal(((float)v.Number).ToString("R", CultureInfo.InvariantCulture)),
        Kernels.Element.Double or Kernels.Element.BFloat16 or Kernels.Element.TensorFloat => Decimal(v.Number.ToString("R", CultureInfo.InvariantCulture)) + "d",
    };

    private static string Decimal(string digits) => digits.Any(c => !char.IsDigit(c) && c != '-') ? digits : digits + ".0";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

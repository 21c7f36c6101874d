using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets;

// What C# says alike on every machine: declarations, loops, conditions, arithmetic of scalars with as few brackets as C# needs. A target
// adds its types, names, vectors and memory.
internal abstract class CSharpRenderer(SourceWriter writer)
{
    // Precedence as C#: 12 primary, 11 unary, 10 * / %, 9 + -, 8 < <= << >>, 7 ==, 6 &, 5 | ^, 4 &&, 3 ||, 1 ?:.
    protected const int Primary = 12, Unary = 11, Product = 10, Sum = 9, Relation = 8, Equality = 7, Conjunction = 6, Disjunction = 5, Choice = 1;

    protected SourceWriter Writer { get; } = writer;

    protected abstract string Type(KernelType type);

    /// A variable as the text calls it.
    protected virtual string Name(Value variable) => variable.Name;

    /// The text of ops that targets do not share: names of fields, items and threads, functions, memory; of vectors, all but sums and
    /// products.
    protected abstract (string Text, int Precedence) Own(Value v);

    /// Statements that targets do not share.
    protected abstract void Other(Statement s);

    protected virtual void Statement(Statement s)
    {
        switch (s.Op)
        {
            case KernelOp.Let:
                Writer.Line($"{Type(s.Target!.Type)} {Name(s.Target)} = {Text(s.Operands[0])};");
                break;
            case KernelOp.Assign:
                Writer.Line(Assignment(s.Target!, s.Operands[0]));
                break;
            case KernelOp.For:
                string i = Name(s.Target!), step = s.Operands[2].Is(1) ? $"{i}++" : $"{i} += {Text(s.Operands[2])}";
                using (Writer.Block($"for ({Type(s.Operands[1].Type)} {i} = {Text(s.Operands[0])}; {i} < {Text(s.Operands[1], Relation)}; {step})"))
                    Body(s.Body);
                break;
            case KernelOp.If:
                using (Writer.Block($"if ({Text(s.Operands[0])})")) Body(s.Body);
                if (s.Else.Count == 0) break;
                using (Writer.Block("else")) Body(s.Else);
                break;
            case KernelOp.Comment:
                Writer.Line($"// {s.Name}");
                break;
            default:
                Other(s);
                break;
        }
    }

    protected virtual void Body(IReadOnlyList<Statement> body)
    {
        foreach (var statement in body) Statement(statement);
    }

    // x += step reads better than x = x + step.
    protected string Assignment(Value target, Value value) =>
        value.Op == KernelOp.Add && value.Sources[0].Op == KernelOp.Variable && value.Sources[0].Name == target.Name
            ? $"{Name(target)} += {Text(value.Sources[1])};"
            : $"{Name(target)} = {Text(value)};";

    protected string Text(Value v, int context = 0)
    {
        var (text, precedence) = Expression(v);
        return precedence < context ? $"({text})" : text;
    }

    private (string Text, int Precedence) Expression(Value v) => v.Op switch
    {
        KernelOp.Add when v.Sources[1] is { Op: KernelOp.Constant, Number: < 0 } => ($"{Text(v.Sources[0], Sum)} - {Constant(v.Sources[1]).TrimStart('-')}", Sum),
        KernelOp.Add => Infix(v, "+", Sum),
        KernelOp.Subtract => Infix(v, "-", Sum),
        KernelOp.Multiply => Infix(v, "*", Product),
        KernelOp.Divide => Infix(v, "/", Product),
        KernelOp.Remainder => Infix(v, "%", Product),
        KernelOp.Variable => (Name(v), Primary),
        _ when v.Type.Lanes > 1 => Own(v),
        KernelOp.Constant => (Constant(v), v.Number < 0 ? Unary : Primary),
        KernelOp.FusedMultiplyAdd => ($"{Text(v.Sources[0], Product)} * {Text(v.Sources[1], Unary)} + {Text(v.Sources[2], Product)}", Sum),
        KernelOp.Minimum when v.Type.IsWhole => Call("Math.Min", v),
        KernelOp.Maximum when v.Type.IsWhole => Call("Math.Max", v),
        KernelOp.Exponential => Call("MathF.Exp", v),
        KernelOp.Logarithm => Call("MathF.Log", v),
        KernelOp.Less => Infix(v, "<", Relation),
        KernelOp.LessOrEqual => Infix(v, "<=", Relation),
        KernelOp.Equal => Infix(v, "==", Equality),
        KernelOp.Select => ($"{Text(v.Sources[0], 2)} ? {Text(v.Sources[1], 2)} : {Text(v.Sources[2], Choice)}", Choice),
        _ => Own(v),
    };

    protected (string Text, int Precedence) Infix(Value v, string sign, int precedence) =>
        ($"{Operand(v, 0, precedence)} {sign} {Operand(v, 1, precedence + 1)}", precedence);

    // C# widens an int beside a longer number by itself.
    private string Operand(Value v, int i, int precedence)
    {
        var (mine, other) = (v.Sources[i], v.Sources[1 - i]);
        bool widens = Widened(mine) && other.Type.Element == Element.Index && !Widened(other) && other.Op != KernelOp.Constant;
        return Text(widens ? mine.Sources[0] : mine, precedence);
    }

    private static bool Widened(Value v) => v.Op == KernelOp.Convert && v.Type.Element == Element.Index;

    protected (string Text, int Precedence) Call(string function, Value v) =>
        ($"{function}({string.Join(", ", v.Sources.Select(s => Text(s)))})", Primary);

    protected (string Text, int Precedence) Cast(string type, Value value) => ($"({type}){Text(value, Unary)}", Unary);

    protected static string Constant(Value v) => v.Type.Element switch
    {
        Element.Bool => Literal.Of(v.Number != 0),
        Element.Byte or Element.Int or Element.Index => Literal.Of((long)v.Number),
        Element.Float => double.IsNegativeInfinity(v.Number) ? "float.NegativeInfinity" : Literal.Single((float)v.Number),
        Element.Double => $"{Literal.Of(v.Number)}d",
        Element.BFloat16 or Element.TensorFloat or Element.Word => throw new InvalidOperationException($"There is no literal of {v.Type}."),
    };
}

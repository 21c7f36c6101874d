using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Simd;

// Kernel → C# on System.Runtime.Intrinsics, for one vector width. A table: what the schedule said is printed, nothing is decided here.
internal sealed class SimdRenderer(Machine machine, SourceWriter writer) : CSharpRenderer(writer)
{
    /// Types that the text of kernels calls by simple names.
    public static readonly IReadOnlyList<string> Types =
        ["BitConverter", "Block128", "Block256", "Block512", "IBlock", "Lanes", "Math", "MathF", "RegisterTiles", "V", "Vector128", "Vector256", "Vector512"];

    private readonly Dictionary<string, string> _fields = []; // locals of roles; an underscore where the text means something else

    // What reads alike of vectors of one width and of a block of channels.
    private string Vector => IsGeneric ? "V" : $"Vector{Literal.Of(32 * machine.Lanes)}";

    private string VectorType => IsGeneric ? "V" : $"{Vector}<float>";

    private bool IsGeneric => machine == Machine.Kernels;

    public static string Parameter(Value p) => $"{new SimdRenderer(Machine.Kernels, new SourceWriter()).Type(p.Type)} {p.Name}";

    /// A kernel that is launched takes its arguments as an array of 64-bit words and begins with reading them into locals of their roles'
    /// names.
    public void Kernel(Kernel kernel, IReadOnlyList<Value> fields)
    {
        Writer.Line($"// {kernel.Summary}");
        using (Method($"internal static void {kernel.Name}<V>(void* arguments, int item) where V : struct, IBlock<V>"))
        {
            var scope = new NameScope([.. Names(kernel.Body), .. Types, "args", "arguments", "item"]);
            if (fields.Count > 0) Writer.Line("long* args = (long*)arguments;");
            for (int i = 0; i < fields.Count; i++)
            {
                string name = _fields[fields[i].Name] = scope.Take(fields[i].Name, $"{fields[i].Name}_");
                Writer.Line($"{Type(fields[i].Type)} {name} = ({Type(fields[i].Type)})args[{Literal.Of(i)}];");
            }
            Body(kernel.Body);
        }
        Writer.Line();
    }

    /// A function of one machine's tiles.
    public void Function(Kernel function)
    {
        Writer.Line($"// {function.Summary}");
        using (Method($"internal static void {function.Name}({string.Join(", ", function.Parameters.Select(Parameter))})")) Body(function.Body);
        Writer.Line();
    }

    private SourceWriter.Scope Method(string header)
    {
        Writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        return Writer.Unchecked(header);
    }

    // Variables, and functions that are called.
    private static IEnumerable<string> Names(IReadOnlyList<Statement> body) =>
        body.SelectMany(static s => new[] { s.Target?.Name ?? "", s.Name }.Concat(Names(s.Body)).Concat(Names(s.Else)));

    protected override void Other(Statement s)
    {
        switch (s.Op)
        {
            case KernelOp.Store:
                Writer.Line(Store(s.Operands[0], s.Operands[1], s.Operands[2]));
                break;
            case KernelOp.Call:
                Writer.Line($"{s.Name}{(IsGeneric ? "<V>" : "")}({string.Join(", ", s.Operands.Select(o => Text(o)))});");
                break;
            default:
                throw new InvalidOperationException($"{s.Op} is no statement of a CPU kernel.");
        }
    }

    private string Store(Value pointer, Value offset, Value value) =>
        value.Type.Lanes > 1 ? $"{Vector}.Store({Text(value)}, {Text(pointer + offset)});"
        : $"{Text(pointer, Primary)}[{Text(offset)}] = {Text(value)};";

    protected override (string Text, int Precedence) Own(Value v) => v.Op switch
    {
        KernelOp.Field => (_fields[v.Name], Primary),
        KernelOp.Item => ("item", Primary),
        KernelOp.Thread => ("0", Primary),
        KernelOp.LaneIndex => ($"{VectorType}.Indices", Primary),
        KernelOp.Minimum => Call(v.Type.Lanes > 1 ? $"{Vector}.MinNative" : "float.MinNative", v),
        KernelOp.Maximum => Call(v.Type.Lanes > 1 ? $"{Vector}.MaxNative" : "float.MaxNative", v),
        KernelOp.FusedMultiplyAdd => Call(machine == Machine.Portable ? $"{Vector}.MultiplyAddEstimate" : $"{Vector}.FusedMultiplyAdd", v),
        KernelOp.Exponential => Call("Lanes.Exp", v),
        KernelOp.Logarithm => Call("Lanes.Log", v),
        KernelOp.Less => Call($"{Vector}.LessThan", v),
        KernelOp.LessOrEqual => Call($"{Vector}.LessThanOrEqual", v),
        KernelOp.Equal => Call($"{Vector}.Equals", v),
        KernelOp.And => v.Type.Lanes > 1 ? Infix(v, "&", Conjunction) : Infix(v, "&&", 4),
        KernelOp.Or => v.Type.Lanes > 1 ? Infix(v, "|", Disjunction) : Infix(v, "||", 3),
        KernelOp.Select => Call($"{Vector}.ConditionalSelect", v),
        KernelOp.Convert => Cast(Type(v.Type), v.Sources[0]),
        KernelOp.Bits when v.Type.Element == Element.Float => Call("BitConverter.Int32BitsToSingle", v),
        KernelOp.Uniform => Call("Lanes.Uniform", v),
        KernelOp.Broadcast => v.Sources[0].Is(0) ? ($"{VectorType}.Zero", Primary) : Call($"{Vector}.Create", v),
        KernelOp.ReduceAdd => Call("V.Sum", v),
        KernelOp.ReduceMinimum => Call("V.Min", v),
        KernelOp.ReduceMaximum => Call("V.Max", v),
        KernelOp.Load => v.Type.Lanes > 1
            ? ($"{Vector}.Load({Text(v.Sources[0] + v.Sources[1])})", Primary)
            : ($"{Text(v.Sources[0], Primary)}[{Text(v.Sources[1])}]", Primary),
        KernelOp.Constant or KernelOp.Variable or (>= KernelOp.Add and <= KernelOp.Remainder) or KernelOp.Xor or KernelOp.ShiftLeft or KernelOp.ShiftRight or KernelOp.Compose or KernelOp.Lane or KernelOp.Bits or KernelOp.MultiplyHigh or KernelOp.DivisorMagic or KernelOp.DivisorShift
            or >= KernelOp.Store => throw new InvalidOperationException($"{v.Op} is no value of a CPU kernel."),
    };

    protected override string Type(KernelType type)
    {
        string element = type.Element switch
        {
            Element.Bool => type.Lanes > 1 ? "float" : "bool",
            Element.Byte => "byte",
            Element.Int => "int",
            Element.Index => "nint",
            Element.Float => "float",
            Element.Double => "double",
            Element.BFloat16 or Element.TensorFloat or Element.Word => throw new InvalidOperationException($"{type} is no type of a CPU."),
        };
        return type.Pointer ? $"{element}*" : type.Lanes > 1 ? VectorType : element;
    }
}

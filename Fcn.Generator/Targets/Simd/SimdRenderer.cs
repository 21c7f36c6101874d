using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Simd;

// Kernel → C# on System.Runtime.Intrinsics, for one vector width. A table: what the schedule said is printed, nothing is decided here.
internal sealed class SimdRenderer(Machine machine, SourceWriter writer) : CSharpRenderer(writer)
{
    /// Types that the text of kernels calls by simple names.
    public static readonly IReadOnlyList<string> Types = ["BitConverter", "Lanes", "Math", "MathF", "Vector128", "Vector256", "Vector512"];

    private readonly Dictionary<string, string> _fields = [];

    private string Vector => $"Vector{Literal.Of(32 * machine.Lanes)}";

    /// Parameters: the order in which a launch's arguments lie, 64 bits each. Of a function they are its own.
    public void Kernel(Kernel kernel, IReadOnlyList<Value> parameters)
    {
        Writer.Line($"// {kernel.Summary}");
        Writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        string list = kernel.IsFunction ? string.Join(", ", kernel.Parameters.Select(p => $"{Type(p.Type)} {p.Name}")) : "void* arguments, int item";
        using (Writer.Unchecked($"internal static void {kernel.Name}({list})"))
        {
            if (!kernel.IsFunction) Arguments(kernel, parameters);
            Body(kernel.Body);
        }
        Writer.Line();
    }

    // Arguments that the kernel reads become locals under their roles, or with an underscore where the text means something else by that name.
    private void Arguments(Kernel kernel, IReadOnlyList<Value> parameters)
    {
        var own = KernelFields.Of(kernel).ToDictionary(static f => f.Name);
        var scope = new NameScope([.. Names(kernel.Body), .. Types, "arguments", "item"]);
        string from = scope.Take("from", "from_");
        Writer.Line($"long* {from} = (long*)arguments;");
        for (int i = 0; i < parameters.Count; i++)
        {
            if (!own.TryGetValue(parameters[i].Name, out var field)) continue;
            string name = _fields[field.Name] = scope.Take(field.Name, $"{field.Name}_");
            Writer.Line($"{Type(field.Type)} {name} = ({Type(field.Type)}){from}[{Literal.Of(i)}];");
        }
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
                Writer.Line($"{s.Name}({string.Join(", ", s.Operands.Select(o => Text(o)))});");
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
        KernelOp.LaneIndex => ($"{Type(v.Type)}.Indices", Primary),
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
        KernelOp.Bits when v.Type.Element == Element.Int => Call("BitConverter.SingleToInt32Bits", v),
        KernelOp.Uniform => Call("Lanes.Uniform", v),
        KernelOp.Broadcast => v.Sources[0].Is(0) ? ($"{Type(v.Type)}.Zero", Primary) : Call($"{Vector}.Create", v),
        KernelOp.ReduceAdd => Call("Lanes.Sum", v),
        KernelOp.ReduceMinimum => Call("Lanes.Min", v),
        KernelOp.ReduceMaximum => Call("Lanes.Max", v),
        KernelOp.Load => v.Type.Lanes > 1
            ? ($"{Vector}.Load({Text(v.Sources[0] + v.Sources[1])})", Primary)
            : ($"{Text(v.Sources[0], Primary)}[{Text(v.Sources[1])}]", Primary),
        KernelOp.Constant or KernelOp.Variable or (>= KernelOp.Add and <= KernelOp.Remainder) or KernelOp.Xor or KernelOp.ShiftLeft or KernelOp.ShiftRight or KernelOp.Compose or KernelOp.Lane or KernelOp.Bits or KernelOp.Shuffle
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
        return type.Pointer ? $"{element}*" : type.Lanes > 1 ? $"{Vector}<{element}>" : element;
    }
}

using Fcn.Generator.Kernels;
using Fcn.Generator.Simplify;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ilgpu;

// Kernel → a static method in ILGPU's dialect of C#: fields are parameters, a thread is Group.IdxX, a block Grid.IdxX, vectors are structs
// of Fcn.Generated (IlgpuPieces). A table: what the schedule said is printed, nothing is decided here. Values and memory are here; matrix
// units in the other part.
internal sealed partial class IlgpuRenderer : CSharpRenderer
{
    private static readonly IReadOnlyList<KernelPass> Passes = [FoldBranches.Run, SizeCopies.Run];

    private readonly IlgpuNames _names;

    private IlgpuRenderer(Kernel kernel, IReadOnlyList<Value> fields, SourceWriter writer) : base(writer) =>
        (_names, _pointers, _resident) = (new IlgpuNames(fields), new IlgpuPointers(kernel), IlgpuResidents.Of(kernel.Body));

    public static IlgpuKernel Render(Kernel kernel)
    {
        if (kernel.Threads < 1) throw new InvalidOperationException($"{kernel.Name} is no kernel of a GPU: it says no number of threads.");
        var (fields, body) = (KernelFields.Of(kernel), new SourceWriter());
        kernel = Passes.Run(kernel);
        var renderer = new IlgpuRenderer(kernel, fields, body);
        using (body.Unchecked("")) renderer.Body(kernel.Body);
        string code = body.ToString().TrimStart('\n');
        if (renderer._assembly.Count > 0) code = code.Insert(code.IndexOf('\n') + 1, renderer.Registers());
        string parameters = string.Join(", ", fields.Select(renderer.Parameter));
        var assembly = TextHash.Distinct(renderer._assembly);
        return new(kernel.Name, kernel.Summary, $"({parameters})\n{code.TrimEnd('\n')}\n", fields, kernel.Threads, assembly);
    }

    private string Parameter(Value field) =>
        !field.Type.Pointer ? $"{Type(field.Type)} {_names.Field(field.Name)}"
        : _pointers.IsAddress(field) ? $"[DeviceAddress] long {_names.Field(field.Name)}"
        : $"ArrayView<{Stored(field.Type)}> {_names.Field(field.Name)}";

    protected override string Name(Value variable) => _names.Variable(variable.Name);

    protected override void Statement(Statement s)
    {
        if (Assembles(s)) return;
        Flush();
        foreach (var operand in s.Operands) Fetch(operand);
        if (s is { Op: KernelOp.Let or KernelOp.Assign, Target.Type.Pointer: true }) Move(s);
        else base.Statement(s);
    }

    protected override void Body(IReadOnlyList<Statement> body)
    {
        int outer = _fetched.Count;
        base.Body(body);
        Flush();
        while (_fetched.Count > outer) _fetched.RemoveAt(_fetched.Count - 1);
    }

    protected override void Other(Statement s)
    {
        switch (s.Op)
        {
            case KernelOp.Store:
                Store(s.Operands[0], s.Operands[1], s.Operands[2]);
                break;
            case KernelOp.Shared:
                string element = Stored(s.Target!.Type);
                Writer.Line($"ArrayView<{element}> {Name(s.Target)} = SharedMemory.Allocate<{element}>({Text(s.Operands[0])});");
                break;
            case KernelOp.Barrier:
                Writer.Line("Group.Barrier();");
                break;
            default:
                throw new InvalidOperationException($"{s.Op} is no statement of a GPU kernel.");
        }
    }

    // A pointer that C# reads is an offset into its view; one that assembly reads is the address itself.
    private void Move(Statement s)
    {
        if (!_pointers.SameRoot(s.Target!, s.Operands[0])) throw new InvalidOperationException($"{s.Target!.Name} would point to other memory than before.");
        Value at = _pointers.IsAddress(s.Target!) ? _pointers.Address(s.Operands[0]) : _pointers.PointsTo(s.Operands[0]).At;
        Value target = Value.Variable(s.Target!.Name, at.Type);
        if (s.Op == KernelOp.Let) Writer.Line($"{Type(at.Type)} {Name(target)} = {Text(at)};");
        else Writer.Line(Assignment(target, at));
    }

    private void Store(Value pointer, Value offset, Value value)
    {
        var (view, at) = ElementOf(pointer, offset);
        Writer.Line(value.Type.Lanes > 1 ? $"{Type(value.Type)}.Store({view}, {Text(at)}, {Text(value)});" : $"{view}[{Text(at)}] = {Text(value)};");
    }

    private (string View, Value At) ElementOf(Value pointer, Value offset)
    {
        var (root, at) = _pointers.PointsTo(pointer);
        if (_pointers.IsAddress(root)) throw new InvalidOperationException($"{root.Name} is read by assembly and cannot be read by C#.");
        return (root.Op == KernelOp.Field ? _names.Field(root.Name) : Name(root), at + offset);
    }

    protected override (string Text, int Precedence) Own(Value v) => v.Op switch
    {
        KernelOp.Field => (_names.Field(v.Name), Primary),
        KernelOp.Item => ("Grid.IdxX", Primary),
        KernelOp.Thread => ("Group.IdxX", Primary),
        KernelOp.LaneIndex => ($"{Type(v.Type)}.Indices", Primary),
        KernelOp.Minimum => Call($"{Family(v)}.Min", v),
        KernelOp.Maximum => Call($"{Family(v)}.Max", v),
        KernelOp.FusedMultiplyAdd => Call($"{Type(v.Type)}.MultiplyAdd", v),
        KernelOp.Exponential => Call($"{Type(v.Type)}.Exp", v),
        KernelOp.Logarithm => Call($"{Type(v.Type)}.Log", v),
        KernelOp.Less => Infix(v, "<", Relation),
        KernelOp.LessOrEqual => Infix(v, "<=", Relation),
        KernelOp.Equal => Call($"{Type(v.Sources[0].Type)}.Equal", v),
        KernelOp.And => Bracketed(v, "&", Conjunction),
        KernelOp.Or => Bracketed(v, "|", Disjunction),
        KernelOp.Xor => Bracketed(v, "^", Disjunction),
        KernelOp.ShiftLeft => Bracketed(v, "<<", Relation),
        KernelOp.ShiftRight => Bracketed(v, ">>>", Relation),
        KernelOp.MultiplyHigh => Call("Real.MultiplyHigh", v),
        KernelOp.Select => Call($"{Type(v.Type)}.Select", v),
        KernelOp.Convert => Converted(v),
        KernelOp.Uniform => Call("Real.Uniform", v),
        KernelOp.Broadcast => Call($"{Type(v.Type)}.Of", v),
        KernelOp.Compose => ($"new {Type(v.Type)}({string.Join(", ", v.Sources.Select(s => Text(s)))})", Primary),
        KernelOp.Lane when v.Type.Element != Element.BFloat16 => ($"{Text(v.Sources[0], Primary)}.V{Literal.Of((int)v.Number)}", Primary),
        KernelOp.ReduceAdd => ($"{Text(v.Sources[0], Primary)}.Sum()", Primary),
        KernelOp.ReduceMinimum => ($"{Text(v.Sources[0], Primary)}.Least()", Primary),
        KernelOp.ReduceMaximum => ($"{Text(v.Sources[0], Primary)}.Greatest()", Primary),
        KernelOp.Bits => (v.Sources[0].Type.Element, v.Type.Element) switch
        {
            (Element.Int, Element.Float) => Call("Real.OfBits", v),
            (Element.Float, Element.Int) => Call("Real.Bits", v),
            _ => throw new InvalidOperationException($"{v.Sources[0].Type} as the bits of {v.Type} is for matrix units."),
        },
        KernelOp.Load => Load(v),
        KernelOp.Constant or KernelOp.Variable or (>= KernelOp.Add and <= KernelOp.Remainder) or KernelOp.Lane
            or KernelOp.DivisorMagic or KernelOp.DivisorShift or >= KernelOp.Store => throw new InvalidOperationException($"{v.Op} is no value of a GPU kernel."),
    };

    private (string, int) Load(Value v)
    {
        if (_spilled.TryGetValue(v, out string[]? spilled)) return (spilled.Length == 1 ? spilled[0] : $"new {Type(v.Type)}({string.Join(", ", spilled)})", Primary);
        var (view, at) = ElementOf(v.Sources[0], v.Sources[1]);
        return v.Type.Lanes > 1 ? ($"{Type(v.Type)}.Load({view}, {Text(at)})", Primary) : ($"{view}[{Text(at)}]", Primary);
    }

    // Formats meet in Float. A TensorFloat is a Float that was rounded.
    private (string, int) Converted(Value v)
    {
        var (source, from, to) = (v.Sources[0], v.Sources[0].Type.Element, v.Type.Element);
        return (from, to) switch
        {
            (Element.Float, Element.BFloat16) => Call($"{Format(v.Type)}.Of", v),
            (Element.BFloat16, Element.Float) => Call($"{Format(source.Type)}.ToFloat", v),
            (Element.Float, Element.TensorFloat) => Call($"{Family(v)}.Round", v),
            (Element.TensorFloat, Element.Float) => (Text(source, Unary), Unary),
            (_, Element.BFloat16 or Element.TensorFloat) => Converted(source.To(Element.Float).To(to)),
            (Element.BFloat16 or Element.TensorFloat, _) => Converted(source.To(Element.Float).To(to)),
            (_, Element.Index) when source.Op == KernelOp.Constant => (Constant(source), source.Number < 0 ? Unary : Primary),
            _ => Cast(Type(v.Type), source),
        };
    }

    // Nobody knows the precedence of these by heart; chains of one need no brackets.
    private (string, int) Bracketed(Value v, string sign, int precedence)
    {
        string Side(Value source) => Text(source, source.Op == v.Op && v.Op is (KernelOp.And or KernelOp.Or) ? precedence : Unary);
        return ($"{Side(v.Sources[0])} {sign} {Side(v.Sources[1])}", precedence);
    }

    private string Family(Value v) => v.Type.Lanes > 1 ? Type(v.Type) : "Real";

    private static string Format(KernelType type) => type.Lanes > 1 ? $"BFloat{Literal.Of(type.Lanes)}" : "BFloat";

    protected override string Type(KernelType type) => type.Lanes == 1 ? Stored(type) : $"{type.Element switch
    {
        Element.Bool => "Truth",
        Element.Int => "Int",
        Element.Float or Element.TensorFloat => "Float",
        Element.BFloat16 => "BFloat",
        Element.Byte or Element.Index or Element.Double or Element.Word => throw new InvalidOperationException($"There are no vectors of {type.Element} on a GPU."),
    }}{Literal.Of(type.Lanes)}";

    // The type of one element as it lies in memory.
    private static string Stored(KernelType type) => type.Element switch
    {
        Element.Bool => "bool",
        Element.Byte => "byte",
        Element.Int => "int",
        Element.Index => "long",
        Element.Float or Element.TensorFloat => "float",
        Element.Double => "double",
        Element.BFloat16 => "ushort",
        Element.Word => "uint",
    };
}

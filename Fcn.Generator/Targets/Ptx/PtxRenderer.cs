using System.Text;
using Fcn.Generator.Kernels;
using Fcn.Generator.Simplify;
using Fcn.Generator.Text;
using Kind = Fcn.Generator.Targets.Ptx.PtxRegisters.Kind;

namespace Fcn.Generator.Targets.Ptx;

// Kernel → PTX of one entry. A table from instruction to text: what the schedule said is printed, nothing is decided here. The same text
// serves every level that has its instructions. Statements are here; values, their arithmetic and memory in the other parts.
internal sealed partial class PtxRenderer
{
    /// The module's name for the memory that a block's threads share; its size comes with the launch.
    public const string SharedMemory = "smem";

    private static readonly IReadOnlyList<KernelPass> Passes = 
    [
        FoldBranches.Run, GuardStatements.Run, SizeCopies.Run, SplitAddresses.Run, DivideByConstants.Run, FuseMultiplyAdd.Run, ShareValues.Run,
    ];

    // Labels stand out of the code as loops do elsewhere: the text is flat.
    private const char Indent = '\t';

    private readonly StringBuilder _body = new();
    private readonly PtxRegisters _registers = new();
    private readonly Dictionary<string, (KernelType Type, string[] Registers)> _variables = [];
    private readonly Dictionary<string, string[]> _fields = [];
    private readonly HashSet<string> _labels = [];
    private readonly Dictionary<Value, string[]> _known = [];
    private readonly StringBuilder _head = new();
    private string? _block, _thread;
    private string _guard = "";
    private int _shared, _ifs;

    private readonly int _capability;

    private PtxRenderer(int capability) => _capability = capability;

    /// The text of a kernel for cards of this capability and above.
    public static PtxKernel Render(Kernel kernel, int capability = 75)
    {
        if (kernel.Threads < 1) throw new InvalidOperationException($"{kernel.Name} is no kernel of a GPU: it says no number of threads.");
        var (renderer, fields) = (new PtxRenderer(capability), KernelFields.Of(kernel));
        foreach (var field in fields) renderer.Parameter(field);
        renderer.Body(Passes.Run(kernel).Body);
        var code = new StringBuilder(renderer._body.Length + 4096);
        code.Append('(');
        for (int i = 0; i < fields.Count; i++)
            code.Append(i == 0 ? "\n\t" : ",\n\t").Append(".param .").Append(ParameterType(fields[i].Type)).Append(' ').Append(fields[i].Name);
        code.Append(")\n.maxntid ").Append(Literal.Of(kernel.Threads)).Append(", 1, 1\n.minnctapersm 1\n{\n");
        renderer._registers.Print(code);
        code.Append(renderer._head).Append(renderer._body).Append("\tret;\n}\n");
        return new(kernel.Name, kernel.Summary, code.ToString(), fields, kernel.Threads, renderer._shared);
    }

    // Parameters become registers once, before the first statement.
    private void Parameter(Value field)
    {
        string register = (_fields[field.Name] = _registers.Declare(field.Name, field.Type))[0];
        _head.Append($"\tld.param.{ParameterType(field.Type)} {register}, [{field.Name}];\n");
        if (field.Type.Pointer) _head.Append($"\tcvta.to.global.u64 {register}, {register};\n");
    }

    // Numbers of block and thread, asked for once at the top by kernels that read them.
    private string Number(ref string? register, string name, string special)
    {
        if (register is null) _head.Append($"\tmov.u32 {register = _registers.Declare(name, KernelType.Int)[0]}, {special};\n");
        return register;
    }

    private void Body(IReadOnlyList<Statement> body)
    {
        foreach (var statement in body)
        {
            Restart();
            Statement(statement);
        }
    }

    private void Statement(Statement s)
    {
        switch (s.Op)
        {
            case KernelOp.Let:
                Into(s.Operands[0], Variable(s.Target!));
                break;
            case KernelOp.Assign:
                Assign(s.Target!, s.Operands[0]);
                break;
            case KernelOp.Store:
                Store(s.Operands[0], s.Operands[1], s.Operands[2]);
                break;
            case KernelOp.For:
                For(s);
                break;
            case KernelOp.If:
                If(s);
                break;
            case KernelOp.Shared:
                Shared(s.Target!, (int)s.Operands[0].Number);
                break;
            case KernelOp.Barrier:
                Emit("bar.sync", "0");
                break;
            case KernelOp.AsyncCopy:
                AsyncCopy(s);
                break;
            case KernelOp.AsyncCommit:
                Line($"{PtxMatrix.Commit};");
                break;
            case KernelOp.AsyncWait:
                Emit(PtxMatrix.Wait, Literal.Of((long)s.Operands[0].Number));
                break;
            case KernelOp.LoadMatrix:
                Emit(PtxMatrix.Load(s.Name), Braced(s.Operands, 2, 4), Address(s.Operands[0], s.Operands[1]));
                break;
            case KernelOp.MatrixMultiply:
                string sums = Braced(s.Operands, 0, 4);
                Emit(PtxMatrix.Multiply(s.Name), sums, Braced(s.Operands, 4, 4), Braced(s.Operands, 8, 2), sums);
                break;
            case KernelOp.Comment:
                Line($"// {s.Name}");
                break;
            default:
                throw new InvalidOperationException($"{s.Op} is no statement of a GPU kernel.");
        }
    }

    // A lane of the target that the value reads elsewhere must not have been overwritten before.
    private void Assign(Value target, Value value)
    {
        string[] registers = _variables[target.Name].Registers;
        if (target.Type.Lanes > 1 && ReadsLaneOf(value, target.Name)) Move(target.Type, Into(value, _registers.Temporaries(target.Type)), registers);
        else Into(value, registers);
    }

    private static bool ReadsLaneOf(Value value, string name) =>
        (value.Op == KernelOp.Lane && value.Sources[0].Op == KernelOp.Variable && value.Sources[0].Name == name)
        || value.Sources.Any(s => ReadsLaneOf(s, name));

    // from; while below the end: body, step.
    private void For(Statement s)
    {
        string counter = Variable(s.Target!)[0];
        var (from, to, step) = (s.Operands[0], s.Operands[1], s.Operands[2]);
        Into(from, [counter]);
        bool plain = to.Op is KernelOp.Constant or KernelOp.Variable or KernelOp.Field;
        string end = (plain ? Of(to) : Into(to, _registers.Declare($"{s.Target!.Name}_end", KernelType.Int)))[0];
        string loop = Label(s.Target!.Name), done = Label($"{s.Target.Name}_end");
        if (!(from.Op == KernelOp.Constant && to.Op == KernelOp.Constant && from.Number < to.Number)) Jump("setp.ge.s32", counter, end, done);
        Mark(loop);
        if (s.Name != LoopForm.Unrolled) Line(".pragma \"nounroll\";");
        Body(s.Body);
        Restart();
        Emit("add.s32", counter, counter, Of(step)[0]);
        Jump("setp.lt.s32", counter, end, loop);
        Mark(done);
    }

    private void Jump(string compare, string a, string b, string label)
    {
        string predicate = _registers.Temporary(Kind.Predicate);
        Emit(compare, predicate, a, b);
        Line($"@{predicate} bra {label};");
    }

    private void If(Statement s)
    {
        string condition = Of(s.Operands[0])[0];
        if (s.Name == BranchForm.Guarded)
        {
            _guard = $"@{condition} ";
            Statement(s.Body[0]);
            _guard = "";
            return;
        }
        string end = Label($"if_{Literal.Of(++_ifs)}"), other = s.Else.Count == 0 ? end : Label($"else_{Literal.Of(_ifs)}");
        Line($"@!{condition} bra {other};");
        Body(s.Body);
        if (s.Else.Count > 0)
        {
            Line($"bra {end};");
            Mark(other);
            Body(s.Else);
        }
        Mark(end);
    }

    // Temporaries, and what is known to be in them, end with their statement.
    private void Restart()
    {
        _registers.Restart();
        _known.Clear();
    }

    // A declaration met again, in another block of statements, has the same registers if it has the same type.
    private string[] Variable(Value variable)
    {
        if (_variables.TryGetValue(variable.Name, out var known) && known.Type == variable.Type) return known.Registers;
        string[] registers = _registers.Declare(variable.Name, variable.Type);
        _variables[variable.Name] = (variable.Type, registers);
        return registers;
    }

    private string Label(string name)
    {
        string label = $"${name}";
        for (int n = 2; !_labels.Add(label); n++) label = $"${name}_{Literal.Of(n)}";
        return label;
    }

    private void Mark(string label) => _body.Append(label).Append(":\n");

    private string Braced(IReadOnlyList<Value> values, int first, int count) =>
        PtxRegisters.Braced(Enumerable.Range(first, count).Select(i => Register(values[i])));

    private void Line(string text) => _body.Append(Indent).Append(text).Append('\n');

    private void Emit(string op, params string[] operands)
    {
        _body.Append(Indent).Append(op);
        for (int i = 0; i < operands.Length; i++) _body.Append(i == 0 ? " " : ", ").Append(operands[i]);
        _body.Append(";\n");
    }

    // What an If of one statement makes conditional.
    private void Guarded(string op, params string[] operands) => Emit(_guard + op, operands);

    private static string ParameterType(KernelType type) =>
        type.Pointer ? "u64"
        : type.Element switch
        {
            Element.Int => "u32",
            Element.Index => "u64",
            Element.Float => "f32",
            Element.Double => "f64",
            Element.Bool or Element.Byte or Element.BFloat16 or Element.TensorFloat or Element.Word
                => throw new InvalidOperationException($"{type} is no parameter of a GPU kernel."),
        };
}

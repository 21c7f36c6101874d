using System.Text;
using Fcn.Generator.Kernels;
using Fcn.Generator.Simplify;
using Fcn.Generator.Targets.Ptx;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ilgpu;

// Matrix units, which ILGPU reaches through inline assembly alone. Fragments and sums live in registers that the assembly declares by name;
// C# computes addresses and hands them over. What lies between two C# statements is one text; long texts are constants, since many kernels
// have the same.
internal sealed partial class IlgpuRenderer
{
    /// Bytes of dynamic shared memory that a launch asks for beyond the arrays.
    public const int Alignment = 128;

    private const int MostOperands = 10, LongText = 3;

    private readonly IlgpuPointers _pointers;
    private readonly IReadOnlyDictionary<string, KernelType> _resident;
    private readonly Dictionary<string, string> _registersOf = [];
    private readonly List<KeyValuePair<string, string>> _assembly = [];
    private readonly PtxRegisters _registers = new();
    private readonly Dictionary<Value, string[]> _spilled = [];
    private readonly List<string> _lines = [], _operands = [], _fetched = [];
    private string _kind = "";
    private int _shared;

    /// Whether the statement is one of assembly; then it is noted down.
    private bool Assembles(Statement s)
    {
        var o = s.Operands;
        if (s.Op == KernelOp.MatrixMultiply && o.Take(4).Any(v => _fetched.Contains(v.Name)))
            throw new InvalidOperationException("A sum changes after C# has taken it out of its register.");
        switch (s.Op)
        {
            case KernelOp.Let or KernelOp.Assign when _resident.ContainsKey(s.Target!.Name):
                _registers.Restart();
                Assemble(o[0], Register(s.Target));
                return true;
            case KernelOp.Store when _pointers.IsAddress(o[0]):
                Spill(o[0], o[1], o[2].Sources);
                return true;
            case KernelOp.AsyncCopy:
                Copy(s);
                return true;
            case KernelOp.AsyncCommit:
                Instruction("copies", PtxMatrix.Commit);
                return true;
            case KernelOp.AsyncWait:
                Instruction("copies", $"{PtxMatrix.Wait} {Text(o[0])}");
                return true;
            case KernelOp.LoadMatrix:
                Begin("fragments");
                Instruction("fragments", $"{PtxMatrix.Load(s.Name)} {Braced(o, 2, 4)}, {At(_pointers.Address(o[0], o[1]))}");
                return true;
            case KernelOp.MatrixMultiply:
                string sums = Braced(o, 0, 4);
                Instruction("products", $"{PtxMatrix.Multiply(s.Name)} {sums}, {Braced(o, 4, 4)}, {Braced(o, 8, 2)}, {sums}");
                return true;
            case KernelOp.Shared when _pointers.IsAddress(s.Target!):
                Flush();
                Shared(s.Target!, (int)o[0].Number);
                return true;
            default:
                return false;
        }
    }

    private void Copy(Statement s)
    {
        var (to, from, size) = (_pointers.Address(s.Operands[0], s.Operands[1]), _pointers.Address(s.Operands[2], s.Operands[3]), s.Operands[4]);
        bool always = size.Op == KernelOp.Constant;
        Begin("copies");
        Reserve(always ? [Base(to).From, Base(from).From] : [Base(to).From, Base(from).From, size]);
        Instruction("copies", $"{PtxMatrix.Copy(s.Name)} {At(to)}, {At(from)}, {Literal.Of(SizeCopies.Bytes)}{(always ? "" : $", {Operand(size)}")}");
    }

    // Sums of matrix units into shared memory, four to an instruction.
    private void Spill(Value pointer, Value offset, IReadOnlyList<Value> sums)
    {
        for (int first = 0; first < sums.Count; first += 4)
        {
            int count = Math.Min(4, sums.Count - first);
            Begin("sums");
            Instruction("sums", $"st.shared.v{Literal.Of(count)}.f32 {At(_pointers.Address(pointer, offset + first))}, {Braced(sums, first, count)}");
        }
    }

    private bool IsSpilled(Value load) =>
        load.Op == KernelOp.Load && load.Sources[0].Type is { Shared: true, Element: Element.Float } && _pointers.IsAddress(load.Sources[0]);

    // What assembly has put into shared memory, as C# sees it: a variable for every number.
    private void Unspill(Value load)
    {
        if (_spilled.ContainsKey(load)) return;
        string[] names = [.. Enumerable.Range(0, load.Type.Lanes).Select(lane => _names.Variable($"spilled{Literal.Of(_spilled.Count)}_{Literal.Of(lane)}"))];
        for (int lane = 0; lane < names.Length; lane++)
        {
            string address = Text(_pointers.Address(load.Sources[0], load.Sources[1] + lane));
            Writer.Line($"CudaAsm.Emit(\"ld.shared.f32 %0, [%1];\", out float {names[lane]}, {address});");
        }
        _spilled.Add(load, names);
    }

    // The value in a register: its own, or the one that is asked for.
    private string Assemble(Value v, string? into = null)
    {
        switch (v.Op)
        {
            case KernelOp.Bits:
                return Assemble(v.Sources[0], into);
            case KernelOp.Variable when into is null:
                return Register(v);
            case KernelOp.Constant when into is null:
                return v.Type.Element == Element.Float ? Literal.Ptx((float)v.Number) : Literal.Of((long)v.Number);
        }
        string kind = v.Op == KernelOp.Load ? "fragments" : v.Op == KernelOp.Constant ? "zeros" : "splits";
        Begin(kind);
        string d = into ?? Escaped(_registers.Temporary(PtxRegisters.Kind.Word));
        string instruction = v.Op switch
        {
            KernelOp.Constant or KernelOp.Variable => $"mov.{(v.Type.Element == Element.Float ? "f32" : "b32")} {d}, {Assemble(v)}",
            KernelOp.And => $"and.b32 {d}, {Assemble(v.Sources[0])}, {Assemble(v.Sources[1])}",
            KernelOp.Add when v.Type == KernelType.Int => $"add.s32 {d}, {Assemble(v.Sources[0])}, {Assemble(v.Sources[1])}",
            KernelOp.Subtract when v.Type == KernelType.Float => $"sub.rn.f32 {d}, {Assemble(v.Sources[0])}, {Assemble(v.Sources[1])}",
            KernelOp.Load when v.Sources[0].Type is { Shared: true, Element: Element.Word } => $"ld.shared.b32 {d}, {At(_pointers.Address(v.Sources[0], v.Sources[1]))}",
            _ => throw new InvalidOperationException($"{v.Op} of {v.Type} is not said in assembly."),
        };
        Instruction(kind, instruction);
        return d;
    }

    // The sums of matrix units as C# sees them, once per block of statements.
    private void Fetch(Value v)
    {
        if (v.Op == KernelOp.Variable && _resident.TryGetValue(v.Name, out var type) && !_fetched.Contains(v.Name))
        {
            if (type != KernelType.Float) throw new InvalidOperationException($"The fragment {v.Name} is read outside matrix units.");
            _fetched.Add(v.Name);
            Writer.Line($"CudaAsm.Emit(\"mov.f32 %0, {Register(v)};\", out float {Name(v)});");
        }
        foreach (var source in v.Sources) Fetch(source);
        if (IsSpilled(v)) Unspill(v);
    }

    // Dynamic shared memory: tiles need more than the 48 KB that static arrays may have. ILGPU aligns it to 4 bytes, matrix units need 16;
    // the device asks for as much more. What an Emit yields lies in local memory and would be read there at every use: the copy does not.
    private void Shared(Value array, int length)
    {
        int at = (_shared + Alignment - 1) / Alignment * Alignment;
        string address = _names.Variable($"{array.Name}_address");
        if (_shared == 0) Writer.Line($"ArrayView<byte> {_names.Variable("shared_memory")} = SharedMemory.GetDynamic<byte>();");
        Writer.Line($"CudaAsm.Emit(\"mov.u32 %0, __dyn_shared_alloca;\", out int {address});");
        Writer.Line($"int {Name(array)} = {(at > 0 ? "(" : "")}({address} + {Literal.Of(Alignment - 1)}) & -{Literal.Of(Alignment)}{(at > 0 ? $") + {Literal.Of(at)}" : "")};");
        _shared = at + length * array.Type.Element.Bytes();
    }

    private string Register(Value v)
    {
        if (v.Op == KernelOp.Bits) return Register(v.Sources[0]);
        if (!_resident.TryGetValue(v.Name, out var type)) throw new InvalidOperationException($"{KernelPrinter.Text(v)} is in no register of the assembly.");
        if (!_registersOf.TryGetValue(v.Name, out string? known)) _registersOf[v.Name] = known = Escaped(_registers.Declare(v.Name, type == KernelType.Float ? type : KernelType.Word)[0]);
        return known;
    }

    private string Braced(IReadOnlyList<Value> values, int first, int count) =>
        PtxRegisters.Braced(Enumerable.Range(first, count).Select(i => Register(values[i])));

    // [operand+bytes]
    private string At(Value address)
    {
        var (rest, bytes) = Base(address);
        return bytes == 0 ? $"[{Operand(rest)}]" : $"[{Operand(rest)}+{Literal.Of(bytes)}]";
    }

    private static (Value From, long Bytes) Base(Value address) =>
        address.Op == KernelOp.Add && address.Sources[1] is { Op: KernelOp.Constant, Number: > 0 and < int.MaxValue } bytes ? (address.Sources[0], (long)bytes.Number) : (address, 0);

    // %0, %1, …: what C# hands over.
    private string Operand(Value v)
    {
        Reserve(v);
        string text = Text(v);
        if (!_operands.Contains(text)) _operands.Add(text);
        return $"%{Literal.Of(_operands.IndexOf(text))}";
    }

    // An instruction's operands go with it.
    private void Reserve(params Value[] operands)
    {
        if (_operands.Concat(operands.Select(o => Text(o))).Distinct().Count() > MostOperands) Flush();
    }

    // A text does one kind of thing: its name says which.
    private void Begin(string kind)
    {
        if (_kind != kind) Flush();
        _kind = kind;
    }

    private void Instruction(string kind, string text)
    {
        Begin(kind);
        _lines.Add($"{text};");
    }

    private void Flush()
    {
        if (_lines.Count == 0) return;
        string operands = string.Concat(_operands.Select(static o => $", {o}"));
        string text = _lines.Count < LongText ? $"\"{string.Join(" ", _lines)}\"" : $"IlgpuAssembly.{Named(_kind, string.Join("\n", _lines))}";
        Writer.Line($"CudaAsm.Emit({text}{operands});");
        _lines.Clear();
        _operands.Clear();
    }

    // products32_1a2b3c4d5e6f7a8b: what it does, in how many instructions, and the hash that tells texts apart.
    private string Named(string kind, string text)
    {
        string name = $"{kind}{Literal.Of(_lines.Count)}_{TextHash.Of(text)}";
        _assembly.Add(new(name, text));
        return name;
    }

    // What the assembly declares, at the top of the method.
    private string Registers()
    {
        var text = new StringBuilder();
        _registers.Print(text);
        _lines.AddRange(text.ToString().Split('\n').Select(static l => l.Trim().TrimEnd(';')).Where(static l => l.Length > 0).Select(static l => $"{Escaped(l)};"));
        string name = Named("registers", string.Join("\n", _lines));
        _lines.Clear();
        return $"    CudaAsm.Emit(IlgpuAssembly.{name});\n";
    }

    // ILGPU reads a single % as the beginning of an operand.
    private static string Escaped(string text) => text.Replace("%", "%%");
}

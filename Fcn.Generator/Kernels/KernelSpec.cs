namespace Fcn.Generator.Kernels;

/// What kind of machine a kernel is for.
internal enum KernelFamily
{
    /// One thread per work item, vectors of any lanes.
    Cpu,

    /// A block of threads per work item, with shared memory and barriers.
    Gpu,
}

// What a kernel must keep to before it is rendered or run; always on. Every fault is a line of text that names kernel and statement; the
// caller throws. Statements and scopes are here, the types of values in the other part.
internal sealed partial class KernelSpec
{
    private readonly Kernel _kernel;
    private readonly IReadOnlyDictionary<string, Kernel> _functions;
    private readonly KernelFamily _family;
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, KernelType> _fields = [];
    private readonly Dictionary<string, Declared> _scope = [];
    private readonly Stack<string> _declared = new(); // in order, so that a block's end takes back what the block declared
    private Statement? _at;

    private KernelSpec(Kernel kernel, IReadOnlyDictionary<string, Kernel> functions, KernelFamily family) =>
        (_kernel, _functions, _family) = (kernel, functions, family);

    /// Faults of kernels that are launched or call each other; empty if there are none.
    public static IReadOnlyList<string> Faults(IReadOnlyList<Kernel> kernels, KernelFamily family)
    {
        var twice = kernels.GroupBy(k => k.Name).Where(g => g.Count() > 1).ToList();
        if (twice.Count > 0) return [.. twice.Select(g => $"{g.Key}: {g.Count()} kernels have this name")];
        var functions = kernels.ToDictionary(k => k.Name);
        return
        [
            .. kernels.SelectMany(k => Faults(k, functions, family)),
            .. kernels.Where(k => Reaches(k, k.Name, functions, [])).Select(k => $"{k.Name}: calls itself"),
        ];
    }

    /// Faults of one kernel, given those that it may call.
    public static IReadOnlyList<string> Faults(Kernel kernel, IReadOnlyDictionary<string, Kernel> functions, KernelFamily family)
    {
        var spec = new KernelSpec(kernel, functions, family);
        spec.Identifier(kernel.Name);
        foreach (var parameter in kernel.Parameters)
        {
            if (parameter.Op != KernelOp.Variable) spec.Fault($"a parameter is a {parameter.Op}");
            else spec.Declare(parameter, true);
        }
        spec.Body(kernel.Body);
        return spec._faults;
    }

    private static bool Reaches(Kernel from, string name, IReadOnlyDictionary<string, Kernel> functions, HashSet<string> seen) =>
        Calls(from.Body).Any(c =>
            c == name || (seen.Add(c) && functions.TryGetValue(c, out var called) && Reaches(called, name, functions, seen)));

    private static IEnumerable<string> Calls(IEnumerable<Statement> body) =>
        body.SelectMany(s => s.Op == KernelOp.Call ? [s.Name] : Calls(s.Body).Concat(Calls(s.Else)));

    private void Body(IReadOnlyList<Statement> body)
    {
        int outer = _declared.Count;
        foreach (var statement in body)
        {
            _at = statement;
            if (!KernelGrammar.Fits(statement)) Fault($"a {statement.Op} statement has no such form");
            else Check(statement);
        }
        Leave(outer);
    }

    private void Leave(int outer)
    {
        while (_declared.Count > outer) _scope.Remove(_declared.Pop());
    }

    private void Check(Statement s)
    {
        if (s.Op is not (KernelOp.For or KernelOp.If) && s.Body.Count > 0) Fault($"a {s.Op} contains no statements");
        if (s.Op is not KernelOp.If && s.Else.Count > 0) Fault($"a {s.Op} has no else");
        foreach (var operand in s.Operands) Check(operand);
        switch (s.Op)
        {
            case KernelOp.Let:
                Same(s.Target!.Type, s.Operands[0].Type, "the variable", "the value");
                Declare(s.Target, true);
                break;
            case KernelOp.Assign:
                Check(s.Target!);
                Same(s.Target!.Type, s.Operands[0].Type, "the variable", "the value");
                if (_scope.TryGetValue(s.Target.Name, out var declared) && !declared.Assignable)
                    Fault($"'{s.Target.Name}' may not be assigned");
                break;
            case KernelOp.Store:
                if (Address(s.Operands[0].Type, s.Operands[1].Type) is { } address) Fault(address);
                var stored = s.Operands[2].Type;
                if (stored.Pointer) Fault("a pointer is stored");
                else if (stored.Element != s.Operands[0].Type.Element) Fault($"stores {stored} to {s.Operands[0].Type}");
                break;
            case KernelOp.For:
                CheckFor(s);
                break;
            case KernelOp.If:
                if (s.Operands[0].Type != KernelType.Bool) Fault($"the condition is {s.Operands[0].Type}, not bool");
                if (s.Name is not ("" or BranchForm.Guarded)) Fault($"there is no form '{s.Name}'");
                Body(s.Body);
                Body(s.Else);
                break;
            case KernelOp.Call:
                CheckCall(s);
                break;
            case KernelOp.Shared:
                Only(KernelFamily.Gpu, s.Op);
                if (s.Target!.Type is not { Pointer: true, Shared: true }) Fault($"'{s.Target.Name}' is {s.Target.Type}, not a pointer to shared memory");
                if (s.Operands[0] is not { Op: KernelOp.Constant, Type.Element: Element.Int, Number: > 0 })
                    Fault("the length is not a positive constant");
                Declare(s.Target, false);
                break;
            case KernelOp.AsyncCopy:
                Only(KernelFamily.Gpu, s.Op);
                CheckShared(s.Operands[0], s.Operands[1]);
                if (Address(s.Operands[2].Type, s.Operands[3].Type) is { } from) Fault(from);
                else if (s.Operands[2].Type.Shared) Fault("copies from shared memory");
                if (s.Name is not ("" or "cached")) Fault($"there is no way '{s.Name}'");
                if (s.Operands[4].Type is var copied && copied != KernelType.Bool && copied != KernelType.Int) Fault($"the condition is {copied}, not bool");
                break;
            case KernelOp.AsyncWait:
                Only(KernelFamily.Gpu, s.Op);
                if (s.Operands[0] is not { Op: KernelOp.Constant, Type.Element: Element.Int, Number: >= 0 }) Fault("the number of groups is no constant");
                break;
            case KernelOp.LoadMatrix:
                Only(KernelFamily.Gpu, s.Op);
                CheckShared(s.Operands[0], s.Operands[1]);
                if (s.Name is not ("" or "transposed")) Fault($"there is no way '{s.Name}'");
                Assigned(s.Operands.Skip(2), KernelType.Word);
                break;
            case KernelOp.MatrixMultiply:
                Only(KernelFamily.Gpu, s.Op);
                if (s.Name is not (MatrixFormat.BFloat16 or MatrixFormat.TensorFloat)) Fault($"there is no format '{s.Name}'");
                Assigned(s.Operands.Take(4), KernelType.Float);
                foreach (var word in s.Operands.Skip(4)) Same(KernelType.Word, word.Type, "a fragment", "the operand");
                break;
            case KernelOp.AsyncCommit:
            case KernelOp.Barrier:
                Only(KernelFamily.Gpu, s.Op);
                break;
            case KernelOp.Comment:
                if (s.Name.IndexOfAny(['\n', '\r']) >= 0) Fault("a comment has more than one line");
                break;
        }
    }

    // Bounds are evaluated once here and at every turn in C#: nothing in them may change between.
    private void CheckFor(Statement s)
    {
        foreach (var bound in s.Operands)
        {
            if (bound.Type != KernelType.Int) Fault($"{KernelPrinter.Text(bound)} is {bound.Type}, not int");
            if (Mentions(bound, v => v.Op == KernelOp.Load)) Fault($"the bound {KernelPrinter.Text(bound)} reads memory");
            foreach (string name in Assigned(s.Body))
            {
                bool depends = Mentions(bound, v => v.Op == KernelOp.Variable && v.Name == name);
                if (depends) Fault($"a bound depends on '{name}', which the loop assigns");
            }
        }
        if (s.Operands[2] is not ({ Op: KernelOp.Constant, Number: > 0 } or { Op: KernelOp.Field })) Fault("the step is neither a positive constant nor a field");
        if (s.Name is not ("" or LoopForm.Unrolled)) Fault($"there is no form '{s.Name}'");
        else if (s.Name != "" && s.Operands.Any(static bound => bound.Op != KernelOp.Constant)) Fault("what is unrolled has no constant bounds");
        if (s.Target!.Type != KernelType.Int) Fault($"the counter is {s.Target.Type}, not int");
        int outer = _declared.Count;
        Declare(s.Target, false);
        Body(s.Body);
        Leave(outer);
    }

    // Arguments are of their parameters' types, but for an Int, which widens to an Index.
    private void CheckCall(Statement s)
    {
        if (!_functions.TryGetValue(s.Name, out var function)) Fault($"there is no function '{s.Name}'");
        else if (!function.IsFunction) Fault($"'{s.Name}' is a kernel to launch, not a function");
        else if (function.Parameters.Count != s.Operands.Count)
            Fault($"'{s.Name}' takes {function.Parameters.Count} arguments, not {s.Operands.Count}");
        else
        {
            foreach (var (parameter, argument) in function.Parameters.Zip(s.Operands, (p, a) => (p, a)))
                if ((parameter.Type, argument.Type) != (KernelType.Index, KernelType.Int))
                    Same(parameter.Type, argument.Type, $"'{parameter.Name}' of '{s.Name}'", "the argument");
        }
    }

    private void Declare(Value variable, bool assignable)
    {
        Identifier(variable.Name);
        Lanes(variable.Type);
        if (_scope.ContainsKey(variable.Name)) Fault($"'{variable.Name}' is declared already");
        else _declared.Push(variable.Name);
        _scope[variable.Name] = new(variable.Type, assignable);
    }

    private void Identifier(string name)
    {
        bool plain = name.All(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '_');
        if (!plain || name == "" || char.IsDigit(name[0])) Fault($"'{name}' is no identifier");
    }

    private void Same(KernelType a, KernelType b, string first, string second)
    {
        if (a != b) Fault($"{first} is {a}, {second} {b}");
    }

    private void Only(KernelFamily family, KernelOp op)
    {
        if (_family != family) Fault($"{op} is not for a {_family}");
    }

    private void CheckShared(Value pointer, Value offset)
    {
        if (Address(pointer.Type, offset.Type) is { } address) Fault(address);
        else if (!pointer.Type.Shared) Fault($"{pointer.Type} is no shared memory");
    }

    // Variables that a statement sets.
    private void Assigned(IEnumerable<Value> variables, KernelType type)
    {
        foreach (var variable in variables)
        {
            Same(type, variable.Type, "a fragment", "the variable");
            if (variable.Op != KernelOp.Variable || !_scope.TryGetValue(variable.Name, out var declared) || !declared.Assignable)
                Fault($"{KernelPrinter.Text(variable)} may not be assigned");
        }
    }

    private void Fault(string fault)
    {
        string place = _at is null ? "head" : KernelPrinter.Opening(_at).TrimEnd(':');
        string text = $"{_kernel.Name}: {place}: {fault}";
        if (!_faults.Contains(text)) _faults.Add(text);
    }

    private static bool Mentions(Value value, Func<Value, bool> what) => what(value) || value.Sources.Any(s => Mentions(s, what));

    private static IEnumerable<string> Assigned(IEnumerable<Statement> body) =>
        body.SelectMany(s => s.Op == KernelOp.Assign ? [s.Target!.Name] : Assigned(s.Body).Concat(Assigned(s.Else)));

    private readonly record struct Declared(KernelType Type, bool Assignable);
}

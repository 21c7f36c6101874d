namespace Fcn.Generator.Kernels;

// Writes a kernel statement by statement. Names are the caller's words; a word used twice in one kernel gets a number behind it.
internal sealed class KernelBuilder
{
    private static readonly Statement[] Nothing = [];
    private readonly NameScope _names = new();
    private List<Statement> _body = [];

    public Value Parameter(string name, KernelType type) => Value.Variable(_names.Take(name), type);

    public Value Let(string name, Value value)
    {
        var variable = Value.Variable(_names.Take(name), value.Type);
        _body.Add(new(KernelOp.Let, variable, [value], "", Nothing, Nothing));
        return variable;
    }

    /// A value that is worth a name only if it is not one already.
    public Value Name(string name, Value value) =>
        value.Op is KernelOp.Constant or KernelOp.Variable or KernelOp.Field ? value : Let(name, value);

    public void Assign(Value variable, Value value) => _body.Add(new(KernelOp.Assign, variable, [value], "", Nothing, Nothing));

    public void Store(Value pointer, Value offset, Value value) =>
        _body.Add(new(KernelOp.Store, null, [pointer, offset, value], "", Nothing, Nothing));

    public void For(string name, Value from, Value to, Action<Value> body, Value? step = null)
    {
        var counter = Value.Variable(_names.Take(name), KernelType.Int);
        _body.Add(new(KernelOp.For, counter, [from, to, step ?? 1], "", Written(() => body(counter)), Nothing));
    }

    /// A loop that is one turn in a target's text and all of them in its machine code: the assembler unrolls it, and what depends on the
    /// counter becomes constant.
    public void Unrolled(string name, int turns, Action<Value> body)
    {
        For(name, 0, turns, body);
        _body[^1] = _body[^1] with { Name = LoopForm.Unrolled };
    }

    public void If(Value condition, Action then, Action? otherwise = null) =>
        _body.Add(new(KernelOp.If, null, [condition], "", Written(then), otherwise is null ? Nothing : Written(otherwise)));

    public void Call(string function, params Value[] arguments) =>
        _body.Add(new(KernelOp.Call, null, arguments, function, Nothing, Nothing));

    /// An array that the threads of a block share; the same pointer for all.
    public Value Shared(string name, Element element, int length)
    {
        var array = Value.Variable(_names.Take(name), new KernelType(element, 1, true, true));
        _body.Add(new(KernelOp.Shared, array, [length], "", Nothing, Nothing));
        return array;
    }

    public void Barrier() => _body.Add(new(KernelOp.Barrier, null, [], "", Nothing, Nothing));

    /// 16 bytes to shared memory, zeros where the condition does not hold.
    public void AsyncCopy(Value shared, Value at, Value global, Value from, Value condition, bool cached = false) =>
        _body.Add(new(KernelOp.AsyncCopy, null, [shared, at, global, from, condition], cached ? "cached" : "", Nothing, Nothing));

    public void AsyncCommit() => _body.Add(new(KernelOp.AsyncCommit, null, [], "", Nothing, Nothing));

    public void AsyncWait(int groups) => _body.Add(new(KernelOp.AsyncWait, null, [groups], "", Nothing, Nothing));

    /// Sets four Words; see KernelOp.
    public void LoadMatrix(Value shared, Value at, IReadOnlyList<Value> words, bool transposed = false) =>
        _body.Add(new(KernelOp.LoadMatrix, null, [shared, at, .. words], transposed ? "transposed" : "", Nothing, Nothing));

    /// sums (4 Floats) += a (4 Words) * b (2 Words); see KernelOp.
    public void MatrixMultiply(string format, IReadOnlyList<Value> sums, IReadOnlyList<Value> a, IReadOnlyList<Value> b) =>
        _body.Add(new(KernelOp.MatrixMultiply, null, [.. sums, .. a, .. b], format, Nothing, Nothing));

    public void Comment(string text) => _body.Add(new(KernelOp.Comment, null, [], text, Nothing, Nothing));

    public Kernel Build(string name, string summary, params Value[] parameters) => new(name, summary, parameters, _body);

    private List<Statement> Written(Action write)
    {
        var outer = _body;
        _body = [];
        write();
        var inner = _body;
        _body = outer;
        return inner;
    }
}

namespace Fcn.Generator.Kernels;

// Writes a kernel statement by statement. Names are the caller's words; a word used twice in one kernel gets a number behind it.
internal sealed class KernelBuilder
{
    private static readonly Statement[] Nothing = [];
    private readonly Dictionary<string, int> _names = [];
    private List<Statement> _body = [];

    public Value Parameter(string name, KernelType type)
    {
        _names[name] = 1;
        return Value.Variable(name, type);
    }

    public Value Let(string name, Value value)
    {
        var variable = Value.Variable(Unique(name), value.Type);
        _body.Add(new(KernelOp.Let, variable, [value], "", Nothing, Nothing));
        return variable;
    }

    /// A value that is worth a name only if it is not one already.
    public Value Name(string name, Value value) =>
        value.Op is KernelOp.Constant or KernelOp.Variable or KernelOp.Field ? value : Let(name, value);

    public void Assign(Value variable, Value value) => _body.Add(new(KernelOp.Assign, variable, [value], "", Nothing, Nothing));

    public void Store(Value pointer, Value offset, Value value) => _body.Add(new(KernelOp.Store, null, [pointer, offset, value], "", Nothing, Nothing));

    public void For(string name, Value from, Value to, Action<Value> body, int step = 1)
    {
        var counter = Value.Variable(Unique(name), KernelType.Int);
        _body.Add(new(KernelOp.For, counter, [from, to, step], "", Block(() => body(counter)), Nothing));
    }

    public void If(Value condition, Action then, Action? otherwise = null) =>
        _body.Add(new(KernelOp.If, null, [condition], "", Block(then), otherwise is null ? Nothing : Block(otherwise)));

    public void Call(string function, params Value[] arguments) => _body.Add(new(KernelOp.Call, null, arguments, function, Nothing, Nothing));

    public void Comment(string text) => _body.Add(new(KernelOp.Comment, null, [], text, Nothing, Nothing));

    public Kernel Build(string name, string summary, params Value[] parameters) => new(name, summary, parameters, _body);

    private List<Statement> Block(Action write)
    {
        var outer = _body;
        _body = [];
        write();
        var inner = _body;
        _body = outer;
        return inner;
    }

    private string Unique(string name)
    {
        int count = _names.TryGetValue(name, out int seen) ? seen + 1 : 1;
        _names[name] = count;
        return count == 1 ? name : $"{name}_{count.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
    }
}

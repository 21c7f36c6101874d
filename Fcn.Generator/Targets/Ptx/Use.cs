namespace Fcn.Generator.Targets.Ptx;

// What a kernel uses of its launch: fields, in order of their first appearance, and the numbers of block and thread.
internal sealed class Use
{
    private readonly HashSet<string> _seen = [];

    public Use(Kernel kernel) => Body(kernel.Body);

    public List<Value> Fields { get; } = [];

    public bool Block { get; private set; }

    public bool Thread { get; private set; }

    /// Whether a value depends on memory or on other threads, so that it may not be computed where its statement is not run.
    public static bool Reads(Value value) => value.Op is KernelOp.Load or KernelOp.Shuffle || value.Sources.Any(Reads);

    private void Body(IReadOnlyList<Statement> body)
    {
        foreach (var statement in body)
        {
            foreach (var operand in statement.Operands) Visit(operand);
            Body(statement.Body);
            Body(statement.Else);
        }
    }

    private void Visit(Value value)
    {
        if (value.Op == KernelOp.Field && _seen.Add(value.Name)) Fields.Add(value);
        Block |= value.Op == KernelOp.Item;
        Thread |= value.Op == KernelOp.Thread;
        for (int i = 0; i < value.Sources.Count; i++) Visit(value.Sources[i]);
    }
}

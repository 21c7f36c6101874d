namespace Fcn.Generator.Kernels;

// A kernel's body with some of its values replaced, operands first, and then, where that is asked for, its statements. What nothing is
// replaced in stays the same object, and what was one object stays one.
internal sealed class KernelRewrite(Func<Value, Value> replace, Func<Statement, Statement>? finish = null)
{
    private readonly Dictionary<Value, Value> _known = [];

    public IReadOnlyList<Statement> Of(IReadOnlyList<Statement> body) => Each(body, Of);

    public Value Of(Value value)
    {
        if (_known.TryGetValue(value, out var known)) return known;
        var sources = Each(value.Sources, Of);
        var same = ReferenceEquals(sources, value.Sources) ? value : new(value.Op, value.Type, sources, value.Name, value.Number);
        return _known[value] = replace(same);
    }

    private Statement Of(Statement s)
    {
        var (operands, body, otherwise) = (Each(s.Operands, Of), Of(s.Body), Of(s.Else));
        bool same = ReferenceEquals(operands, s.Operands) && ReferenceEquals(body, s.Body) && ReferenceEquals(otherwise, s.Else);
        if (!same) s = s with { Operands = operands, Body = body, Else = otherwise };
        return finish is null ? s : finish(s);
    }

    private static IReadOnlyList<T> Each<T>(IReadOnlyList<T> items, Func<T, T> of) where T : class
    {
        T[]? changed = null;
        for (int i = 0; i < items.Count; i++)
        {
            T item = of(items[i]);
            if (changed is null && ReferenceEquals(item, items[i])) continue;
            changed ??= [.. items];
            changed[i] = item;
        }
        return changed ?? items;
    }
}

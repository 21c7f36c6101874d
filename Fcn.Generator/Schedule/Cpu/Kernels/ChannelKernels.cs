namespace Fcn.Generator.Schedule;

// Numbers per channel: sums over pixels, and what follows from such sums. One item: one block of channels.
internal sealed class ChannelKernels(
    Machine machine, ChannelOp op, IReadOnlyList<MapBuffer?> maps, IReadOnlyList<WeightBuffer?> weights, WeightBuffer target)
{
    private readonly KernelBuilder _k = new();

    /// Adds: whether the target may hold a sum already that is added to.
    public Kernel Lower(string name, string summary, bool adds)
    {
        var access = maps.Select(m => m is null ? null : new MapAccess(_k, m).Declare()).ToList();
        var counted = maps.FirstOrDefault(static m => m is not null);
        Value? pixels = counted is null ? null : _k.Let("pixels", ChannelOp.Pixels(counted.Height, counted.Width));
        int lanes = op is ChannelSum ? machine.Lanes : 1;
        _k.For("lane", 0, Machine.Block, lane =>
        {
            Value at = _k.Let("at", Value.Item * Machine.Block + lane);
            List<Value?> vectors = [.. weights.Select(w => w is null ? null : _k.Let("vector", w.Pointer.Load(at, lanes)))];
            Value result = op switch
            {
                ChannelSum sum => sum.Finish(Sum(sum, access, vectors, lane), pixels!),
                ChannelMap map => map.Apply(vectors, pixels),
                _ => throw new InvalidOperationException($"{op.Word} is of no known kind."),
            };
            if (adds) _k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => _k.Store(target.Pointer, at, target.Pointer.Load(at, lanes) + result), () => _k.Store(target.Pointer, at, result));
            else _k.Store(target.Pointer, at, result);
        }, lanes);
        return _k.Build(name, summary);
    }

    // Rows are summed plainly and added with compensation (Kahan): a map of many rows is no less exact than one of few.
    private Value Sum(ChannelSum op, IReadOnlyList<MapAccess?> access, IReadOnlyList<Value?> vectors, Value lane)
    {
        Value Zero() => Value.Float(0).Spread(machine.Lanes);
        Value sum = _k.Let("sum", Zero()), lost = _k.Let("lost", Zero());
        var map = maps[0]!;
        _k.For("n", 0, Value.Field("N", KernelType.Int), n => _k.For("h", 0, map.Height, h =>
        {
            Value row = _k.Let("row", Zero());
            _k.For("w", 0, map.Width, w => _k.Assign(row, row + op.Term([.. access.Select((m, i) =>
                m is null ? vectors[i]! : _k.Let("x", m.Map.Pointer.Load(m.At(n, Value.Item, lane, h, w), machine.Lanes)))])));
            Value added = _k.Let("added", row - lost), next = _k.Let("next", sum + added);
            _k.Assign(lost, next - sum - added);
            _k.Assign(sum, next);
        }));
        return sum;
    }
}

using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

// Numbers per channel: sums over pixels, and what follows from such sums. One item: one block of channels.
internal sealed class ChannelKernels(Machine machine, ChannelOp op, IReadOnlyList<MapBuffer?> maps, IReadOnlyList<WeightBuffer?> weights)
{
    private readonly KernelBuilder _k = new();
    private readonly CpuOperands _operands = new(null, maps, weights, weighted: 0);
    private readonly WeightRole _result = new("result", 1);

    /// Adds: whether the result's place may hold a sum already that is added to.
    public Kernel Lower(bool adds)
    {
        Value? pixels = _operands.Maps.FirstOrDefault(static m => m is not null) is { } counted
            ? _k.Let("pixels", ChannelOp.Pixels(counted.Height, counted.Width)) : null;
        if (op is ChannelSum sum)
            machine.EachLane(_k, lane => Block(lane, machine.Lanes, vectors => sum.Finish(Sum(sum, vectors, lane), pixels!)));
        else
            _k.For("lane", 0, Machine.Block, lane => Block(lane, 1, vectors => ((ChannelMap)op).Apply(vectors, pixels)));
        return _k.Build($"{op.Word}{(adds ? "_added" : "")}", $"{op.Word}: one block of channels.");

        void Block(Value lane, int lanes, Func<IReadOnlyList<Value?>, Value> compute)
        {
            Value at = _k.Let("at", Value.Item * Machine.Block + lane);
            Value result = compute([.. _operands.Weights.Select(w => w is null ? null : _k.Let(w.Name, w.Pointer.Load(at, lanes)))]);
            if (adds)
            {
                result = _k.Let("sum", result);
                _k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => _k.Assign(result, result + _result.Pointer.Load(at, lanes)));
            }
            _k.Store(_result.Pointer, at, result);
        }
    }

    public IEnumerable<KeyValuePair<string, Value>> Bind(WeightBuffer result) => [.. _operands.Bindings, .. _result.Bind(result)];

    // Rows are summed plainly and added with compensation (Kahan): a map of many rows is no less exact than one of few.
    private Value Sum(ChannelSum sum, IReadOnlyList<Value?> vectors, Value lane)
    {
        Value Zero() => Value.Float(0).Spread(machine.Lanes);
        Value total = _k.Let("total", Zero()), lost = _k.Let("lost", Zero());
        var map = _operands.Maps[0]!;
        _k.For("n", 0, Value.Field("N", KernelType.Int), n => _k.For("h", 0, map.Height, h =>
        {
            Value row = _k.Let("row", Zero());
            _k.For("w", 0, map.Width, w => _k.Assign(row, row + sum.Term([.. _operands.Maps.Select((m, i) =>
                m is null ? vectors[i]! : _k.Let(m.Name, m.Pointer.Load(m.At(n, Value.Item, lane, h, w), machine.Lanes)))])));
            Value added = _k.Let("added", row - lost), next = _k.Let("next", total + added);
            _k.Assign(lost, next - total - added);
            _k.Assign(total, next);
        }));
        return total;
    }
}

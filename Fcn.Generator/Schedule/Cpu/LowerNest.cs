using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

// Nest → plain kernel. One work item is one row of one block of channels of one image. Channels go through in vectors where the nest allows
// it, else one by one; channels beyond the last are written as zeros either way, which keeps them zero through every op.
internal sealed class LowerNest(Machine machine, Node node, CpuOperands operands)
{
    private readonly KernelBuilder _kernel = new();
    private readonly MapRole _y = operands.Y;

    public static Value Items(MapBuffer target) => Value.Field("N", KernelType.Int) * target.Blocks * target.Height;

    public Kernel Lower()
    {
        var nest = BlockedNest.Of(node) ?? throw new InvalidOperationException($"{node.Op.Word} has no loops.");
        bool vectors = nest.Vectorizes && _y.Block == Machine.Block && operands.Maps.All(static m => m is null || m.Block == Machine.Block);
        int lanes = vectors ? machine.Lanes : 1;
        Value h = _kernel.Let("h", Value.Item % _y.Height);
        Value row = _kernel.Let("row", Value.Item / _y.Height);
        Value block = _kernel.Let("block", row % _y.Blocks), n = _kernel.Let("n", row / _y.Blocks);
        _kernel.For("w", 0, _y.Width, w =>
        {
            if (vectors) machine.EachLane(_kernel, lane => Compute(nest, At(n, block, lane, h, w, lanes)));
            else if (_y.Block == 1) Compute(nest, At(n, block, 0, h, w, 1));
            else _kernel.For("lane", 0, _y.Block, lane => Scalar(nest, At(n, block, lane, h, w, 1)));
        });
        return _kernel.Build(KernelWords.Of(node), $"{node.Op.Word}: one row of one block of channels.");
    }

    // A point goes by blocks of 16 as the inputs do, whatever the target's order is.
    private BlockPoint At(Value n, Value block, Value lane, Value h, Value w, int lanes)
    {
        if (_y.Block != Machine.Block) (block, lane) = ((block * _y.Block + lane) / Machine.Block, (block * _y.Block + lane) % Machine.Block);
        return new(_kernel, lanes, operands) { N = n, Block = block, Lane = lane, H = h, W = w };
    }

    private void Scalar(Nest nest, BlockPoint point)
    {
        if (_y.Channels % _y.Block == 0) Compute(nest, point);
        else _kernel.If(point.Channel < _y.Channels, () => Compute(nest, point), () => Store(point, Value.Float(0)));
    }

    private void Compute(Nest nest, BlockPoint point)
    {
        var value = nest.Reduce.Count == 0 && nest.Where is null ? nest.Term(point, []) : Reduce(nest, point);
        Store(point, node.Op is Fused fused ? fused.Finish(point, value) : value);
    }

    private Value Reduce(Nest nest, BlockPoint point)
    {
        var reduction = new NestReduction(_kernel, nest, point);
        Loop([]);
        return reduction.Result;

        void Loop(List<Value> at)
        {
            if (at.Count < nest.Reduce.Count)
            {
                var axis = nest.Reduce[at.Count];
                if (axis.Count.Is(1)) Loop([.. at, 0]);
                else _kernel.For(axis.Name, 0, axis.Count, i => Loop([.. at, i]));
            }
            else if (nest.Where is null) reduction.Add(at, nest.Term(point, at));
            else _kernel.If(nest.Where(point, at), () => reduction.Add(at, nest.Term(point, at)));
        }
    }

    private void Store(BlockPoint point, Value value)
    {
        bool alike = _y.Block == Machine.Block;
        Value block = alike ? point.Block : point.Channel / _y.Block, lane = alike ? point.Lane : point.Channel % _y.Block;
        _kernel.Store(_y.Pointer, _y.At(point.N, block, lane, point.H, point.W), value);
    }
}

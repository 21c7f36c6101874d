using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu;

// Nest → plain GPU kernel. One thread computes one pixel's group of channels: a vector of 16 bytes where the nest goes through channels together, else
// one channel. Channels beyond the last are written as zeros, which keeps them zero through every op. Short reductions are unrolled by the assembler and
// read through clamped addresses, so that all their loads are on their way together.
internal sealed class GpuNest(Node node, GpuOperands operands)
{
    private const int ShortReduction = 9;

    private readonly KernelBuilder _kernel = new();
    private readonly GpuMap _y = operands.Y;

    private Op Core => (node.Op as Fused)?.Core ?? node.Op;

    private Nest Nest { get; } = node.Op.Loops(node) ?? throw new InvalidOperationException($"{node.Op.Word} has no loops.");

    private int Lanes
    {
        get
        {
            var maps = operands.Maps.OfType<GpuMap>().Append(_y).ToList();
            if (!Nest.Vectorizes || _y.IsPlanar || maps.Any(m => m.Pitch != _y.Pitch)) return 1;
            return maps.All(static m => GpuMap.BytesOf(m.Element) == 2) ? 8 : 4;
        }
    }

    // What the text depends on: the op with its windows, vectors, elements, and which maps have y's size or gaps behind their channels.
    private string Name
    {
        get
        {
            string core = KernelName.Of(Core), tail = node.Op is Fused fused ? string.Concat(fused.Tail.Select(t => $"_{KernelName.Of(t)}")) : "";
            var elements = operands.Maps.OfType<GpuMap>().Select(static m => m.Element).Append(_y.Element).Select(GpuMap.Word).ToList();
            string form = elements.Distinct().Count() == 1 ? elements[0] : string.Join("_", elements);
            return $"{core}{tail}_{form}{(_y.IsPlanar ? "_nchw" : Lanes > 1 ? "" : HasGaps ? "_by_channel" : "_by_channel_whole")}";
        }
    }

    private bool HasGaps => !_y.IsPlanar && _y.Channels != _y.Pitch;

    public Launch Lower(GpuMap target)
    {
        int lanes = Lanes, count = _y.IsPlanar ? _y.Channels : _y.Pitch / lanes;
        Value groups = Value.Field("groups", KernelType.Int), all = Value.Field("N", KernelType.Int) * _y.Height * _y.Width * groups;
        string summary = $"{node.Op.Word}: {(lanes > 1 ? FormattableString.Invariant($"{lanes} channels of a pixel") : "one number")} per thread.";
        var kernel = Grid.Each(_kernel, Name, summary, all, i =>
        {
            var (number, first) = _y.IsPlanar ? Planar(i, groups) : (_kernel.Let("pixel", i / groups), _kernel.Let("channel", i % groups * lanes));
            var (n, h, w) = Grid.Place(_kernel, number, _y.Height, _y.Width);
            var point = new GpuPoint(_kernel, lanes, operands.Maps, operands.Weights)
            {
                N = n, H = h, W = w, First = first, Pixel = (number, _y.Size), IsPadded = input => node.Op.Reach(input) > 0,
            };
            if (lanes > 1 || !HasGaps) Compute(point);
            else _kernel.If(first < _y.ChannelsField, () => Compute(point), () => Store(point, Value.Float(0)));
        });
        return GpuLaunch.Of(kernel, Grid.Blocks(Grid.Pixels(target) * count), operands.Bindings, GpuLaunch.Bind("groups", count));
    }

    // Planes are written along rows: pixels within a channel within an image.
    private (Value Pixel, Value Channel) Planar(Value i, Value channels)
    {
        Value plane = _kernel.Let("plane", _y.Height * _y.Width), of = _kernel.Let("of", i / plane);
        Value channel = _kernel.Let("channel", of % channels);
        return (_kernel.Let("pixel", of / channels * plane + i % plane), channel);
    }

    private void Compute(GpuPoint point)
    {
        Value value = Nest.Reduce.Count == 0 && Nest.Where is null ? Nest.Term(point, []) : Reduce(point);
        Store(point, node.Op is Fused fused ? fused.Finish(point, value) : value);
    }

    private void Store(GpuPoint point, Value value) =>
        _kernel.Store(_y.Pointer, _y.At(point.N, point.H, point.W, point.First), value.Spread(point.Lanes).To(_y.Element));

    private Value Reduce(GpuPoint point)
    {
        bool isShort = Nest.Reduce.All(static axis => axis.Count.Op == KernelOp.Constant)
            && Nest.Reduce.Aggregate(1.0, static (all, axis) => all * axis.Count.Number) <= ShortReduction;
        var reduction = new NestReduction(_kernel, Nest, point);
        point.Clamps = isShort && Nest.Where is not null;
        Loop([]);
        point.Clamps = false;
        return reduction.Result;

        void Loop(List<Value> at)
        {
            if (at.Count == Nest.Reduce.Count) Combined(at);
            else if (Nest.Reduce[at.Count].Count is { Op: KernelOp.Constant, Number: 1 }) Loop([.. at, 0]);
            else if (isShort) _kernel.Unrolled(Nest.Reduce[at.Count].Name, (int)Nest.Reduce[at.Count].Count.Number, i => Loop([.. at, i]));
            else _kernel.For(Nest.Reduce[at.Count].Name, 0, Nest.Reduce[at.Count].Count, i => Loop([.. at, i]));
        }

        void Combined(List<Value> at)
        {
            if (Nest.Where is null) reduction.Add(at, Nest.Term(point, at));
            else if (isShort)
                reduction.Add(at, Value.Select(_kernel.Let("counts", Nest.Where(point, at)), Nest.Term(point, at), reduction.Absent(point.Lanes)));
            else _kernel.If(Nest.Where(point, at), () => reduction.Add(at, Nest.Term(point, at)));
        }
    }
}

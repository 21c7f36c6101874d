using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Schedule;

// Kernels of a weight's gradient. Where a layer has too few blocks of channels to share among threads, rows are split as well: each split
// sums into its own copy, and the copies are added in a fixed order, so the result does not depend on the number of threads.
internal sealed class WeightGradientKernels(Conv conv, Machine machine, MapBuffer x, MapBuffer dy, WeightBuffer gradient)
{
    private const int EnoughItems = 32, PixelsInCache = 1024;

    private static readonly Value N = Value.Field("N", KernelType.Int), Accumulate = Value.Field("Accumulate", KernelType.Int);
    private static readonly Value SplitCount =
        Value.Field("splits", KernelType.Int), Copies = Value.Field("copies", KernelType.To(Element.Float));
    private static readonly Value CopyFloats = Value.Field("copy_floats", KernelType.Index);

    private readonly MapRole _x = new("x", x.Channels, x.Block), _dy = new("dy", dy.Channels, dy.Block);
    private readonly WeightRole _gradient = new("gradient", gradient.InBlock);

    private int Blocks => gradient.OutBlocks * gradient.InBlocks;

    private int TapFloats => gradient.InBlock * Machine.Block;

    /// Copies among which rows are split; 1 where none are needed.
    public int Splits => Blocks >= EnoughItems ? 1 : Math.Min(16, (EnoughItems + Blocks - 1) / Blocks);

    public Value Items => Machine.Groups(gradient.OutBlocks) * (Splits * gradient.InBlocks);

    public Value CombineItems => Blocks;

    /// What the arguments of all three kernels are, where splits sum into these copies: the gradient itself, if there is one split.
    public IEnumerable<KeyValuePair<string, Value>> Bind(Value copies) =>
    [
        .. _x.Bind(x, -conv.Pad), .. _dy.Bind(dy), .. _gradient.Bind(gradient),
        new(SplitCount.Name, Splits), new(Copies.Name, copies), new(CopyFloats.Name, gradient.Length),
    ];

    /// One item: one split's rows for one group of output and one block of input channels.
    public Kernel Tiled(ContractionTiles tiles)
    {
        var k = new KernelBuilder();
        Value inBlock = k.Let("in_block", Value.Item % _gradient.InBlocks), rest = k.Let("rest", Value.Item / _gradient.InBlocks);
        Value groups = k.Let("groups", (_dy.Blocks + (Machine.TileBlocks - 1)) / Machine.TileBlocks);
        Value block = k.Let("block", rest % groups * Machine.TileBlocks), split = k.Let("split", rest / groups);
        Value tileBlocks = k.Let("tile_blocks", Value.Min(Machine.TileBlocks, _dy.Blocks - block));
        Value target = k.Let("dw", Copies + (split * CopyFloats + _gradient.At(block, inBlock, 0, 0, 0)));
        k.If((SplitCount > 1) | Accumulate.Equals(0), () => k.For("z", 0, tileBlocks, z => k.For("i", 0, _gradient.Plane.To(Element.Int), i =>
            k.Store(target, _gradient.Panel * z + i, Value.Float(0).Spread(machine.Lanes)), machine.Lanes)));
        Value from = k.Let("from", split * _dy.Height / SplitCount), to = k.Let("to", (split + 1) * _dy.Height / SplitCount);
        Value band = k.Let("band", Value.Max(1, PixelsInCache / Value.Max(1, _dy.Width)));
        k.For("n", 0, N, n => k.For("step", 0, (to - from + (band - 1)) / Value.Max(1, band), step =>
        {
            Value h = k.Let("h", from + step * band), rows = k.Let("rows", Value.Min(band, to - h));
            k.For("a", 0, _gradient.Kernel, a => k.For("b", 0, _gradient.Kernel, b => k.Call(
                tiles.WeightGradient(gradient.InBlock), tileBlocks,
                _x.Pointer + _x.At(n, inBlock, 0, h * conv.Stride + a * conv.Dilation, b * conv.Dilation), _x.Row * conv.Stride, conv.Stride * x.Block,
                _dy.Pointer + _dy.At(n, block, 0, h, 0), _dy.Row, _dy.Plane, rows, _dy.Width,
                target + (a * _gradient.Row + b * TapFloats), _gradient.Panel)));
        }));
        return k.Build(Name("weight_gradient"), "Weight gradient in register tiles: one group of output x one block of input channels, one split of the rows.");
    }

    /// Adds the splits' copies. One item: one block of the weight.
    public Kernel Combine()
    {
        var k = new KernelBuilder();
        Value at = k.Let("at", Value.Item * _gradient.Plane);
        k.For("i", 0, _gradient.Plane.To(Element.Int), i =>
        {
            Value sum = k.Let("sum", Value.Float(0).Spread(machine.Lanes));
            k.If(Accumulate.Equals(1), () => k.Assign(sum, _gradient.Pointer.Load(at + i, machine.Lanes)));
            k.For("split", 0, SplitCount, split => k.Assign(sum, sum + Copies.Load(split * CopyFloats + at + i, machine.Lanes)));
            k.Store(_gradient.Pointer, at + i, sum);
        }, machine.Lanes);
        return k.Build("weight_gradient_sum", "Adds the splits' copies: one block of the weight.");
    }

    /// The definition, for grouped convolutions too. One item: one output channel.
    public Kernel Plain()
    {
        var k = new KernelBuilder();
        int outs = dy.Channels / conv.Groups;
        Value o = k.Let("o", Value.Item);
        k.For("i", 0, gradient.In, i => k.For("a", 0, _gradient.Kernel, a => k.For("b", 0, _gradient.Kernel, b =>
        {
            Value at = k.Let("at", _gradient.At(o / Machine.Block, i / gradient.InBlock, i % gradient.InBlock, a, b) + o % Machine.Block);
            Value channel = k.Let("channel", o / outs * gradient.In + i);
            Value sum = k.Let("sum", Value.Float(0));
            k.If(Accumulate.Equals(1), () => k.Assign(sum, _gradient.Pointer.Load(at)));
            k.For("n", 0, N, n => k.For("h", 0, _dy.Height, h => k.For("w", 0, _dy.Width, w =>
                k.Assign(sum, Value.MultiplyAdd(
                    _x.Pointer.Load(_x.At(n, channel / x.Block, channel % x.Block, h * conv.Stride + a * conv.Dilation, w * conv.Stride + b * conv.Dilation)),
                    _dy.Pointer.Load(_dy.At(n, o / dy.Block, o % dy.Block, h, w)), sum)))));
            k.Store(_gradient.Pointer, at, sum);
        })));
        return k.Build(Name("weight_gradient_by_channel"), "Weight gradient as it is defined: one output channel.");
    }

    private string Name(string text)
    {
        if (conv.Stride > 1) text += $"_stride{Literal.Of(conv.Stride)}";
        if (conv.Dilation > 1) text += $"_dilation{Literal.Of(conv.Dilation)}";
        return x.Block == Machine.Block ? text : $"{text}_from{Literal.Of(x.Block)}";
    }
}

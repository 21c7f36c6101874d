namespace Fcn.Generator.Schedule;

// Kernels of a weight's gradient. Where a layer has too few blocks of channels to share among threads, rows are split as well: each split sums into
// its own copy, and the copies are added in a fixed order, so the result does not depend on the number of threads.
internal sealed class WeightGradientKernels(Conv conv, Machine machine, MapBuffer x, MapBuffer dy, WeightBuffer gradient)
{
    private const int EnoughItems = 32, PixelsInCache = 1024;

    private int Blocks => gradient.OutBlocks * gradient.InBlocks;

    private int TapFloats => gradient.InBlock * Machine.Block;

    /// Copies among which rows are split; 1 where none are needed.
    public int Splits => Blocks >= EnoughItems ? 1 : Math.Min(16, (EnoughItems + Blocks - 1) / Blocks);

    private int Groups => (gradient.OutBlocks + machine.BlocksPerTile - 1) / machine.BlocksPerTile;

    public Value Items => Machine.Groups(gradient.OutBlocks) * (Splits * gradient.InBlocks);

    /// One item: one split's rows for one group of output and one block of input channels.
    public Kernel Tiled(string name, string summary, Value copies, ContractionTiles tiles)
    {
        var k = new KernelBuilder();
        Value inBlock = k.Let("in_block", Value.Item % gradient.InBlocks);
        Value group = k.Let("group", Value.Item / gradient.InBlocks % Groups);
        Value split = Splits == 1 ? 0 : k.Let("split", Value.Item / (gradient.InBlocks * Groups));
        MapAccess xs = new MapAccess(k, x).Declare(), dys = new MapAccess(k, dy).Declare();
        Value block = group * machine.BlocksPerTile;
        Value target = k.Let("dw", copies + split.To(Element.Index) * gradient.Length + gradient.At(block, inBlock, 0, 0, 0));
        int narrow = gradient.OutBlocks % machine.BlocksPerTile;
        if (narrow == 0 || machine.BlocksPerTile == 1) Sum(machine.BlocksPerTile);
        else if (Groups == 1) Sum(narrow);
        else k.If(group < Groups - 1, () => Sum(machine.BlocksPerTile), () => Sum(narrow));
        return k.Build(name, summary);

        void Sum(int blocks)
        {
            void Zero() => k.For("i", 0, gradient.Kernel * gradient.Kernel * gradient.InBlock, i =>
            {
                for (int v = 0; v < blocks * machine.VectorsPerBlock; v++)
                    k.Store(target, i * Machine.Block + (v / machine.VectorsPerBlock * gradient.Panel + v % machine.VectorsPerBlock * machine.Lanes), Value.Float(0).Spread(machine.Lanes));
            });
            if (Splits > 1) Zero();
            else k.If(Value.Field("Accumulate", KernelType.Int).Equals(0), Zero);
            Value from = k.Let("from", split * dy.Height / Splits), to = k.Let("to", (split + 1) * dy.Height / Splits);
            Value band = k.Let("band", Value.Max(1, PixelsInCache / Value.Max(1, dy.Width)));
            int vectors = Math.Max(1, Math.Min(machine.Vectors, blocks * machine.VectorsPerBlock));
            int channels = Channels(vectors);
            string tile = tiles.WeightGradient(FormattableString.Invariant($"weight_gradient{(conv.Stride > 1 ? $"_stride{conv.Stride}" : "")}{(gradient.InBlock == Machine.Block ? "" : $"_from{gradient.InBlock}")}"),
                channels, vectors,
                [new("rows", 0, 0, 0), new("columns", 0, conv.Stride * x.Block, Machine.Block)]);
            k.For("n", 0, Value.Field("N", KernelType.Int), n =>
                k.For("step", 0, (to - from + (band - 1)) / Value.Max(1, band), step =>
                {
                    Value h = k.Let("h", from + step * band);
                    Value rows = k.Let("rows", Value.Min(band, to - h));
                    k.For("a", 0, gradient.Kernel, a => k.For("b", 0, gradient.Kernel, b =>
                        k.For("channel", 0, gradient.InBlock, channel =>
                        {
                            for (int v = 0; v < blocks * machine.VectorsPerBlock; v += vectors)
                            {
                                Value lane = v % machine.VectorsPerBlock * machine.Lanes;
                                k.Call(tile,
                                    x.Pointer + xs.At(n, inBlock, channel, h * conv.Stride - conv.Pad + a * conv.Dilation, b * conv.Dilation - conv.Pad),
                                    xs.Row * conv.Stride,
                                    dy.Pointer + dys.At(n, block, lane, h, 0), dys.Row, dys.Plane,
                                    rows, dy.Width,
                                    target + ((a * gradient.Kernel + b) * TapFloats + channel * Machine.Block + lane), gradient.Panel);
                            }
                        }, channels)));
                }));
        }
    }

    // Input channels per tile: as many as leave registers for a vector of dy and a broadcast of x, dividing the block.
    private int Channels(int vectors)
    {
        int most = Math.Max(1, machine.Pixels * machine.Vectors / vectors);
        return Enumerable.Range(1, gradient.InBlock).Last(c => gradient.InBlock % c == 0 && c <= most);
    }

    /// Adds the splits' copies. One item: one block of the weight.
    public Kernel Combine(string name, string summary, Value copies)
    {
        var k = new KernelBuilder();
        int floats = gradient.Kernel * gradient.Kernel * TapFloats;
        Value at = k.Let("at", Value.Item.To(Element.Index) * floats);
        k.For("i", 0, floats, i =>
        {
            Value sum = k.Let("sum", Value.Float(0).Spread(machine.Lanes));
            k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, gradient.Pointer.Load(at + i, machine.Lanes)));
            k.For("split", 0, Splits, split => k.Assign(sum, sum + copies.Load(split.To(Element.Index) * gradient.Length + at + i, machine.Lanes)));
            k.Store(gradient.Pointer, at + i, sum);
        }, machine.Lanes);
        return k.Build(name, summary);
    }

    public Value CombineItems => Blocks;

    /// The definition, for grouped convolutions too. One item: one output channel.
    public Kernel Plain(string name, string summary)
    {
        var k = new KernelBuilder();
        int outs = dy.Channels / conv.Groups;
        Value o = k.Let("o", Value.Item);
        MapAccess xs = new MapAccess(k, x).Declare(), dys = new MapAccess(k, dy).Declare();
        k.For("i", 0, gradient.In, i => k.For("a", 0, gradient.Kernel, a => k.For("b", 0, gradient.Kernel, b =>
        {
            Value at = k.Let("at", gradient.At(o / Machine.Block, i / gradient.InBlock, i % gradient.InBlock, a, b) + o % Machine.Block);
            Value channel = k.Let("channel", o / outs * gradient.In + i);
            Value sum = k.Let("sum", Value.Float(0));
            k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, gradient.Pointer.Load(at)));
            k.For("n", 0, Value.Field("N", KernelType.Int), n => k.For("h", 0, dy.Height, h => k.For("w", 0, dy.Width, w =>
                k.Assign(sum, Value.MultiplyAdd(
                    x.Pointer.Load(xs.At(n, channel / x.Block, channel % x.Block, h * conv.Stride - conv.Pad + a * conv.Dilation, w * conv.Stride - conv.Pad + b * conv.Dilation)),
                    dy.Pointer.Load(dys.At(n, o / dy.Block, o % dy.Block, h, w)), sum)))));
            k.Store(gradient.Pointer, at, sum);
        })));
        return k.Build(name, summary);
    }
}

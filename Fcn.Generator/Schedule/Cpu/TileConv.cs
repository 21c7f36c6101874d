using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Schedule;

// A dense convolution as direct convolution on register tiles: neighbouring outputs of a row x vectors of output channels stay in registers
// while the reduction runs. Strides are read off the nest's own addresses. Two orders of the same tiles: outputs finished one after the
// other, or, where the weights of one group of outputs exceed the cache, weight-stationary: weights block by block, each used for all
// pixels before the next is fetched.
internal sealed class TileConv
{
    private const int CacheBytes = 1 << 20, ChunkBytes = 192 << 10;

    private static readonly Value N =
        Value.Field("N", KernelType.Int), Pad = Value.Field("pad", KernelType.Int), Chunk = Value.Field("chunk", KernelType.Int);

    private readonly KernelBuilder _kernel = new();
    private readonly Node _node;
    private readonly Conv _conv;
    private readonly MapBuffer _target;
    private readonly WeightBuffer _parameter;
    private readonly CpuOperands _operands;

    public TileConv(Node node, MapBuffer target, IReadOnlyList<MapBuffer?> maps, IReadOnlyList<WeightBuffer?> weights)
    {
        (_node, _target, _parameter) = (node, target, weights[1]!);
        _conv = Core(node);
        // x begins in the border, at the first pixel of the first window: the kernel knows no padding.
        _operands = new(target, maps, weights, Planner.Weighted(node), first: -_conv.Pad);
    }

    private MapRole X => _operands.Maps[0]!;

    private MapRole Y => _operands.Y;

    private WeightRole Weight => _operands.Weights[1]!;

    // The weights of two blocks of output channels, the most that a tile spans, are larger than the cache.
    private bool WeightsStay => 2 * 4 * _parameter.Panel > CacheBytes;

    // More border than the window's own reach: whole rows of taps fall on zeros and are left out. Gradients of fc6 and the image of padding
    // 100.
    private bool ClipsRows => 2 * _conv.Pad > (_conv.Kernel - 1) * _conv.Dilation;

    public static bool Fits(Node node, MapBuffer target) => Core(node).Groups == 1 && target.Block == Machine.Block;

    public Value Items => WeightsStay ? Machine.Groups(_target.Blocks) : Machine.Groups(_target.Blocks) * N * _target.Height;

    /// What the kernel's arguments are for this layer.
    public IReadOnlyList<KeyValuePair<string, Value>> Bindings =>
    [
        .. _operands.Bindings,
        new(Pad.Name, _conv.Pad),
        new(Chunk.Name, Value.Max(1, ChunkBytes / 4 / _parameter.Plane / Machine.TileBlocks)),
    ];

    public Kernel Lower(ContractionTiles tiles)
    {
        if (WeightsStay)
        {
            Value group = _kernel.Let("group", Value.Item), chunks = _kernel.Let("chunks", (Weight.InBlocks + (Chunk - 1)) / Chunk);
            _kernel.For("part", 0, chunks, part =>
            {
                Value first = _kernel.Let("first", part * Chunk), blocks = _kernel.Let("blocks", Value.Min(Chunk, Weight.InBlocks - first));
                _kernel.For("n", 0, N, n => _kernel.For("h", 0, Y.Height, h => Row(group, n, h, first, blocks, tiles)));
            });
        }
        else
        {
            Value row = _kernel.Let("row", Value.Item / Y.Height), h = _kernel.Let("h", Value.Item % Y.Height);
            Value group = _kernel.Let("group", row / N), n = _kernel.Let("n", row % N);
            Row(group, n, h, 0, Weight.InBlocks, tiles);
        }
        string order = WeightsStay ? ", weights block by block" : ": one row of a group of channels";
        return _kernel.Build(Name(), $"{_node.Op.Word} in register tiles{order}.");
    }

    private static Conv Core(Node node) => (Conv)((node.Op as Fused)?.Core ?? node.Op);

    // One row of outputs of one group of channels, cut into tiles of nearly equal width.
    private void Row(Value group, Value n, Value h, Value first, Value blocks, ContractionTiles tiles)
    {
        Value block = _kernel.Let("block", group * Machine.TileBlocks), tileBlocks = _kernel.Let("tile_blocks", Value.Min(Machine.TileBlocks, Y.Blocks - block));
        Value w = Value.Variable("w", KernelType.Int);
        Value[] at = [.. new[] { "block_of", "row_of", "tap_of", "step_of" }.Select(static name => Value.Variable(name, KernelType.Int))];
        Value term = BlockedNest.Dense(_conv with { Pad = 0 }, _node.Inputs[0]).Term(Point(n, block, 0, h, w), at);
        var (x, xSteps) = Steps(term.Sources[0].Sources[0], [w, .. at]);
        var (weight, wSteps) = Steps(term.Sources[1], [w, .. at]);
        Value rows = Weight.Kernel;
        if (ClipsRows)
        {
            var (firstRow, endRow) = RowsInside(h);
            x += firstRow * xSteps[2];
            weight += firstRow * wSteps[2];
            rows = _kernel.Let("rows", Value.Max(0, endRow - firstRow));
        }
        x = _kernel.Let("x_from", x + first * xSteps[1]);
        weight = _kernel.Let("weight_from", weight + first * wSteps[1]);
        Value y = _kernel.Let("y_from", Y.Pointer + Y.At(n, block, 0, h, 0));
        // Taps that lie apart are a loop; neighbours are one run of steps.
        int unroll = ContractionTiles.Unroll(X.Block);
        Value taps = _conv.Dilation == 1 ? 1 : Weight.Kernel, steps = (_conv.Dilation == 1 ? Weight.Kernel : 1) * (Value)(X.Block / unroll);
        Value count = _kernel.Let("tiles", (Y.Width + (Machine.TilePixels - 1)) / Machine.TilePixels);
        // Tiles with a pixel more come first. No product of a tile's number with the width: rows have up to a million pixels.
        Value least = _kernel.Let("least", Y.Width / count), wider = _kernel.Let("wider", Y.Width % count);
        _kernel.For("t", 0, count, t =>
        {
            Value from = _kernel.Let("from", t * least + Value.Min(t, wider));
            Value pixels = _kernel.Let("pixels", Value.Select(t < wider, least + 1, least));
            _kernel.Call(tiles.Conv(X.Block, _conv.Stride),
                pixels, tileBlocks, x + from * xSteps[0], weight, Weight.Panel, y + from * Machine.Block, Y.Plane, (Value)0 < first,
                blocks, rows, taps, steps, xSteps[1], xSteps[2], xSteps[3], wSteps[1]);
            if (!WeightsStay) Finish(n, block, tileBlocks, h, from, pixels);
            else _kernel.If((first + blocks).Equals(Weight.InBlocks), () => Finish(n, block, tileBlocks, h, from, pixels));
        });
    }

    // Taps of the window whose row lies in the map: h Stride - Pad + a Dilation from 0 to the height - 1.
    private (Value From, Value To) RowsInside(Value h)
    {
        Value Tap(Value rows) => (Value.Max(0, rows) + (_conv.Dilation - 1)) / _conv.Dilation;
        Value above = _kernel.Let("above", Pad - h * _conv.Stride);
        return (_kernel.Let("row_from", Value.Min(Weight.Kernel, Tap(above))), Value.Min(Weight.Kernel, Tap(X.Height + above)));
    }

    // The epilogue, bias and fused ops, on a tile that is still in the nearest cache.
    private void Finish(Value n, Value block, Value tileBlocks, Value h, Value from, Value pixels)
    {
        bool hasBias = KernelWords.HasBias(_node);
        if (!hasBias && _node.Op is not Fused) return;
        _kernel.For("b", block, block + tileBlocks, b => _kernel.For("w", from, from + pixels, w =>
        {
            var point = Point(n, b, 0, h, w);
            Value place = _kernel.Let("place", Y.At(n, b, 0, h, w)), sum = Y.Pointer.Load(place, Machine.Block);
            if (hasBias) sum += point.Bias(2);
            _kernel.Store(Y.Pointer, place, _node.Op is Fused fused ? fused.Finish(point, sum) : sum);
        }));
    }

    private BlockPoint Point(Value n, Value block, Value lane, Value h, Value w) =>
        new(_kernel, Machine.Block, _operands) { N = n, Block = block, Lane = lane, H = h, W = w };

    private string Name()
    {
        string text = KernelWords.Of(_node);
        if (_conv.Stride > 1) text += $"_stride{Literal.Of(_conv.Stride)}";
        if (_conv.Dilation > 1) text += $"_dilation{Literal.Of(_conv.Dilation)}";
        if (X.Block != Machine.Block) text += $"_from{Literal.Of(X.Block)}";
        if (ClipsRows) text += "_clipped";
        return WeightsStay ? $"{text}_weight_stationary" : text;
    }

    // Pointer at the origin of the loops, and the step of every variable.
    private static (Value Origin, List<Value> Steps) Steps(Value load, IReadOnlyList<Value> variables)
    {
        var steps = new List<Value>();
        Value rest = load.Sources[1];
        foreach (var variable in variables)
        {
            (Value step, rest) = Linear.Split(rest, variable);
            steps.Add(step);
        }
        return (load.Sources[0] + rest, steps);
    }
}

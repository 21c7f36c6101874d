namespace Fcn.Generator.Schedule;

// A dense convolution's nest → register tiles: Pixels neighbouring outputs of a row x Vectors of output channels stay in registers while the
// reduction runs. Strides are read off the nest's own addresses. Two orders of the same tiles: outputs finished one after the other, or, where the
// weights of one group of outputs exceed the cache, weights block by block, each used for all pixels before the next is fetched.
internal sealed class TileConv(Machine machine, Node node, MapBuffer target, IReadOnlyList<MapBuffer?> maps, IReadOnlyList<WeightBuffer?> weights)
{
    private const int CacheKilofloats = 256, ChunkBytes = 192 << 10;

    private static readonly string[] LoopNames = ["blocks", "rows", "taps", "steps"];
    private readonly KernelBuilder _kernel = new();

    private Op Core => (node.Op as Fused)?.Core ?? node.Op;

    private Conv Conv => (Conv)Core;

    private WeightBuffer Weight => weights[1]!;

    private bool HasBias => ((node.Op as Fused)?.CoreInputs ?? node.Inputs.Count) > 2;

    private int Groups => (target.Blocks + machine.BlocksPerTile - 1) / machine.BlocksPerTile;

    private long GroupBytes => 4L * Weight.Panel * machine.BlocksPerTile;

    private bool WeightsStay => Stay(machine);

    public static bool Fits(Conv conv, MapBuffer target) => conv.Groups == 1 && target.Block == Machine.Block;

    /// The same expression for every machine.
    public Value Items => Machine.Groups(target.Blocks) * (Machine.Cpus.All(Stay) ? Value.Int(1) : !Machine.Cpus.Any(Stay) ? Rows
        : Value.Select(Value.Int(CacheKilofloats) < Value.Field("TileBlocks", KernelType.Int) * PanelKilofloats, Value.Int(1), Rows));

    private Value Rows => Value.Field("N", KernelType.Int) * target.Height;

    private int PanelKilofloats => (int)((Weight.Panel + 1023) / 1024);

    // Whether the weights of a group exceed the cache.
    private bool Stay(Machine machine) => PanelKilofloats * machine.BlocksPerTile > CacheKilofloats;

    public Kernel Lower(string name, string summary, ContractionTiles tiles)
    {
        Value g = WeightsStay ? _kernel.Let("group", Value.Item) : _kernel.Let("group", Value.Item / (target.Height * Value.Field("N", KernelType.Int)));
        var access = maps.Select(m => m is null ? null : new MapAccess(_kernel, m).Declare()).ToList();
        var to = new MapAccess(_kernel, target).Declare();
        if (WeightsStay)
        {
            int chunk = Math.Max(1, (int)(ChunkBytes / (GroupBytes / Weight.InBlocks)));
            _kernel.For("first", 0, Weight.InBlocks, first =>
                _kernel.For("n", 0, Value.Field("N", KernelType.Int), n =>
                    _kernel.For("h", 0, target.Height, h => Row(g, n, h, first, chunk == 1 ? 1 : Value.Min(chunk, Weight.InBlocks - first), access, to, tiles))), chunk);
        }
        else
        {
            Value n = _kernel.Let("n", Value.Item / target.Height % Value.Field("N", KernelType.Int));
            Value h = _kernel.Let("h", Value.Item % target.Height);
            Row(g, n, h, 0, Weight.InBlocks, access, to, tiles);
        }
        return _kernel.Build(name, summary);
    }

    // One row of outputs of one group of channels, cut into tiles of nearly equal width.
    private void Row(Value group, Value n, Value h, Value first, Value blocks, IReadOnlyList<MapAccess?> access, MapAccess to, ContractionTiles tiles)
    {
        Value block = group * machine.BlocksPerTile;
        var w = Value.Variable("w", KernelType.Int);
        Value[] at = [.. LoopNames.Select(static l => Value.Variable(l, KernelType.Int))];
        var point = new BlockPoint(_kernel, machine.Lanes, access, weights) { N = n, Block = block, H = h, W = w };
        Value term = BlockedNest.Of(node)!.Term(point, at);
        var (x, xSteps) = Steps(term.Sources[0].Sources[0], [w, .. at]);
        var (weight, wSteps) = Steps(term.Sources[1], [w, .. at]);
        Value[] counts = [Value.Variable("blocks", KernelType.Int), ClipsRows ? Value.Variable("row_count", KernelType.Int) : Weight.Kernel, Weight.Kernel, Weight.InBlock];
        var loops = RegisterTile.Merge(counts.Select((count, i) => new RegisterTile.Loop(LoopNames[i], count, xSteps[i + 1], wSteps[i + 1])));
        Value[] moreArguments = [.. loops.Select(static l => l.AStep).Where(static s => s.Op != KernelOp.Constant)];
        if (ClipsRows)
        {
            var (firstRow, endRow) = RowsInside(h, access[0]!.Map.Height);
            x += firstRow * xSteps[2];
            weight += firstRow * wSteps[2];
            moreArguments = [_kernel.Let("row_count", Value.Max(0, endRow - firstRow)), .. moreArguments];
        }

        x = _kernel.Let("x", x + first * xSteps[1]);
        weight = _kernel.Let("weight", weight + Weight.Wide(first) * wSteps[1]);
        Value y = _kernel.Let("y", target.Pointer + to.At(n, block, 0, h, 0));
        Value count = _kernel.Let("tiles", (target.Width + (machine.Pixels - 1)) / machine.Pixels);
        // Tiles with a pixel more come first. No product of a tile's number with the width: rows have up to a million pixels.
        Value least = _kernel.Let("least", target.Width / count), wider = _kernel.Let("wider", target.Width % count);
        _kernel.For("t", 0, count, t =>
        {
            Value from = _kernel.Let("from", t * least + Value.Min(t, wider));
            Value pixels = _kernel.Let("pixels", Value.Select(t < wider, least + 1, least));
            int narrow = target.Blocks % machine.BlocksPerTile;
            if (narrow == 0 || Groups == 1) Tile(narrow == 0 ? machine.BlocksPerTile : narrow);
            else _kernel.If(group < Groups - 1, () => Tile(machine.BlocksPerTile), () => Tile(narrow));

            void Tile(int tileBlocks)
            {
                int vectors = Math.Min(machine.Vectors, tileBlocks * machine.VectorsPerBlock);
                string function = tiles.Conv(new(Name(), vectors, (int)xSteps[0].Number, loops));
                Value[] arguments = [pixels, x + from * xSteps[0], weight, Weight.Panel, blocks, y + from * Machine.Block, to.Plane, (Value)0 < first];
                _kernel.Call(function, [.. arguments, .. moreArguments]);
                Finish(vectors, n, block, h, from, pixels, y, to, access, (first + blocks).Equals(Weight.InBlocks));
            }
        });
    }

    // More border than the kernel's own reach: whole rows of taps fall on zeros and are left out. Gradients of fc6 and the image of padding 100.
    private bool ClipsRows => 2 * Conv.Pad > (Conv.Kernel - 1) * Conv.Dilation;

    // Taps of the kernel whose row lies in the map: h Stride - Pad + a Dilation from 0 to height - 1.
    private (Value From, Value To) RowsInside(Value h, Value height)
    {
        Value Tap(Value rows) => (Value.Max(0, rows) + (Conv.Dilation - 1)) / Conv.Dilation;
        Value above = Conv.Pad - h * Conv.Stride;
        return (_kernel.Let("row_from", Value.Min(Conv.Kernel, Tap(above))), Value.Min(Conv.Kernel, Tap(height + above)));
    }

    // Bias and tail, on a tile that is still in the nearest cache.
    private void Finish(int vectors, Value n, Value block, Value h, Value from, Value pixels, Value y, MapAccess to, IReadOnlyList<MapAccess?> access, Value complete)
    {
        if (!HasBias && node.Op is not Fused) return;
        if (complete.Is(1)) Pixels();
        else _kernel.If(complete, Pixels);

        void Pixels() => _kernel.For("w", from, from + pixels, w =>
        {
            for (int q = 0; q < vectors; q++)
            {
                int lane = q % machine.VectorsPerBlock * machine.Lanes;
                var point = new BlockPoint(_kernel, machine.Lanes, access, weights) { N = n, Block = block + q / machine.VectorsPerBlock, Lane = lane, H = h, W = w };
                Value place = to.Plane * (q / machine.VectorsPerBlock) + (w * Machine.Block + lane);
                Value sum = y.Load(place, machine.Lanes);
                if (HasBias) sum += point.Bias(2);
                _kernel.Store(y, place, node.Op is Fused fused ? fused.Finish(point, sum) : sum);
            }
        });
    }

    private string Name()
    {
        var c = Conv;
        string text = FormattableString.Invariant($"conv{c.Kernel}x{c.Kernel}");
        if (c.Stride > 1) text += FormattableString.Invariant($"_stride{c.Stride}");
        if (c.Dilation > 1) text += FormattableString.Invariant($"_dilation{c.Dilation}");
        if (ClipsRows) text += "_clipped";
        if (Weight.InBlock != Machine.Block) text += FormattableString.Invariant($"_from{Weight.InBlock}");
        return text;
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

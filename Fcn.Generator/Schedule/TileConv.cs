namespace Fcn.Generator.Schedule;

// A dense convolution's nest → register tiles: Pixels neighbouring outputs of a row x Vectors of output channels stay in registers while the
// reduction runs. Strides are read off the nest's own addresses. Two orders of the same tiles: outputs finished one after the other, or, where the
// weights of one group of outputs exceed the cache, weights block by block, each used for all pixels before the next is fetched.
internal sealed class TileConv(Machine machine, Node node, MapBuffer target, IReadOnlyList<MapBuffer?> maps, IReadOnlyList<WeightBuffer?> weights)
{
    private const int CacheBytes = 1 << 20, ChunkBytes = 192 << 10;

    private static readonly string[] LoopNames = ["blocks", "rows", "taps", "steps"];
    private readonly KernelBuilder _kernel = new();

    private Conv Conv => node.Op is Fused { Core: Conv fused } ? fused : (Conv)node.Op;

    private Fused? Tail => node.Op as Fused;

    private WeightBuffer Weight => weights[1]!;

    private bool HasBias => node.Inputs.Count > 2 && (Tail?.CoreInputs ?? node.Inputs.Count) > 2;

    private int Groups => (target.Blocks + machine.BlocksPerTile - 1) / machine.BlocksPerTile;

    private long GroupBytes => 4L * Weight.Panel * machine.BlocksPerTile;

    private bool WeightsStay => GroupBytes > CacheBytes;

    public static bool Fits(Conv conv, MapBuffer target) => conv.Groups == 1 && target.Block == Machine.Block;

    public Value Items => WeightsStay ? Groups : Groups * Value.Field("N", KernelType.Int) * target.Height;

    public Kernel Lower(string name, string summary, ContractionTiles tiles)
    {
        Value g = WeightsStay ? _kernel.Let("group", Value.Item) : _kernel.Let("group", Value.Item / (target.Height * Value.Field("N", KernelType.Int)));
        var access = maps.Select(m => m is null ? null : new MapAccess(_kernel, m).Declare()).ToList();
        var to = new MapAccess(_kernel, target).Declare();
        if (WeightsStay)
        {
            int chunk = Math.Max(1, ChunkBytes / (int)(GroupBytes / Weight.InBlocks));
            _kernel.For("first", 0, Weight.InBlocks, first =>
                _kernel.For("n", 0, Value.Field("N", KernelType.Int), n =>
                    _kernel.For("h", 0, target.Height, h => Row(g, n, h, first, Value.Min(chunk, Weight.InBlocks - first), access, to, tiles))), chunk);
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
        var point = new Recorder(_kernel, machine.Lanes, access, weights) { N = n, Block = block, H = h, W = w };
        Value term = (Tail?.Core ?? node.Op).Loops(node)!.Term(point, at);
        var (x, xSteps) = Steps(term.Sources[0].Sources[0], [w, .. at]);
        var (weight, wSteps) = Steps(term.Sources[1], [w, .. at]);
        Tail?.Finish(point, Value.Float(0).Spread(machine.Lanes));

        var loops = RegisterTile.Merge(Enumerable.Range(0, 4).Select(i =>
            new RegisterTile.Loop(LoopNames[i], i == 0 ? Value.Variable("blocks", KernelType.Int) : new Value[] { 0, Weight.Kernel, Weight.Kernel, Weight.InBlock }[i], xSteps[i + 1], wSteps[i + 1])));
        int narrow = target.Blocks % machine.BlocksPerTile;
        var arguments = new List<Value>
        {
            x + first * xSteps[1], weight + first * wSteps[1], Weight.Panel, blocks,
            HasBias ? point.Bias(2).Sources[0] + point.Bias(2).Sources[1] : weight,
            to.Map.Pointer + to.At(n, block, 0, h, 0), to.Plane,
            first.Equals(0), (first + blocks).Equals(Weight.InBlocks),
        };
        foreach (var (pointer, next) in point.Tails) arguments.AddRange([pointer, next]);
        string Function(int vectors) => tiles.Conv(new(Name(), vectors, (int)xSteps[0].Number, loops, HasBias, Tail));
        Value[] rowSteps = [.. loops.Select(static l => l.AStep).Where(static s => s.Op != KernelOp.Constant)];

        Value width = target.Width, count = _kernel.Let("tiles", (width + (machine.Pixels - 1)) / machine.Pixels);
        Value[] fixedArguments = [.. arguments.Select((a, i) => a.Type.Pointer ? _kernel.Let(ArgumentNames(i), a) : a)];
        _kernel.For("t", 0, count, t =>
        {
            Value from = _kernel.Let("from", t * width / count);
            Value pixels = (t + 1) * width / count - from;
            Value[] moved = [.. fixedArguments.Select((a, i) => !a.Type.Pointer || i is 1 or 4 ? a : a + from * (i == 0 ? xSteps[0] : Machine.Block))];
            Value[] all = [pixels, .. moved, .. rowSteps];
            if (narrow == 0 || machine.BlocksPerTile == 1) _kernel.Call(Function(machine.Vectors), all);
            else if (Groups == 1) _kernel.Call(Function(narrow * machine.VectorsPerBlock), all);
            else _kernel.If(group < Groups - 1, () => _kernel.Call(Function(machine.Vectors), all), () => _kernel.Call(Function(narrow * machine.VectorsPerBlock), all));
        });
    }

    private string Name()
    {
        var c = Conv;
        string text = FormattableString.Invariant($"conv{c.Kernel}x{c.Kernel}");
        if (c.Stride > 1) text += FormattableString.Invariant($"_stride{c.Stride}");
        if (c.Dilation > 1) text += FormattableString.Invariant($"_dilation{c.Dilation}");
        if (Weight.InBlock != Machine.Block) text += FormattableString.Invariant($"_from{Weight.InBlock}");
        if (!HasBias) text += "_nobias";
        return Tail is null ? text : $"{text}_{string.Join("_", Tail.Tail.Select(static t => t.Word))}";
    }

    private static string ArgumentNames(int i) => i switch { 0 => "x", 1 => "weight", 4 => "bias", 5 => "y", _ => "other" };

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

    // Notes where the tail reads its further inputs in the tile's first pixel.
    private sealed class Recorder(KernelBuilder kernel, int lanes, IReadOnlyList<MapAccess?> maps, IReadOnlyList<WeightBuffer?> weights)
        : Point(kernel, lanes, maps, weights)
    {
        private readonly IReadOnlyList<MapAccess?> _maps = maps;

        public List<(Value Pointer, Value Next)> Tails { get; } = [];

        public override Value Read(int input, Value h, Value w)
        {
            Value load = base.Read(input, h, w);
            Tails.Add((load.Sources[0] + Linear.Split(load.Sources[1], W).Constant, _maps[input]!.Plane));
            return load;
        }
    }
}

namespace Fcn.Generator.Schedule;

// The register tiles of one machine by what decides their machine code: vectors of channels, floats between neighbouring pixels, floats per step.
// How often loops turn and how far they step are arguments, so one family serves windows of every size, dilation and clipping.
internal sealed class ContractionTiles(Machine machine)
{
    private static readonly KernelType Pointer = KernelType.To(Element.Float);

    private static readonly IReadOnlyDictionary<Machine, ContractionTiles> Runtime = Machine.Cpus.ToDictionary(static m => m, Usual);

    private readonly Dictionary<string, TileFamily> _families = [];

    /// By name: the families that were asked for.
    public IReadOnlyDictionary<string, TileFamily> Families => _families;

    /// The families that are compiled into Fcn.Runtime.
    public static IReadOnlyDictionary<string, TileFamily> InRuntime(Machine machine) => Runtime[machine].Families;

    /// What Fcn.Runtime does not have.
    public static IEnumerable<TileFamily> Own(Machine machine, IEnumerable<TileFamily> families) => families.Where(f => !InRuntime(machine).ContainsKey(f.Name));

    /// Steps of the innermost loop at each turn: two, where channels come in pairs.
    public static int Unroll(int inBlock) => inBlock % 2 == 0 ? 2 : 1;

    /// Name of the function that computes 1 to machine.Pixels outputs of a row, from blocks of so many input channels.
    public string Conv(int inBlock, int stride, int vectors)
    {
        string name = "conv" + (stride == 1 ? "" : $"_stride{Text(stride)}") + (inBlock == Machine.Block ? "" : $"_from{Text(inBlock)}") + $"_x{Text(vectors * machine.Lanes)}";
        if (_families.ContainsKey(name)) return name;
        Kernel Tile(int pixels) => ConvTile($"{name}_{Text(pixels)}", inBlock, stride, pixels, vectors);
        _families[name] = new(Pick(name, Tile(1).Parameters), () => Enumerable.Range(1, machine.Pixels).Select(Tile));
        return name;
    }

    /// Name of the function that sums the weight gradient of one tap over a band of rows.
    public string WeightGradient(int channels, int vectors)
    {
        string name = $"weight_gradient_{Text(channels)}x{Text(vectors * machine.Lanes)}";
        if (!_families.ContainsKey(name)) _families[name] = new(WeightGradientTile(name, channels, vectors), static () => []);
        return name;
    }

    /// Input channels of a tile of the weight gradient: as many as leave registers for vectors of dy and a broadcast of x, dividing the block.
    public int Channels(int inBlock, int vectors)
    {
        int most = Math.Max(1, machine.Pixels * machine.Vectors / vectors);
        return Enumerable.Range(1, inBlock).Last(c => inBlock % c == 0 && c <= most);
    }

    // Images of one and of three channels, and blocks of 16; strides as VGG, GoogLeNet and ResNet have them.
    private static ContractionTiles Usual(Machine machine)
    {
        var tiles = new ContractionTiles(machine);
        foreach (int vectors in new[] { machine.Vectors, Math.Min(machine.Vectors, machine.VectorsPerBlock) })
            foreach (int inBlock in new[] { Machine.Block, 3, 1 })
            {
                tiles.Conv(inBlock, 1, vectors);
                if (inBlock > 1) tiles.Conv(inBlock, 2, vectors);
                tiles.WeightGradient(tiles.Channels(inBlock, vectors), vectors);
            }
        return tiles;
    }

    // y[pixel][lanes] = or += sum over blocks, rows, taps and steps of x[pixel] weight[lanes]. Taps that are neighbours in memory are one run of steps.
    private Kernel ConvTile(string name, int inBlock, int stride, int pixels, int vectors)
    {
        var k = new KernelBuilder();
        Value x = k.Parameter("x", Pointer), weight = k.Parameter("weight", Pointer), weightPanel = k.Parameter("weight_panel", KernelType.Index);
        Value y = k.Parameter("y", Pointer), yPlane = k.Parameter("y_plane", KernelType.Index), resume = k.Parameter("resume", KernelType.Bool);
        Value blocks = k.Parameter("blocks", KernelType.Int), rows = k.Parameter("rows", KernelType.Int);
        Value taps = k.Parameter("taps", KernelType.Int), steps = k.Parameter("steps", KernelType.Int);
        Value xBlock = k.Parameter("x_block", KernelType.Index), xRow = k.Parameter("x_row", KernelType.Index), xTap = k.Parameter("x_tap", KernelType.Index);
        Value weightBlock = k.Parameter("weight_block", KernelType.Index);
        var sums = Accumulators(k, pixels, vectors);
        Value At(int p, int q) => yPlane * (q / machine.VectorsPerBlock) + (p * Machine.Block + q % machine.VectorsPerBlock * machine.Lanes);
        k.If(resume, () => Each(sums, (p, q) => k.Assign(sums[p, q], y.Load(At(p, q), machine.Lanes))));
        RegisterTile.Accumulate(k, machine, sums, x, stride * inBlock, weight, weightPanel,
            [new("block", blocks, xBlock, weightBlock), new("row", rows, xRow), new("tap", taps, xTap)],
            new("step", steps, Unroll(inBlock), 1, Machine.Block));
        Each(sums, (p, q) => k.Store(y, At(p, q), sums[p, q]));
        return k.Build(name, $"Convolution: {Text(pixels)} pixels of a row x {Text(vectors * machine.Lanes)} channels in registers.",
            x, weight, weightPanel, y, yPlane, resume, blocks, rows, taps, steps, xBlock, xRow, xTap, weightBlock);
    }

    // dw[channel][lanes] += sum over rows and columns of x[channel] dy[lanes], for one tap of the window.
    private Kernel WeightGradientTile(string name, int channels, int vectors)
    {
        var k = new KernelBuilder();
        Value x = k.Parameter("x", Pointer), xRow = k.Parameter("x_row", KernelType.Index), xPixel = k.Parameter("x_pixel", KernelType.Index);
        Value dy = k.Parameter("dy", Pointer), dyRow = k.Parameter("dy_row", KernelType.Index), dyPlane = k.Parameter("dy_plane", KernelType.Index);
        Value rows = k.Parameter("rows", KernelType.Int), columns = k.Parameter("columns", KernelType.Int);
        Value dw = k.Parameter("dw", Pointer), dwPanel = k.Parameter("dw_panel", KernelType.Index);
        var sums = Accumulators(k, channels, vectors);
        Value At(int c, int q) => dwPanel * (q / machine.VectorsPerBlock) + (c * Machine.Block + q % machine.VectorsPerBlock * machine.Lanes);
        Each(sums, (c, q) => k.Assign(sums[c, q], dw.Load(At(c, q), machine.Lanes)));
        RegisterTile.Accumulate(k, machine, sums, x, 1, dy, dyPlane, [new("row", rows, xRow, dyRow)], new("column", columns, 1, xPixel, Machine.Block));
        Each(sums, (c, q) => k.Store(dw, At(c, q), sums[c, q]));
        return k.Build(name, $"Weight gradient of one tap: {Text(channels)} input x {Text(vectors * machine.Lanes)} output channels in registers.",
            x, xRow, xPixel, dy, dyRow, dyPlane, rows, columns, dw, dwPanel);
    }

    private Kernel Pick(string name, IReadOnlyList<Value> parameters)
    {
        var k = new KernelBuilder();
        Value pixels = k.Parameter("pixels", KernelType.Int);
        foreach (var parameter in parameters) k.Parameter(parameter.Name, parameter.Type);
        Choose(1, machine.Pixels);
        return k.Build(name, $"Convolution of 1 to {Text(machine.Pixels)} pixels of a row: picks the tile.", [pixels, .. parameters]);

        void Choose(int low, int high)
        {
            if (low == high)
            {
                k.Call($"{name}_{Text(low)}", [.. parameters]);
                return;
            }
            int middle = (low + high + 1) / 2;
            k.If(pixels < middle, () => Choose(low, middle - 1), () => Choose(middle, high));
        }
    }

    private Value[,] Accumulators(KernelBuilder k, int rows, int vectors)
    {
        var sums = new Value[rows, vectors];
        Each(sums, (p, q) => sums[p, q] = k.Let($"sum{Text(p)}_{Text(q)}", Value.Float(0).Spread(machine.Lanes)));
        return sums;
    }

    private static void Each(Value[,] sums, Action<int, int> body)
    {
        for (int p = 0; p < sums.GetLength(0); p++)
            for (int q = 0; q < sums.GetLength(1); q++) body(p, q);
    }

    private static string Text(int value) => Literal.Of(value);
}

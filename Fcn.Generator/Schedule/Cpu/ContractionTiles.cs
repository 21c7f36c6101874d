namespace Fcn.Generator.Schedule;

// The tile functions of one machine: kernels that differ in no literal share one, so a network has a few, not one per layer.
// Every family has a function per number of pixels and one that picks among them.
internal sealed class ContractionTiles(Machine machine)
{
    private readonly Dictionary<string, IReadOnlyList<Kernel>> _families = [];

    /// By name: the functions of a family.
    public IReadOnlyDictionary<string, IReadOnlyList<Kernel>> Families => _families;

    public sealed record ConvFamily(string Name, int Vectors, int PixelStep, IReadOnlyList<RegisterTile.Loop> Loops);

    /// Name of the function that computes 1 to machine.Pixels outputs of a row.
    public string Conv(ConvFamily family)
    {
        string name = FormattableString.Invariant($"{family.Name}_x{family.Vectors * machine.Lanes}");
        if (_families.ContainsKey(name)) return name;
        var tiles = Enumerable.Range(1, machine.Pixels).Select(pixels => ConvTile(FormattableString.Invariant($"{name}_{pixels}"), family, pixels)).ToList();
        _families[name] = [Pick(name, tiles[0].Parameters), .. tiles];
        return name;
    }

    public string WeightGradient(string name, int channels, int vectors, IReadOnlyList<RegisterTile.Loop> loops)
    {
        name = FormattableString.Invariant($"{name}_{channels}x{vectors * machine.Lanes}");
        if (!_families.ContainsKey(name)) _families[name] = [WeightGradientTile(name, channels, vectors, loops)];
        return name;
    }

    // y[pixel][lanes] = or += sum over blocks, rows and steps of x[pixel] weight[lanes].
    private Kernel ConvTile(string name, ConvFamily family, int pixels)
    {
        var k = new KernelBuilder();
        var pointer = KernelType.To(Element.Float);
        Value x = k.Parameter("x", pointer), weight = k.Parameter("weight", pointer), weightNext = k.Parameter("weight_next", KernelType.Index);
        Value blocks = k.Parameter("blocks", KernelType.Int), y = k.Parameter("y", pointer), yNext = k.Parameter("y_next", KernelType.Index);
        Value resume = k.Parameter("resume", KernelType.Bool);
        var parameters = new List<Value> { x, weight, weightNext, blocks, y, yNext, resume };
        parameters.AddRange(family.Loops.Select(static l => l.Count).Where(static c => c.Op == KernelOp.Variable && c.Name != "blocks").Select(c => k.Parameter(c.Name, c.Type)));
        var loops = family.Loops.Select(l =>
        {
            if (l.AStep.Op == KernelOp.Constant) return l;
            var step = k.Parameter($"x_{l.Name}", KernelType.Index);
            parameters.Add(step);
            return l with { AStep = step };
        }).ToList();

        var sums = Sums(k, pixels, family.Vectors);
        Value At(int p, int q) => yNext * (q / machine.VectorsPerBlock) + (p * Machine.Block + q % machine.VectorsPerBlock * machine.Lanes);
        k.If(resume, () => Each(sums, (p, q) => k.Assign(sums[p, q], y.Load(At(p, q), machine.Lanes))));
        RegisterTile.Accumulate(k, machine, sums, x, weight, weightNext, family.PixelStep, loops);
        Each(sums, (p, q) => k.Store(y, At(p, q), sums[p, q]));
        return k.Build(name, $"{family.Name}: {Text(pixels)} pixels of a row x {Text(family.Vectors * machine.Lanes)} channels in registers.", [.. parameters]);
    }

    // dw[channel][lanes] += sum over rows and columns of x[channel] dy[lanes], for one tap of the kernel.
    private Kernel WeightGradientTile(string name, int channels, int vectors, IReadOnlyList<RegisterTile.Loop> loops)
    {
        var k = new KernelBuilder();
        var pointer = KernelType.To(Element.Float);
        Value x = k.Parameter("x", pointer), xRow = k.Parameter("x_row", KernelType.Index), dy = k.Parameter("dy", pointer);
        Value dyRow = k.Parameter("dy_row", KernelType.Index), dyNext = k.Parameter("dy_next", KernelType.Index);
        Value rows = k.Parameter("rows", KernelType.Int), columns = k.Parameter("columns", KernelType.Int);
        Value dw = k.Parameter("dw", pointer), dwNext = k.Parameter("dw_next", KernelType.Index);
        var sums = Sums(k, channels, vectors);
        Value At(int c, int q) => dwNext * (q / machine.VectorsPerBlock) + (c * Machine.Block + q % machine.VectorsPerBlock * machine.Lanes);
        Each(sums, (c, q) => k.Assign(sums[c, q], dw.Load(At(c, q), machine.Lanes)));
        RegisterTile.Accumulate(k, machine, sums, x, dy, dyNext, 1,
            [loops[0] with { Count = rows, AStep = xRow, BStep = dyRow }, loops[1] with { Count = columns }]);
        Each(sums, (c, q) => k.Store(dw, At(c, q), sums[c, q]));
        return k.Build(name, $"Weight gradient of one tap: {Text(channels)} input x {Text(vectors * machine.Lanes)} output channels in registers.",
            x, xRow, dy, dyRow, dyNext, rows, columns, dw, dwNext);
    }

    private Kernel Pick(string name, IReadOnlyList<Value> parameters)
    {
        var k = new KernelBuilder();
        Value pixels = k.Parameter("pixels", KernelType.Int);
        foreach (var parameter in parameters) k.Parameter(parameter.Name, parameter.Type);
        Choose(1, machine.Pixels);
        return k.Build(name, $"Picks the tile for 1 to {Text(machine.Pixels)} pixels.", [pixels, .. parameters]);

        void Choose(int low, int high)
        {
            if (low == high)
            {
                k.Call(FormattableString.Invariant($"{name}_{low}"), [.. parameters]);
                return;
            }
            int middle = (low + high + 1) / 2;
            k.If(pixels < middle, () => Choose(low, middle - 1), () => Choose(middle, high));
        }
    }

    private Value[,] Sums(KernelBuilder k, int rows, int vectors)
    {
        var sums = new Value[rows, vectors];
        Each(sums, (p, q) => sums[p, q] = k.Let(FormattableString.Invariant($"sum{p}_{q}"), Value.Float(0).Spread(machine.Lanes)));
        return sums;
    }

    private static void Each(Value[,] sums, Action<int, int> body)
    {
        for (int p = 0; p < sums.GetLength(0); p++)
            for (int q = 0; q < sums.GetLength(1); q++) body(p, q);
    }

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

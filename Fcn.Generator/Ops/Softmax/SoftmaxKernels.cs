namespace Fcn.Generator.Ops;

// Softmax and its gradient: all channels of a pixel at once. One item: one row of one image. Absent channels come out as zeros.
internal static class SoftmaxKernels
{
    public static Value Items(MapBuffer map) => Value.Field("N", KernelType.Int) * map.Height;

    public static Kernel Forward(Machine machine, string name, string summary, MapBuffer x, MapBuffer y) =>
        Pixels(name, summary, y, [x], (k, at) =>
        {
            Value[] score = [.. Vectors(machine, x).Select(v => k.Let("score", Present(machine, x, v, at(x, v).Load(0, machine.Lanes))))];
            Value max = k.Let("max", score.Aggregate(Value.Max).ReduceMax());
            Value[] exp = [.. score.Select(s => k.Let("exp", (s - max).Exp()))];
            Value normal = k.Let("normal", Value.Float(1) / exp.Aggregate(static (a, b) => a + b).ReduceAdd());
            foreach (int v in Vectors(machine, x)) k.Store(at(y, v), 0, exp[v / machine.Lanes] * normal);
        });

    public static Kernel Gradient(Machine machine, string name, string summary, MapBuffer dy, MapBuffer y, MapBuffer dx) =>
        Pixels(name, summary, dx, [dy, y], (k, at) =>
        {
            Value[] product = [.. Vectors(machine, y).Select(v => k.Let("product", at(y, v).Load(0, machine.Lanes) * at(dy, v).Load(0, machine.Lanes)))];
            Value sum = k.Let("sum", product.Aggregate(static (a, b) => a + b).ReduceAdd());
            foreach (int v in Vectors(machine, y)) k.Store(at(dx, v), 0, product[v / machine.Lanes] - at(y, v).Load(0, machine.Lanes) * sum);
        });

    private static Kernel Pixels(string name, string summary, MapBuffer target, MapBuffer[] sources, Action<KernelBuilder, Func<MapBuffer, int, Value>> pixel)
    {
        var k = new KernelBuilder();
        Value h = k.Let("h", Value.Item % target.Height), n = k.Let("n", Value.Item / target.Height);
        var access = sources.Append(target).ToDictionary(static m => m, m => new MapAccess(k, m).Declare());
        k.For("w", 0, target.Width, w => pixel(k, (map, channel) => map.Pointer + access[map].At(n, channel / Machine.Block, channel % Machine.Block, h, w)));
        return k.Build(name, summary);
    }

    // First channel of every vector.
    private static IEnumerable<int> Vectors(Machine machine, MapBuffer map) =>
        Enumerable.Range(0, map.Blocks * machine.VectorsPerBlock).Select(v => v * machine.Lanes);

    private static Value Present(Machine machine, MapBuffer map, int first, Value score) =>
        first + machine.Lanes <= map.Channels ? score
        : Value.Select(Value.LaneIndex(machine.Lanes) < Value.Float(map.Channels - first), score, Value.Float(double.NegativeInfinity));
}

namespace Fcn.Generator.Schedule;

// Kernels of the weight gradient's two small relatives: a bias's gradient and the flipped weight.
internal static class BiasAndFlipKernels
{
    /// One item: one block of channels.
    public static Kernel Bias(Machine machine, string name, string summary, MapBuffer dy, WeightBuffer gradient)
    {
        var k = new KernelBuilder();
        MapAccess dys = new MapAccess(k, dy).Declare();
        k.For("lane", 0, Machine.Block, lane =>
        {
            Value at = k.Let("at", Value.Item * Machine.Block + lane);
            Value sum = k.Let("sum", Value.Float(0).Spread(machine.Lanes));
            k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, gradient.Pointer.Load(at, machine.Lanes)));
            k.For("n", 0, Value.Field("N", KernelType.Int), n => k.For("h", 0, dy.Height, h =>
            {
                Value row = k.Let("row", Value.Float(0).Spread(machine.Lanes));
                k.For("w", 0, dy.Width, w => k.Assign(row, row + dy.Pointer.Load(dys.At(n, Value.Item, lane, h, w), machine.Lanes)));
                k.Assign(sum, sum + row);
            }));
            k.Store(gradient.Pointer, at, sum);
        }, machine.Lanes);
        return k.Build(name, summary);
    }

    /// One item: one block of the result, by its output and input channels.
    public static Kernel Flip(string name, string summary, WeightBuffer weight, WeightBuffer flipped)
    {
        var k = new KernelBuilder();
        Value inBlock = k.Let("in_block", Value.Item % flipped.InBlocks), outBlock = k.Let("out_block", Value.Item / flipped.InBlocks);
        int last = weight.Kernel - 1;
        k.For("a", 0, weight.Kernel, a => k.For("b", 0, weight.Kernel, b =>
        {
            Value from = k.Let("from", weight.At(inBlock, outBlock, 0, last - a, last - b)), to = k.Let("to", flipped.At(outBlock, inBlock, 0, a, b));
            k.For("i", 0, Machine.Block, i => k.For("o", 0, Machine.Block, o =>
                k.Store(flipped.Pointer, to + i * Machine.Block + o, weight.Pointer.Load(from + o * Machine.Block + i))));
        }));
        return k.Build(name, summary);
    }
}

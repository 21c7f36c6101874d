using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// Kernels of the weight gradient's two small relatives: a bias's gradient and the flipped weight.
internal static class BiasAndFlipKernels
{
    private static readonly MapRole Dy = new("dy", Machine.Block, Machine.Block);
    private static readonly WeightRole Gradient =
        new("gradient", 1), Weight = new("weight", Machine.Block), Flipped = new("flipped", Machine.Block);

    /// One item: one block of channels.
    public static Kernel Bias(Machine machine)
    {
        var k = new KernelBuilder();
        machine.EachLane(k, lane =>
        {
            Value at = k.Let("at", Value.Item * Machine.Block + lane);
            Value sum = k.Let("sum", Value.Float(0).Spread(machine.Lanes));
            k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, Gradient.Pointer.Load(at, machine.Lanes)));
            k.For("n", 0, Value.Field("N", KernelType.Int), n => k.For("h", 0, Dy.Height, h =>
            {
                Value row = k.Let("row", Value.Float(0).Spread(machine.Lanes));
                k.For("w", 0, Dy.Width, w => k.Assign(row, row + Dy.Pointer.Load(Dy.At(n, Value.Item, lane, h, w), machine.Lanes)));
                k.Assign(sum, sum + row);
            }));
            k.Store(Gradient.Pointer, at, sum);
        });
        return k.Build("bias_gradient", "The gradient's sum over images and pixels: one block of channels.");
    }

    public static IEnumerable<KeyValuePair<string, Value>> BindBias(MapBuffer dy, WeightBuffer gradient) =>
        [.. Dy.Bind(dy), .. Gradient.Bind(gradient)];

    /// One item: one block of the result, by its output and input channels.
    public static Kernel Flip()
    {
        var k = new KernelBuilder();
        Value inBlock = k.Let("in_block", Value.Item % Flipped.InBlocks), outBlock = k.Let("out_block", Value.Item / Flipped.InBlocks);
        Value last = k.Let("last", Weight.Kernel - 1);
        k.For("a", 0, Weight.Kernel, a => k.For("b", 0, Weight.Kernel, b =>
        {
            Value from = k.Let("from", Weight.At(inBlock, outBlock, 0, last - a, last - b)), to = k.Let("to", Flipped.At(outBlock, inBlock, 0, a, b));
            k.For("i", 0, Machine.Block, i => k.For("o", 0, Machine.Block, o =>
                k.Store(Flipped.Pointer, to + i * Machine.Block + o, Weight.Pointer.Load(from + o * Machine.Block + i))));
        }));
        return k.Build("flip_weight", "A weight with inputs and outputs exchanged and its taps in reverse: one block of either.");
    }

    public static IEnumerable<KeyValuePair<string, Value>> BindFlip(WeightBuffer weight, WeightBuffer flipped) =>
        [.. Weight.Bind(weight), .. Flipped.Bind(flipped)];
}

using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

// The index space of plain kernels: one thread per unit of work, in blocks (workgroups) of 256.
internal static class Grid
{
    private const int Threads = GpuMachine.Threads;

    public static Value Blocks(Value count) => (count.To(Element.Index) + (Threads - 1)) / Threads;

    public static Value Pixels(GpuMap map) => Value.Field("N", KernelType.Int).To(Element.Index) * map.Height * map.Width;

    /// Writes what the thread of number i does, for all i below count.
    public static Kernel Each(string name, string summary, Value count, Action<KernelBuilder, Value> body)
    {
        var k = new KernelBuilder();
        return Each(k, name, summary, count, i => body(k, i));
    }

    public static Kernel Each(KernelBuilder k, string name, string summary, Value count, Action<Value> body)
    {
        Value i = k.Let("i", Value.Item * Threads + Value.Thread);
        k.If(i < count, () => body(i));
        return k.Build(name, summary) with { Threads = Threads };
    }

    /// Image, row and column of a pixel by its number in a map; a product costs less than a remainder.
    public static (Value N, Value H, Value W) Place(KernelBuilder k, Value pixel, Value height, Value width)
    {
        Value row = k.Let("row", pixel / width), w = k.Let("w", pixel - row * width), n = k.Let("n", row / height);
        return (n, k.Let("h", row - n * height), w);
    }
}

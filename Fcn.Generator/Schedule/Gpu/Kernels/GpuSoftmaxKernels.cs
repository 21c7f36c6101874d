namespace Fcn.Generator.Schedule.Gpu.Kernels;

// Softmax and its gradient: one thread takes all channels of a pixel. Absent channels come out as zeros.
internal static class GpuSoftmaxKernels
{
    public static Launch Forward(string name, string summary, GpuMap from, GpuMap to)
    {
        GpuMap x = from.As("x"), y = to.As("y");
        return Pixels(name, summary, x, from, y, to, [], (k, pixel) =>
        {
            Value Score(Value c) => Load(x, pixel, c);
            Value max = k.Let("max", Value.Float(double.NegativeInfinity));
            k.For("c", 0, x.Channels, c => k.Assign(max, Value.Max(max, Score(c))));
            Value sum = k.Let("sum", Value.Float(0));
            k.For("c", 0, x.Channels, c => k.Assign(sum, sum + (Score(c) - max).Exp()));
            Value normal = k.Let("normal", Value.Float(1) / sum);
            k.For("c", 0, x.Channels, c => Store(k, y, pixel, c, (Score(c) - max).Exp() * normal));
        });
    }

    public static Launch Gradient(string name, string summary, GpuMap gradient, GpuMap of, GpuMap to)
    {
        GpuMap dy = gradient.As("dy"), y = of.As("x"), dx = to.As("y");
        return Pixels(name, summary, dy, gradient, dx, to, GpuLaunch.Bind(y, of), (k, pixel) =>
        {
            Value sum = k.Let("sum", Value.Float(0));
            k.For("c", 0, y.Channels, c => k.Assign(sum, Value.MultiplyAdd(Load(y, pixel, c), Load(dy, pixel, c), sum)));
            k.For("c", 0, y.Channels, c => Store(k, dx, pixel, c, Load(y, pixel, c) * (Load(dy, pixel, c) - sum)));
        });
    }

    private static Launch Pixels(
        string name, string summary, GpuMap x, GpuMap from, GpuMap y, GpuMap to,
        IEnumerable<KeyValuePair<string, Value>> more, Action<KernelBuilder, Value> body)
    {
        var kernel = Grid.Each(name, summary, Value.Field("N", KernelType.Int) * y.Height * y.Width, (k, pixel) =>
        {
            body(k, pixel);
            k.For("c", y.Channels, y.Pitch, c => Store(k, y, pixel, c, Value.Float(0)));
        });
        return GpuLaunch.Of(kernel, Grid.Blocks(Grid.Pixels(to)), GpuLaunch.Bind(x, from), GpuLaunch.Bind(y, to), more);
    }

    private static Value Load(GpuMap map, Value pixel, Value channel) =>
        map.Pointer.Load(pixel.To(Element.Index) * map.Pitch + channel).To(Element.Float);

    private static void Store(KernelBuilder k, GpuMap map, Value pixel, Value channel, Value value) =>
        k.Store(map.Pointer, pixel.To(Element.Index) * map.Pitch + channel, value.To(map.Element));
}

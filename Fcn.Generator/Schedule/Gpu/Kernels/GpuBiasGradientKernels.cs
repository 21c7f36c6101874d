namespace Fcn.Generator.Schedule.Gpu.Kernels;

// dbias[c] = sum over all pixels of dy. Pixels are cut into slices, one per block, whose strands of threads sum every so manyth pixel; the second
// kernel adds the slices. The order depends on the card's number of multiprocessors and on nothing else.
internal sealed class GpuBiasGradientKernels(string name, string summary, GpuMap map, GpuWeight gradient)
{
    private const int PixelsPerStrand = 16, Columns = 32, Strands = Grid.Threads / Columns;

    private readonly GpuMap _dy = map.As("dy");

    private static Value Slices => Value.Field("slices", KernelType.Int);

    private static Value Partial => Value.Field("partial", KernelType.To(Element.Float));

    private int Lanes => GpuMap.BytesOf(map.Element) == 2 ? 8 : 4;

    // Vectors of a pixel, and how many of them one block takes.
    private int Vectors => map.Pitch / Lanes;

    private int Width => Math.Min(Vectors, Grid.Threads);

    private int Chunks => (Vectors + Width - 1) / Width;

    private int PixelsAtOnce => Grid.Threads / Width;

    public IEnumerable<Launch> Launches(IGpuPlanner planner)
    {
        int slice = PixelsAtOnce * PixelsPerStrand;
        Value slices = planner.Size(GeneratedName.Of(name, "slices"), Value.Max(1, Value.Min(
            Value.Field("Processors", KernelType.Int) * 4, ((Grid.Pixels(map) + (slice - 1)) / slice).To(Element.Int))));
        Value partial = planner.Buffer(GeneratedName.Of(name, "partial"), Element.Float, slices.To(Element.Index) * (map.Pitch * 4));
        KeyValuePair<string, Value>[] bindings = [new("slices", slices), new("partial", partial)];
        yield return GpuLaunch.Of(Slice(), slices * Chunks, GpuLaunch.Bind(_dy, map), bindings);
        yield return GpuLaunch.Of(Sum(), (map.Channels + Columns - 1) / Columns, GpuLaunch.Bind(gradient.As("gradient")), bindings);
    }

    private Kernel Slice()
    {
        var k = new KernelBuilder();
        Value chunk = Chunks == 1 ? 0 : k.Let("chunk", Value.Item % Chunks), slice = Chunks == 1 ? Value.Item : k.Let("slice", Value.Item / Chunks);
        Value strand = k.Let("strand", Value.Thread / Width), vector = k.Let("vector", chunk * Width + Value.Thread % Width);
        Value pixels = k.Let("pixels", Value.Field("N", KernelType.Int) * _dy.Height * _dy.Width);
        Value count = k.Let("count", (pixels + (Slices - 1)) / Slices);
        Value from = k.Let("from", slice * count), to = k.Let("to", Value.Min(pixels, from + count));
        Value sum = k.Let("sum", Value.Float(0).Spread(Lanes));
        var sums = k.Shared("sums", Element.Float, Grid.Threads * Lanes);
        k.If((strand < PixelsAtOnce) & (vector < Vectors), () =>
        {
            k.For("pixel", from + strand, to, pixel =>
                k.Assign(sum, sum + _dy.Pointer.Load(pixel.To(Element.Index) * _dy.Pitch + vector * Lanes, Lanes).To(Element.Float)), PixelsAtOnce);
            k.Store(sums, Value.Thread * Lanes, sum);
        });
        k.Barrier();
        k.If((strand < 1) & (vector < Vectors), () =>
        {
            k.For("other", 1, PixelsAtOnce, other => k.Assign(sum, sum + sums.Load((other * Width + Value.Thread) * Lanes, Lanes)));
            k.Store(Partial, (slice * _dy.Pitch + vector * Lanes).To(Element.Index), sum);
        });
        return k.Build($"{name}_slices", summary) with { Threads = Grid.Threads };
    }

    // One block: 32 channels, whose slices are summed by 8 threads each.
    private Kernel Sum()
    {
        var k = new KernelBuilder();
        Value channel = k.Let("channel", Value.Item * Columns + Value.Thread % Columns), strand = k.Let("strand", Value.Thread / Columns);
        Value sum = k.Let("sum", Value.Float(0));
        var sums = k.Shared("sums", Element.Float, Grid.Threads);
        k.If(channel < _dy.Channels, () =>
        {
            k.For("slice", strand, Slices, slice => k.Assign(sum, sum + Partial.Load((slice * _dy.Pitch + channel).To(Element.Index))), Strands);
            k.Store(sums, Value.Thread, sum);
        });
        k.Barrier();
        k.If((strand < 1) & (channel < _dy.Channels), () =>
        {
            k.For("other", 1, Strands, other => k.Assign(sum, sum + sums.Load(other * Columns + Value.Thread)));
            Value gradients = gradient.As("gradient").Pointer;
            k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, sum + gradients.Load(channel)));
            k.Store(gradients, channel, sum);
        });
        return k.Build(name, $"{name}: the slices added.") with { Threads = Grid.Threads };
    }
}

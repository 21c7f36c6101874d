using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Kernels;

// dbias[c] = sum over all pixels of dy. Pixels are cut into slices. A block sums one slice: its threads form strands, of which strand s takes the pixels
// s, s + strands, and so on, and the strands' sums are added. The second kernel adds the slices. The order of summation depends on the card's number of
// multiprocessors and on nothing else.
internal sealed class GpuBiasGradientKernels(string name, GpuMap map, GpuWeight gradient)
{
    private const int Threads = GpuMachine.Threads, PixelsPerStrand = 16, Columns = 32, ColumnStrands = Threads / Columns;

    private readonly GpuMap _dy = map.As("dy");

    private static Value Slices => Value.Field("slices", KernelType.Int);

    // How a block's threads lie over a slice, as the kernel knows it: vectors of a pixel, of them those of one block, blocks beside each other, strands.
    private static Value Vectors => Value.Field("vectors", KernelType.Int);

    private static Value Width => Value.Field("width", KernelType.Int);

    private static Value Chunks => Value.Field("chunks", KernelType.Int);

    private static Value Strands => Value.Field("strands", KernelType.Int);

    private static Value Partial => Value.Field("partial", KernelType.To(Element.Float));

    private int Lanes => GpuMap.BytesOf(map.Element) == 2 ? 8 : 4;

    public IReadOnlyList<Launch> Launches(IGpuPlanner planner)
    {
        int vectors = map.Pitch / Lanes, width = Math.Min(vectors, Threads), chunks = (vectors + width - 1) / width, strands = Threads / width;
        int slice = strands * PixelsPerStrand;
        Value slices = planner.Size(GeneratedName.Of(name, "slices"), Value.Max(1, Value.Min(
            Value.Field("Processors", KernelType.Int) * 4, ((Grid.Pixels(map) + (slice - 1)) / slice).To(Element.Int))));
        Value partial = planner.Buffer(GeneratedName.Of(name, "partial"), Element.Float, slices.To(Element.Index) * (map.Pitch * 4));
        KeyValuePair<string, Value>[] bindings =
        [
            .. GpuLaunch.Bind(_dy, map), .. GpuLaunch.Bind(gradient.As("gradient")), new("slices", slices), new("partial", partial),
            new(Vectors.Name, vectors), new(Width.Name, width), new(Chunks.Name, chunks), new(Strands.Name, strands),
        ];
        return [GpuLaunch.Of(Slice(), slices * chunks, bindings), GpuLaunch.Of(Sum(), (map.Channels + Columns - 1) / Columns, bindings)];
    }

    private Kernel Slice()
    {
        var k = new KernelBuilder();
        Value chunk = k.Let("chunk", Value.Item % Chunks), slice = k.Let("slice", Value.Item / Chunks);
        Value strand = k.Let("strand", Value.Thread / Width), vector = k.Let("vector", chunk * Width + Value.Thread % Width);
        Value pixels = k.Let("pixels", Value.Field("N", KernelType.Int) * _dy.Height * _dy.Width);
        Value count = k.Let("count", (pixels + (Slices - 1)) / Slices);
        Value from = k.Let("from", slice * count), to = k.Let("to", Value.Min(pixels, from + count));
        Value sum = k.Let("sum", Value.Float(0).Spread(Lanes));
        var sums = k.Shared("sums", Element.Float, Threads * Lanes);
        k.If((strand < Strands) & (vector < Vectors), () =>
        {
            k.For("pixel", from + strand, to, pixel =>
                k.Assign(sum, sum + _dy.Pointer.Load(pixel.To(Element.Index) * _dy.PitchField + vector * Lanes, Lanes).To(Element.Float)), Strands);
            k.Store(sums, Value.Thread * Lanes, sum);
        });
        k.Barrier();
        k.If((strand < 1) & (vector < Vectors), () =>
        {
            k.For("other", 1, Strands, other => k.Assign(sum, sum + sums.Load((other * Width + Value.Thread) * Lanes, Lanes)));
            k.Store(Partial, (slice * _dy.PitchField + vector * Lanes).To(Element.Index), sum);
        });
        return k.Build($"bias_gradient_slices_{GpuMap.Word(map.Element)}", "Sums of a gradient over slices of its pixels, by channel.") with { Threads = Threads };
    }

    // One block: 32 channels, whose slices are summed by 8 threads each.
    private Kernel Sum()
    {
        var k = new KernelBuilder();
        Value channel = k.Let("channel", Value.Item * Columns + Value.Thread % Columns), strand = k.Let("strand", Value.Thread / Columns);
        Value sum = k.Let("sum", Value.Float(0));
        var sums = k.Shared("sums", Element.Float, Threads);
        k.If(channel < _dy.ChannelsField, () =>
        {
            k.For("slice", strand, Slices, slice => k.Assign(sum, sum + Partial.Load((slice * _dy.PitchField + channel).To(Element.Index))), ColumnStrands);
            k.Store(sums, Value.Thread, sum);
        });
        k.Barrier();
        k.If((strand < 1) & (channel < _dy.ChannelsField), () =>
        {
            k.For("other", 1, ColumnStrands, other => k.Assign(sum, sum + sums.Load(other * Columns + Value.Thread)));
            Value gradients = gradient.As("gradient").Pointer;
            k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, sum + gradients.Load(channel)));
            k.Store(gradients, channel, sum);
        });
        return k.Build("bias_gradient_sum", "Adds the slices of a bias' gradient, in order.") with { Threads = Threads };
    }
}

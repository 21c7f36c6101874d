namespace Fcn.Generator.Schedule.Gpu.Kernels;

// Sums over all pixels by channel: gradients of biases, statistics of batches. Pixels are cut into slices. A block sums one slice: its threads form
// strands, of which strand s takes the pixels s, s + strands, and so on, and the strands' sums are added. The second kernel adds the slices. The order of
// summation depends on the card's number of multiprocessors and on nothing else; chains of additions are short, so that they need no compensation.
// Adds: whether the target may hold a sum already that is added to; the arena's vectors hold none, and zeros behind the last channel.
internal sealed class GpuChannelSumKernels(
    string name, ChannelSum op, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights, GpuWeight target, bool adds)
{
    private const int Threads = GpuMachine.Threads, PixelsPerStrand = 16, Columns = 32, ColumnStrands = Threads / Columns;

    private readonly GpuMap _map = maps[0]!;

    // The first map's is dy, in gradients of biases the only one.
    private readonly IReadOnlyList<GpuMap?> _maps = [.. maps.Select(static (m, i) => m?.As(i == 0 ? "dy" : FormattableString.Invariant($"x{i}")))];

    private readonly IReadOnlyList<GpuWeight?> _vectors = [.. weights.Select(static (w, i) => w?.As(GpuOperands.Vector(i)))];

    private static Value Slices => Value.Field("slices", KernelType.Int);

    // How a block's threads lie over a slice, as the kernel knows it: vectors of a pixel, of them those of one block, blocks beside each other, strands.
    private static Value Vectors => Value.Field("vectors", KernelType.Int);

    private static Value Width => Value.Field("width", KernelType.Int);

    private static Value Chunks => Value.Field("chunks", KernelType.Int);

    private static Value Strands => Value.Field("strands", KernelType.Int);

    private static Value Partial => Value.Field("partial", KernelType.To(Element.Float));

    private GpuMap Dy => _maps[0]!;

    private int Lanes => maps.OfType<GpuMap>().All(static m => GpuMap.BytesOf(m.Element) == 2) ? 8 : 4;

    private string Elements => string.Join("_", maps.OfType<GpuMap>().Select(static m => GpuMap.Word(m.Element)));

    public IReadOnlyList<Launch> Launches(IGpuPlanner planner)
    {
        int vectors = _map.Pitch / Lanes, width = Math.Min(vectors, Threads), chunks = (vectors + width - 1) / width, strands = Threads / width;
        int slice = strands * PixelsPerStrand;
        Value slices = planner.Size(GeneratedName.Of(name, "slices"), Value.Max(1, Value.Min(
            Value.Field("Processors", KernelType.Int) * 4, ((Grid.Pixels(_map) + (slice - 1)) / slice).To(Element.Int))));
        Value partial = planner.Buffer(GeneratedName.Of(name, "partial"), Element.Float, slices.To(Element.Index) * (_map.Pitch * 4));
        KeyValuePair<string, Value>[] bindings =
        [
            .. maps.Zip(_maps, static (m, role) => m is null ? [] : GpuLaunch.Bind(role!, m)).SelectMany(static b => b),
            .. _vectors.OfType<GpuWeight>().SelectMany(GpuLaunch.Bind), .. GpuLaunch.Bind(target.As("gradient")), new("slices", slices), new("partial", partial),
            new(Vectors.Name, vectors), new(Width.Name, width), new(Chunks.Name, chunks), new(Strands.Name, strands),
        ];
        return [GpuLaunch.Of(Slice(), slices * chunks, bindings), GpuLaunch.Of(Sum(), ((adds ? _map.Channels : _map.Pitch) + Columns - 1) / Columns, bindings)];
    }

    private Kernel Slice()
    {
        var k = new KernelBuilder();
        Value chunk = k.Let("chunk", Value.Item % Chunks), slice = k.Let("slice", Value.Item / Chunks);
        Value strand = k.Let("strand", Value.Thread / Width), vector = k.Let("vector", chunk * Width + Value.Thread % Width);
        Value pixels = k.Let("pixels", Value.Field("N", KernelType.Int) * Dy.Height * Dy.Width);
        Value count = k.Let("count", (pixels + (Slices - 1)) / Slices);
        Value from = k.Let("from", slice * count), to = k.Let("to", Value.Min(pixels, from + count));
        Value sum = k.Let("sum", Value.Float(0).Spread(Lanes));
        var sums = k.Shared("sums", Element.Float, Threads * Lanes);
        k.If((strand < Strands) & (vector < Vectors), () =>
        {
            List<Value?> vectors = [.. _vectors.Select(v => v is null ? null : k.Let(v.Name, v.Pointer.Load(vector * Lanes, Lanes)))];
            k.For("pixel", from + strand, to, pixel => k.Assign(sum, sum + op.Term([.. _maps.Select((m, i) =>
                m is null ? vectors[i]! : m.Pointer.Load(pixel.To(Element.Index) * m.PitchField + vector * Lanes, Lanes).To(Element.Float))])), Strands);
            k.Store(sums, Value.Thread * Lanes, sum);
        });
        k.Barrier();
        k.If((strand < 1) & (vector < Vectors), () =>
        {
            k.For("other", 1, Strands, other => k.Assign(sum, sum + sums.Load((other * Width + Value.Thread) * Lanes, Lanes)));
            k.Store(Partial, (slice * Dy.PitchField + vector * Lanes).To(Element.Index), sum);
        });
        return k.Build($"{op.Word}_slices_{Elements}", $"{op.Word}: sums over slices of the pixels, by channel.") with { Threads = Threads };
    }

    // One block: 32 channels, whose slices are summed by 8 threads each.
    private Kernel Sum()
    {
        var k = new KernelBuilder();
        Value channel = k.Let("channel", Value.Item * Columns + Value.Thread % Columns), strand = k.Let("strand", Value.Thread / Columns);
        Value sum = k.Let("sum", Value.Float(0));
        var sums = k.Shared("sums", Element.Float, Threads);
        Value channels = adds ? Dy.ChannelsField : Dy.PitchField;
        k.If(channel < channels, () =>
        {
            k.For("slice", strand, Slices, slice => k.Assign(sum, sum + Partial.Load((slice * Dy.PitchField + channel).To(Element.Index))), ColumnStrands);
            k.Store(sums, Value.Thread, sum);
        });
        k.Barrier();
        k.If((strand < 1) & (channel < channels), () =>
        {
            k.For("other", 1, ColumnStrands, other => k.Assign(sum, sum + sums.Load(other * Columns + Value.Thread)));
            Value gradients = target.As("gradient").Pointer;
            if (adds) k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, sum + gradients.Load(channel)));
            k.Store(gradients, channel, op.Finish(sum, ChannelOp.Pixels(Dy.Height, Dy.Width)));
        });
        return k.Build($"{op.Word}_sum", $"{op.Word}: adds the slices, in order.") with { Threads = Threads };
    }
}

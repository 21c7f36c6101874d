namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Parameters as they are learned, [o][a][b][i] in fp32 → as a convolution's tiles read them: [tile of columns][step] and in each the whole step in the
// order of shared memory. Flipped: for the gradient of the input, whose outputs are i, whose sum runs over o, and whose taps are reversed.
internal sealed class PackWeights(ConvGeometry geometry, int inChannels, bool flipped)
{
    public const int Threads = 256;

    private readonly KernelBuilder _k = new();

    /// One thread writes 16 bytes.
    public long Blocks => (geometry.PackedBytes / 16 + Threads - 1) / Threads;

    /// Roles: parameters, weight.
    public Kernel Lower(string name)
    {
        Value index = _k.Let("index", Value.Item * Threads + Value.Thread);
        _k.If(index < (int)(geometry.PackedBytes / 16), () =>
        {
            if (geometry.Machine.Unit == MatrixUnit.None) Plain(index);
            else Swizzled(index);
        });
        return _k.Build(name, FormattableString.Invariant($"Weights of a convolution {geometry.Words} for its tiles{(flipped ? ", flipped" : "")}.")) with { Threads = Threads };
    }

    // [row = channel of the tile][8 chunks], chunk q at q ^ f(row), see MatrixConv. Neighbouring threads take neighbouring i, which are neighbours in memory.
    private void Swizzled(Value index)
    {
        int rows = geometry.TileColumns;
        Value step = _k.Let("step", index / (rows * 8)), within = _k.Let("within", index % (rows * 8));
        Value row = _k.Let("row", flipped ? within % rows : within >> 3), chunk = _k.Let("chunk", flipped ? within / rows : within & 7);
        Value channel = _k.Let("channel", step / geometry.Steps * rows + row);
        var (tap, part, exists) = geometry.Place(step % geometry.Steps, chunk);
        Value which = _k.Let("tap", tap), first = _k.Let("first", part * geometry.Chunk);
        Value there = _k.Let("there", exists is null ? channel < geometry.OutChannels : channel < geometry.OutChannels & exists);
        Value place = (step * rows + row) * 8 + (chunk ^ ((((row >> 3) & 3) << 1) | (row & 1)));
        Store(place, [.. Enumerable.Range(0, geometry.Chunk).Select(e => Weight(there, channel, which, first + e))]);
    }

    // [depth][column]: four columns of one depth per thread.
    private void Plain(Value index)
    {
        int columns = geometry.TileColumns / 4, depths = geometry.StepChunks * geometry.Chunk;
        Value step = _k.Let("step", index / (columns * depths)), depth = _k.Let("depth", index / columns % depths);
        Value channel = _k.Let("channel", step / geometry.Steps * geometry.TileColumns + index % columns * 4);
        var (tap, part, exists) = geometry.Place(step % geometry.Steps, depth / geometry.Chunk);
        Value which = _k.Let("tap", tap), from = _k.Let("from", part * geometry.Chunk + depth % geometry.Chunk);
        Store(index, [.. Enumerable.Range(0, 4).Select(e =>
        {
            Value there = channel + e < geometry.OutChannels;
            return Weight(_k.Let("there", exists is null ? there : there & exists), channel + e, which, from);
        })]);
    }

    private void Store(Value place, Value[] values) =>
        _k.Store(Value.Field("weight", KernelType.To(geometry.Machine.Factor)), place.To(Element.Index) * geometry.Chunk, Value.Compose(values).To(geometry.Machine.Factor));

    // 0 where there is no such channel: a product with what lies beyond a map's channels stays 0.
    private Value Weight(Value there, Value column, Value tap, Value depth)
    {
        Value inside = _k.Let("inside", depth < inChannels & there);
        Value o = flipped ? depth : column, i = flipped ? column : depth;
        int ins = flipped ? geometry.OutChannels : inChannels;
        Value at = (o * geometry.Taps + (flipped ? geometry.Taps - 1 - tap : tap)).To(Element.Index) * ins + i;
        Value value = Value.Field("parameters", KernelType.To(Element.Float)).Load(Value.Select(inside, at, (Value)0L), 1);
        return _k.Let("value", Value.Select(inside, value, Value.Float(0)));
    }
}

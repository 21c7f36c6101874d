using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Parameters as they are learned, [o][a][b][i] in fp32 → as a convolution's tiles read them: [tile of columns][step] and in each the whole step in the
// order of shared memory. Behind them lies the table of chunks: here, and nowhere else, is known which chunk of the sum is which channels of which tap.
// Flipped: for the gradient of the input, whose outputs are i, whose sum runs over o, and whose taps are reversed.
internal sealed class PackWeights(GpuMachine machine, bool flipped)
{
    private readonly int _chunk = 16 / machine.Bytes, _stepChunks = ConvTile.StepChunksOf(machine);

    /// What one layer's weights are to the kernel.
    public static IEnumerable<KeyValuePair<string, Value>> Bind(ConvGeometry geometry, int inChannels, bool flipped) =>
    [
        .. PixelTable.Bind(geometry.Conv), new("taps", geometry.Taps), new("run", geometry.Run), new("chunks", geometry.Chunks), new("steps", geometry.Steps),
        new("tile", geometry.Tile.Columns), new("step_chunks", geometry.Tile.Columns * geometry.StepChunks),
        new("weights", geometry.PackedChunks), new("entries", geometry.TableEntries),
        new("outs", geometry.OutChannels), new("ins", inChannels), new("innermost", flipped ? geometry.OutChannels : inChannels),
    ];

    /// Roles: parameters, packed, table, and those of Bind. A thread writes 16 bytes.
    public Kernel Lower() => Grid.Each(
        $"pack_{(flipped ? "flipped_" : "")}weights_{machine.Name}", "Weights of a convolution in the order of its tiles, and the table of their chunks.",
        Int("weights") + Int("entries"), (k, index) => k.If(index < Int("weights"), () =>
        {
            if (machine.Unit == MatrixUnit.None) Plain(k, index);
            else Swizzled(k, index);
        }, () => Entry(k, k.Let("entry", index - Int("weights")))));

    // [row = channel of the tile][8 chunks], where chunk q lies at q ^ f(row), the XOR swizzle of MatrixConv. Neighbouring threads take neighbouring i, which
    // are neighbours in memory.
    private void Swizzled(KernelBuilder k, Value index)
    {
        Value rows = Int("tile"), step = k.Let("step", index / Int("step_chunks")), within = k.Let("within", index % Int("step_chunks"));
        Value row = k.Let("row", flipped ? within % rows : within >> 3), chunk = k.Let("chunk", flipped ? within / rows : within & 7);
        Value channel = k.Let("channel", step / Int("steps") * rows + row);
        var (tap, part, exists) = Place(k, k.Let("place", step % Int("steps") * _stepChunks + chunk));
        Value first = k.Let("first", part * _chunk), there = k.Let("there", channel < Int("outs") & exists);
        Value to = (step * rows + row) * 8 + (chunk ^ ((((row >> 3) & 3) << 1) | (row & 1)));
        Store(k, to, [.. Enumerable.Range(0, _chunk).Select(e => Weight(k, there, channel, tap, first + e))]);
    }

    // [depth][column]: four columns of one depth per thread.
    private void Plain(KernelBuilder k, Value index)
    {
        const int columns = PlainTile.Side / 4;
        Value step = k.Let("step", index / (columns * PlainTile.Depth)), depth = k.Let("depth", index / columns % PlainTile.Depth);
        Value channel = k.Let("channel", step / Int("steps") * PlainTile.Side + index % columns * 4);
        var (tap, part, exists) = Place(k, k.Let("place", step % Int("steps") * _stepChunks + depth / _chunk));
        Value from = k.Let("from", part * _chunk + depth % _chunk);
        Store(k, index, [.. Enumerable.Range(0, 4).Select(e => Weight(k, k.Let("there", channel + e < Int("outs") & exists), channel + e, tap, from))]);
    }

    // An entry of the table: rows and columns between the first tap and this one, bytes before its channels, and the bits of the tap.
    private static void Entry(KernelBuilder k, Value index)
    {
        var (tap, part, exists) = Place(k, index);
        var (down, across) = PixelTable.Distance(tap);
        k.Store(Value.Field("table", KernelType.To(Element.Int)), index * 4,
            Value.Compose([down, across, part * 16, Value.Select(exists, PixelTable.Bits(tap), Value.Int(PixelTable.NoTap))]));
    }

    // Which tap a chunk of the sum is of, which of the tap's chunks it is, and whether there is one.
    private static (Value Tap, Value Part, Value Exists) Place(KernelBuilder k, Value index)
    {
        Value run = k.Let("run_of", index / Int("run")), tap = k.Let("tap", run % Int("taps"));
        return (tap, k.Let("part", run / Int("taps") * Int("run") + index % Int("run")), k.Let("exists", index < Int("chunks")));
    }

    private void Store(KernelBuilder k, Value place, Value[] values) =>
        k.Store(Value.Field("packed", KernelType.To(machine.Factor)), place.To(Element.Index) * _chunk, Value.Compose(values).To(machine.Factor));

    // 0 where there is no such channel: a product with what lies beyond a map's channels stays 0.
    private Value Weight(KernelBuilder k, Value there, Value column, Value tap, Value depth)
    {
        Value value = k.Let("value", Value.Float(0));
        var (o, i) = flipped ? (depth, column) : (column, depth);
        Value at = (o * Int("taps") + (flipped ? Int("taps") - 1 - tap : tap)).To(Element.Index) * Int("innermost") + i;
        k.If(depth < Int("ins") & there, () => k.Assign(value, Value.Field("parameters", KernelType.To(Element.Float)).Load(at)));
        return value;
    }

    private static Value Int(string name) => Value.Field(name, KernelType.Int);
}

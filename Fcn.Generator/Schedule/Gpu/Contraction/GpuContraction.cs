using Fcn.Generator.Declaration;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Launches of the contractions: packs the weights once, tables the pixels, and runs the product on the units that the machine has.
internal sealed class GpuContraction(IGpuPlanner planner, string name)
{
    private static readonly Value Images = Value.Field("N", KernelType.Int);

    public static bool Fits(Conv conv) => ConvGeometry.Fits(conv);

    /// A dense convolution with what is fused to it; inputs in the node's order, weights (packed or flipped by their packing) beside maps.
    public IReadOnlyList<Launch> Conv(Node node, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights, GpuMap y)
    {
        var fused = node.Op as Fused;
        var conv = (Conv)(fused?.Core ?? node.Op);
        var (x, weight, bias) = (maps[0]!, weights[1]!, (fused?.CoreInputs ?? node.Inputs.Count) > 2 ? weights[2] : null);
        var (geometry, operands) = (new ConvGeometry(planner.Machine, conv, x.Pitch, weight.Out), new GpuOperands(y, maps, weights));
        var form = ConvForm.Of(geometry.Tile, bias is not null, fused, [.. operands.Maps, operands.Y]);
        var tail = fused is null ? (Func<KernelBuilder, Value, Value, Value, Value>?)null : Tail;
        var epilogue = form.Pools ? new PoolEpilogue(form.Tile, operands.Y, form.Bias, tail) : new ConvEpilogue(form.Tile, operands.Y, form.Bias, tail);
        var kernel = planner.Kernel(form, form.Name, form.Summary, () => planner.Machine.Unit == MatrixUnit.None
            ? new PlainConv(form.Tile).Lower(form.Name, form.Summary, epilogue)
            : new MatrixConv(form.Tile).Lower(form.Name, form.Summary, epilogue));

        Value pixels = Pixels(y), rows = form.Pools ? planner.Size(GeneratedName.Of(y.Name, "rows"), epilogue.Rows(pixels)) : pixels;
        bool whole = !geometry.CanSplit;
        Value splits = whole ? 1 : planner.Size(GeneratedName.Of(name, "splits"), geometry.Splits(rows)), tiles = geometry.Tiles(rows), packed = Packed(geometry, weight);
        List<KeyValuePair<string, Value>> bindings =
        [
            .. operands.Bindings, .. Sizes(conv, x), new("packed", packed), new("chunks", TableOf(packed, geometry)), new("table", Table(conv, x, y, rows, form.Pools)),
            new("pixels", pixels), new("steps", geometry.Steps), new("column_tiles", geometry.ColumnTiles), new("row_tiles", tiles / geometry.ColumnTiles),
            new("groups", y.Pitch / 8), new("splits", splits),
            new("partial", whole ? NoParts(packed) : planner.Buffer(GeneratedName.Of(name, "parts"), Element.Float, geometry.PartialBytes(splits, rows))),
        ];
        var product = GpuLaunch.Of(kernel, tiles * splits, bindings);
        if (whole) return [product];
        var sum = planner.Kernel((form, "sum"), form.SumName, ConvEpilogue.SumSummary, () => epilogue.Sum(form.SumName));
        return [product, GpuLaunch.Of(sum, Value.Select(splits.Equals(1), (Value)0L, Grid.Blocks(pixels * (y.Pitch / 8))), bindings)];

        Value Tail(KernelBuilder k, Value pixel, Value channel, Value value) => fused!.Finish(
            new GpuPoint(k, value.Type.Lanes, operands.Maps, operands.Weights)
            {
                N = pixel / (operands.Y.Height * operands.Y.Width),
                H = pixel / operands.Y.Width % operands.Y.Height,
                W = pixel % operands.Y.Width,
                First = channel,
                Pixel = (pixel, y.Size),
            }, value);
    }

    /// The gradient of a dense convolution's weight, in the memory of gradients.
    public IReadOnlyList<Launch> WeightGradient(Conv conv, GpuMap x, GpuMap dy, GpuWeight gradient)
    {
        var geometry = new GradientGeometry(planner.Machine, conv, gradient.In, x.Pitch, gradient.Out);
        string kernelName = $"weight_gradient_{geometry.Tile.Name}";
        const string summary = "The gradient of a convolution's weight: products of gradients and the pixels under every tap.";
        var kernel = planner.Kernel(geometry.Tile, kernelName, summary, () => planner.Machine.Unit == MatrixUnit.None
            ? new PlainGradient(geometry.Tile).Lower(kernelName, summary)
            : new MatrixGradient(geometry.Tile).Lower(kernelName, summary));
        Value pixels = Pixels(dy);
        Value partial = geometry.IsDirect ? gradient.Memory : planner.Buffer(GeneratedName.Of(name, "parts"), Element.Float, (Value)geometry.PartialBytes);
        KeyValuePair<string, Value>[] bindings =
        [
            .. geometry.Bind(), .. GpuLaunch.Bind(x.As("x"), x), .. GpuLaunch.Bind(dy.As("dy"), dy), new("table", Table(conv, x, dy, pixels, windows: false)),
            new("pixels", pixels), new("gradient", gradient.Memory), new("partial", partial),
        ];
        var product = GpuLaunch.Of(kernel, geometry.Blocks, bindings);
        return geometry.IsDirect ? [product] : [product, GpuLaunch.Of(GradientEpilogue.Sum(), Grid.Blocks(geometry.Length), bindings)];
    }

    private Value Pixels(GpuMap map) => planner.Size(GeneratedName.Of(map.Name, "pixels"), Images * map.Height * map.Width);

    // Of the map that a convolution makes, before it is pooled.
    private static KeyValuePair<string, Value>[] Sizes(Conv conv, GpuMap x) =>
        [new("out_H", PixelTable.Out(conv, x.Height)), new("out_W", PixelTable.Out(conv, x.Width))];

    private Value Packed(ConvGeometry geometry, GpuWeight weight)
    {
        string way = weight.Flipped ? "flipped" : "packed", packed = GeneratedName.Of(GeneratedName.Of(weight.Name), way);
        return planner.Packed(packed, geometry.Machine.Factor, geometry.PackedBytes, weight.Flipped, memory => GpuLaunch.Of(
            new PackWeights(geometry.Machine, weight.Flipped).Lower(), Grid.Blocks(geometry.PackedChunks + geometry.TableEntries),
            PackWeights.Bind(geometry, weight.In, weight.Flipped),
            [new("parameters", weight.Memory), new("packed", memory), new("table", TableOf(memory, geometry))]));
    }

    // A kernel asks for the place of parts that it never writes.
    private static Value NoParts(Value other) => Value.Field(other.Name, KernelType.To(Element.Float));

    private static Value TableOf(Value packed, ConvGeometry geometry) =>
        Value.Field(packed.Name, KernelType.To(Element.Int)) + (Value)(geometry.TableAt / 4);

    // Convolutions of one form between maps of the same sizes share a table.
    private Value Table(Conv conv, GpuMap x, GpuMap y, Value rows, bool windows)
    {
        string form = FormattableString.Invariant($"{(windows ? "windows" : "taps")}_{conv.Kernel}s{conv.Stride}p{conv.Pad}d{conv.Dilation}_{Words(x.Size)}_{Words(y.Size)}");
        return planner.Shared(GeneratedName.Of(form, "table"), Element.Int, PixelTable.Bytes(rows), memory => GpuLaunch.Of(
            PixelTable.Lower(windows), Grid.Blocks(rows + PixelTable.Spare), PixelTable.Bind(conv), Sizes(conv, x),
            GpuLaunch.Bind(x.As("x"), x), GpuLaunch.Bind(y.As("y"), y), [new("table", memory), new("rows", rows)]));
    }

    // A size as letters: H+198 is Hp198.
    private static string Words(Extent size) => string.Concat(size.Format("H").Select(static c => c switch
    {
        '+' => "p",
        '-' => "m",
        '/' => "d",
        '(' or '⌈' => "l",
        ')' or '⌉' => "r",
        _ => c.ToString(),
    }));
}

/// All that the text of a convolution's kernel depends on. Of sizes, which are arguments, it matters which are the same. Equal forms have equal names.
internal sealed record ConvForm(ConvTile Tile, bool Bias, bool Pools, int CoreInputs, EquatableArray<Op> Tail, EquatableArray<MapForm> Maps)
{
    public static ConvForm Of(ConvTile tile, bool bias, Fused? fused, IReadOnlyList<GpuMap?> maps)
    {
        var sizes = maps.Select(static m => m?.Size).Distinct().ToList();
        var forms = maps.OfType<GpuMap>().Select(m => new MapForm(m.Name, m.Element, sizes.IndexOf(m.Size)));
        return new(tile, bias, fused?.Pool is not null, fused?.CoreInputs ?? 0, (fused?.Tail ?? []).ToEquatableArray(), forms.ToEquatableArray());
    }

    /// conv_bias_relu_bf16_128x128; behind it, what other maps than the first are made of, if that is not what the factors are.
    public string Name => $"conv{Words}_{Tile.Name}{Elements}";

    public string SumName => $"conv_split_sum{Words}_{Tile.Name}{Elements}";

    public string Summary => $"A convolution{string.Concat(Tail.Select(static t => $", {t.Word}"))}{(Pools ? ", max_pool 2x2" : "")}: implicit GEMM, a tile of sums per block.";

    private string Words => $"{(Bias ? "_bias" : "")}{string.Concat(Tail.Select(static t => $"_{KernelName.Of(t)}"))}{(Pools ? "_max_pool_2x2" : "")}";

    private string Elements => string.Concat(Maps.Where(m => m.Name != "x" && m.Element != Tile.Machine.Factor).Select(static m => $"_{m.Name}_{GpuMap.Word(m.Element)}"));
}

/// A map's place among a kernel's operands.
internal sealed record MapForm(string Name, Element Element, int Size);

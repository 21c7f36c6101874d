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
        var operands = new GpuOperands(y, maps, weights, fused?.CoreInputs ?? node.Inputs.Count);
        var geometry = new ConvGeometry(planner.Machine, conv, x.Pitch, weight.Out);
        var ending = new ConvEnding(bias is not null, (fused?.Tail ?? []).ToEquatableArray(), fused?.Pool is not null);
        var form = ConvForm.Of(geometry.Tile, ending, [.. operands.Maps.OfType<GpuMap>()], operands.Y);
        var kernel = planner.Kernel(form.Key, form.Name, form.Summary, () => planner.Machine.Unit == MatrixUnit.None
            ? new PlainConv(form.Tile).Lower(form.Name, form.Summary, form.Epilogue)
            : new MatrixConv(form.Tile).Lower(form.Name, form.Summary, form.Epilogue));

        Value pixels = Pixels(y), rows = ending.Pools ? planner.Size(GeneratedName.Of(y.Name, "rows"), PixelTable.RowsOfWindows(pixels)) : pixels;
        bool whole = !geometry.CanSplit;
        int vectors = y.Pitch / ConvEpilogue.LanesOf(y.Element);
        Value splits = whole ? 1 : planner.Size(GeneratedName.Of(name, "splits"), geometry.Splits(rows)), tiles = geometry.Tiles(rows), packed = Packed(geometry, weight);
        List<KeyValuePair<string, Value>> bindings =
        [
            .. operands.Bindings, .. form.Absent(packed), .. Sizes(conv, x), new("packed", packed), new("chunks", TableOf(packed, geometry)),
            new("table", Table(conv, x, y, rows, ending.Pools)), new("pixels", pixels), new("rows", rows), new("steps", geometry.Steps),
            new("column_tiles", geometry.ColumnTiles), new("row_tiles", tiles / geometry.ColumnTiles), new("partial_columns", geometry.ColumnTiles * geometry.Tile.Columns),
            new("groups", vectors), new("splits", splits), new(ConvEnding.Chosen.Name, form.Number),
            new("partial", whole ? ConvForm.Nowhere(packed) : planner.Buffer(GeneratedName.Of(name, "parts"), Element.Float, geometry.PartialBytes(splits, rows))),
        ];
        var product = GpuLaunch.Of(kernel, tiles * splits, bindings);
        if (whole) return [product];
        var sum = planner.Kernel(form.SumKey, form.SumName, ConvEpilogue.SumSummary, () => form.Epilogue.Sum(form.SumName));
        return [product, GpuLaunch.Of(sum, Value.Select(splits.Equals(1), (Value)0L, Grid.Blocks(pixels * vectors)), bindings)];
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

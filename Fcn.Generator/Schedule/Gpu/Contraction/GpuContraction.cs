using Fcn.Generator.Collections;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Launches of the contractions: packs the weights once, tables the pixels, and runs the product on the units that the machine has.
internal sealed class GpuContraction(IGpuPlanner planner, string name, string summary)
{
    private static readonly Value Images = Value.Field("N", KernelType.Int);

    public static bool Fits(Conv conv) => ConvGeometry.Fits(conv);

    /// A dense convolution with what is fused to it; inputs in the node's order, weights (packed or flipped by their packing) beside maps.
    public IEnumerable<Launch> Conv(Node node, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights, GpuMap y)
    {
        var fused = node.Op as Fused;
        var conv = (Conv)(fused?.Core ?? node.Op);
        var (x, weight, bias) = (maps[0]!, weights[1]!, (fused?.CoreInputs ?? node.Inputs.Count) > 2 ? weights[2] : null);
        var geometry = new ConvGeometry(planner.Machine, conv, x.Pitch, weight.Out);
        bool pooled = fused?.Pool is not null;
        Value pixels = Pixels(y);
        string kernelName = weight.Flipped ? name : $"{GeneratedName.Of(weight.Name.Replace(".weight", ""))}_forward";

        var roles = maps.Select((map, i) => map is null ? null : map with { Name = i == 0 ? "x" : FormattableString.Invariant($"x{i}") }).ToList();
        var result = y with { Name = "y" };
        var tail = fused is null ? (Func<KernelBuilder, Value, Value, Value, Value>?)null : Tail;
        var epilogue = pooled ? new PoolEpilogue(geometry, result, bias is not null, tail) : new ConvEpilogue(geometry, result, bias is not null, tail);
        bool plain = planner.Machine.Unit == MatrixUnit.None;
        var form = ConvForm.Of(geometry, bias is not null, fused, [.. roles, result]);
        var kernel = planner.Kernel(form, kernelName, summary, () =>
            plain ? new PlainConv(geometry).Lower(kernelName, summary, epilogue) : new MatrixConv(geometry).Lower(kernelName, summary, epilogue));
        int tileRows = plain ? PlainTile.Side : MatrixConv.TileRows;
        Value rows = pooled ? planner.Size(GeneratedName.Of(y.Name, "rows"), epilogue.Rows(pixels)) : pixels, tiles = epilogue.Tiles(pixels, tileRows);

        var bindings = new List<KeyValuePair<string, Value>>
        {
            new("weight", Packed(geometry, weight)),
            new("table", Table(conv, x, y, rows, pooled)),
            new("pixels", pixels),
        };
        if (bias is not null) bindings.Add(new("bias", bias.Memory));
        foreach (var (role, map) in roles.Zip(maps, static (role, map) => (role, map)).Concat([(result, y)]))
            if (map is not null) bindings.AddRange(GpuLaunch.Bind(role!, map));
        if (!epilogue.CanSplit)
        {
            yield return GpuLaunch.Of(kernel, tiles, bindings);
            yield break;
        }
        Value splits = planner.Size(GeneratedName.Of(name, "splits"), epilogue.HostSplits(pixels, tileRows));
        bindings.Add(new("splits", splits));
        bindings.Add(new("partial", planner.Buffer(GeneratedName.Of(name, "parts"), Element.Float, epilogue.PartialBytes(splits, pixels))));
        yield return GpuLaunch.Of(kernel, tiles * splits, bindings);
        var sum = planner.Kernel((form, "sum"), $"{kernelName}_sum", ConvEpilogue.SumSummary, () => epilogue.Sum($"{kernelName}_sum"));
        yield return GpuLaunch.Of(sum, epilogue.SumBlocks(splits, pixels), bindings);

        Value Tail(KernelBuilder k, Value pixel, Value channel, Value value) => fused!.Finish(
            new GpuPoint(k, value.Type.Lanes, roles, weights)
            {
                N = pixel / (result.Height * result.Width),
                H = pixel / result.Width % result.Height,
                W = pixel % result.Width,
                First = channel,
                Pixel = (pixel, y.Size),
            }, value);
    }

    /// The gradient of a dense convolution's weight, in the memory of gradients.
    public IEnumerable<Launch> WeightGradient(Conv conv, GpuMap x, GpuMap dy, GpuWeight gradient)
    {
        var geometry = new GradientGeometry(planner.Machine, conv, gradient.In, x.Pitch, gradient.Out);
        var kernel = planner.Kernel(geometry, name, summary, () => planner.Machine.Unit == MatrixUnit.None
            ? new PlainGradient(geometry).Lower(name, summary)
            : new MatrixGradient(geometry).Lower(name, summary));
        Value pixels = Pixels(dy);
        var bindings = new List<KeyValuePair<string, Value>>
        {
            new("table", Table(conv, x, dy, pixels, windows: false)),
            new("pixels", pixels),
            new("gradient", gradient.Memory),
        };
        bindings.AddRange(GpuLaunch.Bind(x with { Name = "x" }, x));
        bindings.AddRange(GpuLaunch.Bind(dy with { Name = "dy" }, dy));
        if (geometry.IsDirect)
        {
            yield return GpuLaunch.Of(kernel, geometry.Blocks, bindings);
            yield break;
        }
        bindings.Add(new("partial", planner.Buffer(GeneratedName.Of(name, "parts"), Element.Float, (Value)geometry.PartialBytes)));
        yield return GpuLaunch.Of(kernel, geometry.Blocks, bindings);
        yield return GpuLaunch.Of(geometry.Sum($"{name}_sum"), geometry.SumBlocks, bindings);
    }

    private Value Pixels(GpuMap map) => planner.Size(GeneratedName.Of(map.Name, "pixels"), Images * map.Height * map.Width);

    private Value Packed(ConvGeometry geometry, GpuWeight weight)
    {
        string way = weight.Flipped ? "flipped" : "packed", packed = GeneratedName.Of(GeneratedName.Of(weight.Name), way);
        return planner.Packed(packed, geometry.Machine.Factor, geometry.PackedBytes, weight.Flipped, memory =>
        {
            var pack = new PackWeights(geometry, weight.In, weight.Flipped);
            return GpuLaunch.Of(pack.Lower(packed), Value.Int(pack.Blocks), GpuLaunch.Bind("parameters", weight.Memory), GpuLaunch.Bind("weight", memory));
        });
    }

    // Convolutions of one form between maps of the same sizes share a table.
    private Value Table(Conv conv, GpuMap x, GpuMap y, Value rows, bool windows)
    {
        string form = FormattableString.Invariant($"{(windows ? "windows" : "taps")}_{conv.Kernel}s{conv.Stride}p{conv.Pad}d{conv.Dilation}_{Words(x.Size)}_{Words(y.Size)}");
        return planner.Shared(GeneratedName.Of(form, "table"), Element.Int, PixelTable.Bytes(rows), memory => GpuLaunch.Of(
            PixelTable.Lower(conv, form, windows), PixelTable.Blocks(rows),
            GpuLaunch.Bind("table", memory), GpuLaunch.Bind("rows", rows), GpuLaunch.Bind(x with { Name = "x" }, x), GpuLaunch.Bind(y with { Name = "y" }, y)));
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

/// All that the body of a convolution's kernel depends on. Of sizes, which are arguments, it matters which are the same.
internal sealed record ConvForm(ConvGeometry Geometry, bool Bias, int Inputs, EquatableArray<Op> Tail, MaxPool? Pool, EquatableArray<MapForm> Maps)
{
    public static ConvForm Of(ConvGeometry geometry, bool bias, Fused? fused, IReadOnlyList<GpuMap?> maps)
    {
        var sizes = maps.Select(static m => m?.Size).Distinct().ToList();
        var forms = maps.Select(m => m is null ? new MapForm("", 0, 0, Element.Float, false, 0) : new(m.Name, m.Channels, m.Pitch, m.Element, m.IsPlanar, sizes.IndexOf(m.Size)));
        return new(geometry, bias, fused?.CoreInputs ?? 0, (fused?.Tail ?? []).ToEquatableArray(), fused?.Pool, forms.ToEquatableArray());
    }
}

/// A map's place among a kernel's operands.
internal sealed record MapForm(string Name, int Channels, int Pitch, Element Element, bool IsPlanar, int Size);

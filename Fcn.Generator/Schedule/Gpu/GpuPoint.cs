using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

// A point of maps with channels innermost, (N, H, W, Pitch), and of weights in master memory. Numbers are converted to Float when read.
// Maps have no border: where an op reads beyond a map's edge, the address is clamped and the value chosen.
internal class GpuPoint(KernelBuilder kernel, int lanes, IReadOnlyList<GpuMap?> maps, IReadOnlyList<GpuWeight?> weights) : Point(kernel, lanes)
{
    /// Channel of the first lane.
    public Value First { get; init; } = 0;

    /// Number of this pixel among those of all images, in maps of this size: what is read at (H, W) itself needs no more address
    /// arithmetic.
    public (Value Number, Extent Size)? Pixel { get; init; }

    /// Which inputs are read beyond their edges, as zeros.
    public Func<int, bool> IsPadded { get; init; } = static _ => false;

    /// Whether addresses are clamped to the maps, because what is read outside is not used.
    public bool Clamps { get; set; }

    public override Value Channel => Lanes == 1 ? First : throw new InvalidOperationException("A vector of channels has no one number.");

    public override MapSize Map(int input) => new(maps[input]!.Height, maps[input]!.Width);

    public override Value Read(int input, Value h, Value w) => Load(input, h, w, First, Lanes);

    public override Value Read(int input, Value channel, Value h, Value w) => Load(input, h, w, channel, 1);

    public override Value Read(int input, Value inBlock, Value inLane, Value h, Value w) => throw Blocks();

    public override Value Weight(int input, Value inBlock, Value inLane, Value a, Value b) => throw Blocks();

    public override Value WeightAt(int input, Value o, Value i, Value a, Value b) =>
        weights[input]!.Pointer.Load(weights[input]!.At(o, i, a, b));

    public override Value Bias(int input) => weights[input]!.Pointer.Load(First, Lanes);

    private Value Load(int input, Value h, Value w, Value channel, int lanes)
    {
        var map = maps[input]!;
        if (Pixel is { } here && ReferenceEquals(h, H) && ReferenceEquals(w, W) && map.Size == here.Size)
            return map.Pointer.Load(here.Number.To(Element.Index) * map.PitchField + channel, lanes).To(Element.Float);
        if (!Clamps && !IsPadded(input)) return map.Pointer.Load(map.At(N, h, w, channel), lanes).To(Element.Float);
        (h, w) = (Kernel.Name("row", h), Kernel.Name("column", w));
        Value value = map.Pointer.Load(map.At(N, Clamped(h, map.Height), Clamped(w, map.Width), channel), lanes).To(Element.Float);
        if (!IsPadded(input)) return value;
        Value inside = (h >= 0) & (h < map.Height) & (w >= 0) & (w < map.Width);
        return Value.Select(inside, value, Value.Float(0).Spread(lanes));
    }

    private static Value Clamped(Value place, Value size) => Value.Max((Value)0, Value.Min(place, size - 1));

    private static InvalidOperationException Blocks() => new("Channels of a GPU's maps do not go by blocks.");
}

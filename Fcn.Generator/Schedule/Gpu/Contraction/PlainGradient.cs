using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// The gradient of a convolution's weight without matrix units: 64 output channels by 64 channels of taps per block, 16 pixels a step.
internal sealed class PlainGradient(GradientTile shape)
{
    private readonly GradientEpilogue _epilogue = new(shape);

    private readonly KernelBuilder _k = new();

    /// Roles: x, dy, table, pixels, x_W, partial, gradient and the geometry's.
    public Kernel Lower(string name, string summary)
    {
        var (rowTile, columnTile, split, first, end) = _epilogue.Block(_k);
        var tile = new PlainTile(_k);
        Value dyPitch = Value.Field("dy_pitch", KernelType.Int), pixels = Value.Field("pixels", KernelType.Int), depth = _k.Let("depth_row", Value.Thread >> 4), chunk = _k.Let("chunk", Value.Thread & 15);
        Value channel = _k.Let("channel", rowTile * PlainTile.Side + chunk * 4), there = _k.Let("there", channel < dyPitch);
        var (distance, bits) = _epilogue.Columns(_k, _k.Let("columns", columnTile * 16 + chunk));
        distance = _k.Let("distance", distance);
        tile.Run(first, end, Load);
        _epilogue.Finish(_k, tile, rowTile, columnTile, split);
        return _k.Build(name, summary) with { Threads = PlainTile.Threads };

        (Value, Value) Load(Value step)
        {
            Value pixel = _k.Let("pixel", step * PlainTile.Depth + depth), live = _k.Let("live", pixel < pixels);
            Value near = _k.Let("near", Value.Min(pixel, pixels - 1));
            Value entry = _k.Let("entry", Value.Field("table", KernelType.To(Element.Int)).Load(pixel * 2, 2));
            Value inside = _k.Let("inside", (entry.Lane(1) & bits).Equals(bits)), rows = _k.Let("rows", live & there);
            Value dy = Pointer("dy").Load(near.To(Element.Index) * dyPitch + Value.Select(there, channel, Value.Int(0)), 4);
            Value x = Pointer("x").Load(Value.Select(inside, entry.Lane(0).To(Element.Index) * Value.Field("x_pitch", KernelType.Int) + distance, (Value)0L), 4);
            return (Value.Select(rows, dy, Value.Float(0).Spread(4)), Value.Select(inside, x, Value.Float(0).Spread(4)));
        }
    }

    private static Value Pointer(string role) => Value.Field(role, KernelType.To(Element.Float));
}

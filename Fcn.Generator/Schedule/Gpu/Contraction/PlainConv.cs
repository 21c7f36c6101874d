using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// A convolution without matrix units: MatrixConv's product in tiles of 64 pixels by 64 channels. The reference of the others, and what sm_75 runs.
internal sealed class PlainConv(ConvTile shape)
{
    private readonly KernelBuilder _k = new();

    /// Roles: x, packed, chunks, table, pixels, x_W, splits, and those of the epilogue.
    public Kernel Lower(string name, string summary, ConvEpilogue epilogue)
    {
        var (tileOfRows, tileOfColumns, split) = ConvEpilogue.Tile(_k);
        var (first, end) = ConvEpilogue.Range(_k, split);
        var tile = new PlainTile(_k);
        var pointer = KernelType.To(Element.Float);
        Value chunk = _k.Let("chunk", Value.Thread & 3), row = _k.Let("row", Value.Thread >> 2);
        Value entry = _k.Let("entry", Value.Field("table", KernelType.To(Element.Int)).Load((tileOfRows * PlainTile.Side + row) * 2, 2));
        Value under = entry.Lane(0), taps = entry.Lane(1);
        Value weights = _k.Let("weights", Value.Field("packed", pointer) + ((tileOfColumns * ConvTile.Steps).To(Element.Index) * shape.StepElements + Value.Thread * 4));
        tile.Run(first, end, Load, ToRows);
        _k.Comment("From sums to the map.");
        epilogue.Finish(_k, tile, tileOfRows * PlainTile.Side, tileOfColumns * PlainTile.Side, split);
        return _k.Build(name, summary) with { Threads = PlainTile.Threads };

        (Value, Value) Load(Value step)
        {
            Value of = _k.Let("of", shape.Entry(step, chunk)), inside = _k.Let("inside", (taps & of.Lane(3)).Equals(of.Lane(3)));
            Value at = _k.Let("at", under + of.Lane(0) * Value.Field("x_W", KernelType.Int) + of.Lane(1));
            Value channel = Value.Select(inside, of.Lane(2), Value.Int(0)) >> 2;
            Value from = Value.Select(inside, at, Value.Int(0)).To(Element.Index) * Value.Field("x_pitch", KernelType.Int) + channel;
            Value x = Value.Field("x", pointer).Load(from, 4);
            return (Value.Select(inside, x, Value.Float(0).Spread(4)), weights.Load(step.To(Element.Index) * shape.StepElements, 4));
        }

        void ToRows(Value memory, Value x)
        {
            for (int lane = 0; lane < 4; lane++) _k.Store(memory, (chunk * 4 + lane) * PlainTile.Side + row, x.Lane(lane));
        }
    }
}

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// A convolution without matrix units: MatrixConv's product in tiles of 64 pixels by 64 channels. The reference of the others, and what sm_75 runs.
internal sealed class PlainConv(ConvGeometry geometry)
{
    private readonly KernelBuilder _k = new();

    /// Roles: x, weight, table, pixels, x_W, splits, and those of the epilogue.
    public Kernel Lower(string name, string summary, ConvEpilogue epilogue)
    {
        var (tileOfRows, tileOfColumns, split) = epilogue.Tile(_k, PlainTile.Side);
        var (first, end) = epilogue.Range(_k, split, geometry.Steps);
        var tile = new PlainTile(_k);
        var pointer = KernelType.To(Element.Float);
        Value chunk = _k.Let("chunk", Value.Thread & 3), row = _k.Let("row", Value.Thread >> 2);
        Value entry = _k.Let("entry", Value.Field("table", KernelType.To(Element.Int)).Load((tileOfRows * PlainTile.Side + row) * 2, 2));
        Value under = entry.Lane(0), taps = entry.Lane(1);
        Value weights = _k.Let("weights", Value.Field("weight", pointer) + ((tileOfColumns * geometry.Steps).To(Element.Index) * geometry.StepElements + Value.Thread * 4));
        tile.Run(first, end, Load, ToRows);
        _k.Comment("From sums to the map.");
        epilogue.Finish(_k, tile, tileOfRows * PlainTile.Side, tileOfColumns * PlainTile.Side, split);
        return _k.Build(name, summary) with { Threads = PlainTile.Threads };

        (Value, Value) Load(Value step)
        {
            var (tap, part, exists) = geometry.Place(step, chunk);
            Value which = _k.Name("tap", tap), bits = _k.Let("bits", PixelTable.Bits(geometry.Conv, which));
            Value inside = (taps & bits).Equals(bits);
            inside = _k.Let("inside", exists is null ? inside : inside & exists);
            Value at = _k.Let("at", under + PixelTable.Distance(geometry.Conv, which, Value.Field("x_W", KernelType.Int)));
            Value from = Value.Select(inside, at, Value.Int(0)).To(Element.Index) * geometry.InPitch + Value.Select(inside, part, Value.Int(0)) * geometry.Chunk;
            Value x = Value.Field("x", pointer).Load(from, 4);
            return (Value.Select(inside, x, Value.Float(0).Spread(4)), weights.Load(step.To(Element.Index) * geometry.StepElements, 4));
        }

        void ToRows(Value memory, Value x)
        {
            for (int lane = 0; lane < 4; lane++) _k.Store(memory, (chunk * 4 + lane) * PlainTile.Side + row, x.Lane(lane));
        }
    }
}

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Around a convolution's sums: which tile a block has, and what becomes of the sums. A block's sums go through shared memory, so that every thread has 8
// channels of a pixel and the epilogue is one loop, whatever the tile: bias and fused ops, then one store. Where a map has few pixels the sum is split
// among blocks (split-K, splits > 1): parts go to memory and a second kernel adds them in order.
internal class ConvEpilogue(ConvTile shape, GpuMap y, bool hasBias, Func<KernelBuilder, Value, Value, Value, Value>? tail)
{
    public const string SumSummary = "Adds the parts of a sum that was split among blocks, in order.";

    private const int Lanes = 8;

    private static readonly KernelType Floats = KernelType.To(Element.Float);

    protected static Value Pixels => ConvTile.Pixels;

    private static Value Splits => ConvTile.Splits;

    /// Tile of rows, tile of columns and split of this block. Blocks that share rows are neighbours.
    public (Value Rows, Value Columns, Value Split) Tile(KernelBuilder k)
    {
        Value tiles = Value.Field("row_tiles", KernelType.Int), column = k.Let("column_tile", Value.Item % ConvTile.ColumnTiles);
        Value rest = k.Let("rest", Value.Item / ConvTile.ColumnTiles);
        return (k.Let("row_tile", rest % tiles), column, k.Let("split", rest / tiles));
    }

    /// Steps of this block's part of the sum.
    public static (Value First, Value End) Range(KernelBuilder k, Value split) =>
        (k.Let("first", split * ConvTile.Steps / Splits), k.Let("end", (split + 1) * ConvTile.Steps / Splits));

    /// Rows of the product for these pixels of the output.
    public virtual Value Rows(Value pixels) => pixels;

    /// The block's tile is asked for again: across the loop it would cost registers that the products need.
    public void Finish(KernelBuilder k, MatrixTile tile)
    {
        k.Comment("From sums to the map: each thread has 8 channels of each of its pixels.");
        Value sums = tile.Spill(Lanes);
        var (rowTile, columnTile, split) = Tile(k);
        Value firstRow = k.Let("first_row", rowTile * shape.Rows), firstColumn = k.Let("first_column", columnTile * shape.Columns);
        k.If(Splits.Equals(1), () => Each(k, tile.Threads, Together, (row, column) =>
        {
            Value pixel = k.Let("out", firstRow / Together + row), channel = k.Let("channel", firstColumn + column);
            k.If(pixel < Pixels & channel < y.PitchField, () => Store(k, pixel, channel, OfPixel(k, pixel, row, at => sums.Load(at * tile.SpillPitch + column, Lanes))));
        }), () => Each(k, tile.Threads, 1, (row, column) =>
        {
            Value at = k.Let("out", firstRow + row);
            k.If(at < Rows(Pixels), () => k.Store(
                Value.Field("partial", Floats), Part(split, at, firstColumn + column), sums.Load(row * tile.SpillPitch + column, Lanes)));
        }));
    }

    // All vectors of a tile, as many at once as a block has threads; so many rows become one.
    private void Each(KernelBuilder k, int threads, int together, Action<Value, Value> write)
    {
        int groups = shape.Columns / Lanes;
        k.Unrolled("turn", shape.Rows / together * groups / threads, turn =>
        {
            Value unit = k.Let("unit", turn * threads + Value.Thread);
            write(k.Let("unit_row", unit / groups), k.Let("unit_column", unit % groups * Lanes));
        });
    }

    public void Finish(KernelBuilder k, PlainTile tile, Value firstRow, Value firstColumn, Value split)
    {
        Value row = k.Let("out_row", firstRow + tile.FirstRow), column = k.Let("out_column", firstColumn + tile.FirstColumn);
        void Each(Action<Value, Value> write)
        {
            for (int i = 0; i < 4; i++)
            {
                Value pixel = k.Let("out", row + i);
                k.If(pixel < Pixels & column < y.PitchField, () => write(pixel, Value.Compose([.. Enumerable.Range(0, 4).Select(j => tile.Sum(i, j))])));
            }
        }
        k.If(Splits.Equals(1), () => Each((pixel, sums) => Store(k, pixel, column, sums)),
            () => Each((pixel, sums) => k.Store(Value.Field("partial", Floats), Part(split, pixel, column), sums)));
    }

    /// Adds the parts. Roles: partial, splits, pixels, groups of 8 channels, and those of the outputs.
    public Kernel Sum(string name)
    {
        Value groups = Value.Field("groups", KernelType.Int);
        return Grid.Each(name, SumSummary, Pixels * groups, (k, index) =>
        {
            Value pixel = k.Let("pixel", index / groups), column = k.Let("column", index % groups * Lanes);
            Store(k, pixel, column, OfPixel(k, pixel, pixel, row => Added(k, part => Part(part, row, column))));
        });
    }

    /// How many rows of the product become one pixel.
    protected virtual int Together => 1;

    /// What the sums of a pixel come to. Place: the pixel's number in the block's tile, or among all; sums: of a row of the product, from there.
    protected virtual Value OfPixel(KernelBuilder k, Value pixel, Value place, Func<Value, Value> sums) => sums(place);

    private static Value Added(KernelBuilder k, Func<Value, Value> at)
    {
        Value sum = k.Let("sum", Value.Float(0).Spread(Lanes));
        k.For("part", 0, Splits, part => k.Assign(sum, sum + Value.Field("partial", Floats).Load(at(part), Lanes)));
        return sum;
    }

    private void Store(KernelBuilder k, Value pixel, Value column, Value sums)
    {
        Value value = hasBias ? sums + Value.Field("bias", Floats).Load(column, sums.Type.Lanes) : sums;
        if (tail is not null) value = tail(k, pixel, column, value);
        k.Store(y.Pointer, pixel.To(Element.Index) * y.PitchField + column, value.To(y.Element));
    }

    private Value Part(Value split, Value row, Value column) => (split * Rows(Pixels) + row).To(Element.Index) * (ConvTile.ColumnTiles * shape.Columns) + column;
}

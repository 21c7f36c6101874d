namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Around a convolution's sums: which tile a block has, and what becomes of the sums: bias and fused ops while they are in registers, then one store.
// Where a map has few pixels, the sum is split among blocks (splits > 1): parts go to memory and a second kernel adds them in order.
internal class ConvEpilogue(ConvGeometry geometry, GpuMap y, bool hasBias, Func<KernelBuilder, Value, Value, Value, Value>? tail)
{
    public const int Threads = 256;

    public const string SumSummary = "Adds the parts of a sum that was split among blocks, in order.";

    protected static readonly KernelType Floats = KernelType.To(Element.Float);

    /// Short sums are not worth splitting.
    public bool CanSplit => geometry.Steps >= 16;

    protected int Columns => geometry.ColumnTiles * geometry.TileColumns;

    protected static Value Pixels => Value.Field("pixels", KernelType.Int);

    protected static Value Splits => Value.Field("splits", KernelType.Int);

    /// Tile of rows, tile of columns and split of this block. Blocks that share rows are neighbours.
    public (Value Rows, Value Columns, Value Split) Tile(KernelBuilder k, int tileRows)
    {
        Value tiles = k.Let("row_tiles", (Rows(Pixels) + (tileRows - 1)) / tileRows);
        Value column = k.Let("column_tile", Value.Item % geometry.ColumnTiles), rest = k.Name("rest", Value.Item / geometry.ColumnTiles);
        return CanSplit ? (k.Let("row_tile", rest % tiles), column, k.Let("split", rest / tiles)) : (k.Let("row_tile", rest), column, 0);
    }

    /// Steps of this block's part of the sum.
    public (Value First, Value End) Range(KernelBuilder k, Value split, int steps) =>
        CanSplit ? (k.Let("first", split * steps / Splits), k.Let("end", (split + 1) * steps / Splits)) : ((Value)0, (Value)steps);

    /// Rows of the product for these pixels of the output.
    public virtual Value Rows(Value pixels) => pixels;

    /// Tiles of the product.
    public Value Tiles(Value pixels, int tileRows) => (Rows(pixels) + (tileRows - 1)) / tileRows * geometry.ColumnTiles;

    /// Parts of the sum as the host chooses them: blocks for about two per multiprocessor, parts of at least four steps.
    public Value HostSplits(Value pixels, int tileRows) => Value.Max(1, Value.Min(
        Value.Field("Processors", KernelType.Int) * 2 / Value.Max(1, Tiles(pixels, tileRows)), geometry.Steps / 4));

    public Value PartialBytes(Value splits, Value pixels) =>
        Value.Select(splits.Equals(1), 0L, splits.To(Element.Index) * Rows(pixels) * (Columns * 4));

    public virtual void Finish(KernelBuilder k, MatrixTile tile, Value firstRow, Value firstColumn, Value split)
    {
        Value row = k.Let("out_row", firstRow + tile.FirstRow + (tile.Lane >> 2)), column = k.Let("out_column", firstColumn + tile.FirstColumn + (tile.Lane & 3) * 8);
        Write(k, split, write =>
        {
            for (int i = 0; i < tile.WarpRows / 16; i++)
                for (int half = 0; half < 2; half++)
                {
                    Value pixel = k.Let("out", row + (16 * i + 8 * half));
                    k.If(pixel < Pixels, () =>
                    {
                        for (int g = 0; g < tile.WarpColumns / 32; g++)
                            write(pixel, column + 32 * g, Value.Compose([.. Enumerable.Range(0, 8).Select(e => tile.Sum(i, 4 * g + e / 2, 2 * half + e % 2))]));
                    });
                }
        });
    }

    public void Finish(KernelBuilder k, PlainTile tile, Value firstRow, Value firstColumn, Value split)
    {
        Value row = k.Let("out_row", firstRow + tile.FirstRow), column = k.Let("out_column", firstColumn + tile.FirstColumn);
        Write(k, split, write =>
        {
            for (int i = 0; i < 4; i++)
            {
                Value pixel = k.Let("out", row + i);
                k.If(pixel < Pixels, () => write(pixel, column, Value.Compose([.. Enumerable.Range(0, 4).Select(j => tile.Sum(i, j))])));
            }
        });
    }

    /// Adds the parts. Roles: partial, splits, pixels and those of the outputs.
    public Kernel Sum(string name)
    {
        var k = new KernelBuilder();
        int groups = geometry.OutPitch / 8;
        Value index = k.Let("index", Value.Item * Threads + Value.Thread), pixel = k.Let("pixel", index / groups);
        k.If(pixel < Pixels, () =>
        {
            Value column = k.Let("column", index % groups * 8);
            Store(k, pixel, column, Whole(k, pixel, column));
        });
        return k.Build(name, SumSummary) with { Threads = Threads };
    }

    /// The sum of a pixel's parts.
    protected virtual Value Whole(KernelBuilder k, Value pixel, Value column) => Added(k, pixel, column);

    protected Value Added(KernelBuilder k, Value row, Value column)
    {
        Value sum = k.Let("sum", Value.Float(0).Spread(8));
        k.For("part", 0, Splits, part => k.Assign(sum, sum + Value.Field("partial", Floats).Load(Part(part, row, column), 8)));
        return sum;
    }

    /// Blocks of Sum: none where nothing was split.
    public Value SumBlocks(Value splits, Value pixels) =>
        Value.Select(splits.Equals(1), Value.Int(0), (pixels * (geometry.OutPitch / 8) + (Threads - 1)) / Threads);

    private void Write(KernelBuilder k, Value split, Action<Action<Value, Value, Value>> each)
    {
        void Whole() => each((pixel, column, sums) => Guarded(k, column, () => Store(k, pixel, column, sums)));
        if (CanSplit)
            k.If(Splits.Equals(1), Whole, () => each((pixel, column, sums) => k.Store(Value.Field("partial", Floats), Part(split, pixel, column), sums)));
        else Whole();
    }

    // Tiles reach beyond the last channel, maps do not.
    protected void Guarded(KernelBuilder k, Value column, Action store)
    {
        if (geometry.OutPitch == Columns) store();
        else k.If(column < geometry.OutPitch, store);
    }

    protected void Store(KernelBuilder k, Value pixel, Value column, Value sums)
    {
        Value value = hasBias ? sums + Value.Field("bias", Floats).Load(column, sums.Type.Lanes) : sums;
        if (tail is not null) value = tail(k, pixel, column, value);
        k.Store(y.Pointer, pixel.To(Element.Index) * y.Pitch + column, value.To(y.Element));
    }

    protected Value Part(Value split, Value row, Value column) => (split * Rows(Pixels) + row).To(Element.Index) * Columns + column;
}

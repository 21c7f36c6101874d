using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Around the sums of a weight's gradient: which tiles and steps a block has, which taps and channels its columns are, and where the sums go: added to the
// gradient at once, or as parts to memory, which a second kernel adds in order.
internal sealed class GradientEpilogue(GradientTile shape)
{
    private const int Lanes = 4;

    private static readonly KernelType Floats = KernelType.To(Element.Float);

    private static Value Gradient => Value.Field("gradient", Floats);

    private static Value Partial => Value.Field("partial", Floats);

    private static Value Accumulates => Int("Accumulate").Equals(1);

    /// Tiles and steps of a block.
    public (Value Row, Value Column, Value Split, Value First, Value End) Block(KernelBuilder k)
    {
        Value row = k.Let("row_tile", Value.Item % Int("row_tiles")), rest = k.Let("rest", Value.Item / Int("row_tiles"));
        Value column = k.Let("column_tile", rest % Int("column_tiles")), split = k.Let("split", rest / Int("column_tiles"));
        Value steps = k.Let("steps", (Int("pixels") + (shape.Depth - 1)) / shape.Depth);
        return (row, column, split, k.Let("first", split * steps / Int("splits")), k.Let("end", (split + 1) * steps / Int("splits")));
    }

    /// The taps and channels under a chunk of columns: how far in the map from the first tap, in elements, and the bits that say whether it is there.
    /// Chunks behind the last stand on the last: they are of no tap, and the bits of a number for one need not fit.
    public (Value Distance, Value Bits) Columns(KernelBuilder k, Value chunk)
    {
        Value last = Int("columns") / shape.Chunk - 1, near = k.Let("near_chunk", Value.Min(chunk, last));
        Value tap = k.Let("tap", near / Int("chunks_per_tap")), part = k.Let("part", near % Int("chunks_per_tap"));
        var (down, across) = PixelTable.Distance(tap);
        Value distance = (down * Int("x_W") + across).To(Element.Index) * Int("x_pitch") + part * shape.Chunk;
        return (distance, k.Let("bits", Value.Select(chunk <= last, PixelTable.Bits(tap), Value.Int(PixelTable.NoTap))));
    }

    /// The block's tiles are asked for again: across the loop they would cost registers that the products need.
    public void Finish(KernelBuilder k, MatrixTile tile)
    {
        k.Comment("From sums to the gradient.");
        Value sums = tile.Spill(2);
        var (rowTile, columnTile, split, _, _) = Block(k);
        Value firstRow = k.Let("first_row", rowTile * shape.Rows), firstColumn = k.Let("first_column", columnTile * shape.Columns);
        k.If(IsDirect, () => Each(Direct), () => Each((row, column, values) => Keep(k, split, row, column, values)));

        void Direct(Value row, Value column, Value values) => k.If(row < Int("outs") & column < Int("columns"), () => Add(k, row, column, values));

        void Each(Action<Value, Value, Value> write)
        {
            int groups = shape.Columns / Lanes;
            k.Unrolled("turn", shape.Rows * groups / tile.Threads, turn =>
            {
                Value unit = k.Let("unit", turn * tile.Threads + Value.Thread);
                Value row = k.Let("unit_row", unit / groups), column = k.Let("unit_column", unit % groups * Lanes);
                write(k.Let("row", firstRow + row), k.Let("column", firstColumn + column), sums.Load(row * tile.SpillPitch + column, Lanes));
            });
        }
    }

    /// A thread's rows of four neighbouring sums.
    public void Finish(KernelBuilder k, PlainTile tile, Value rowTile, Value columnTile, Value split)
    {
        Value row = k.Let("out_row", rowTile * shape.Rows + tile.FirstRow), column = k.Let("out_column", columnTile * shape.Columns + tile.FirstColumn);
        Value Values(int i) => Value.Compose([.. Enumerable.Range(0, Lanes).Select(j => tile.Sum(i, j))]);
        k.If(IsDirect, () =>
        {
            for (int i = 0; i < 4; i++)
            {
                int at = i;
                k.If(row + at < Int("outs") & column < Int("columns"), () => Add(k, row + at, column, Values(at)));
            }
        }, () =>
        {
            for (int i = 0; i < 4; i++) Keep(k, split, row + i, column, Values(i));
        });
    }

    /// Adds the parts to the gradient [o][a][b][i]. Roles: partial, gradient, x_pitch and the geometry's.
    public static Kernel Sum() => Grid.Each("weight_gradient_sum", "Adds the parts of a weight's gradient, in order.", Int("length"), (k, index) =>
    {
        Value row = k.Let("row", index / Int("row_length")), rest = k.Let("rest", index % Int("row_length"));
        Value column = k.Let("column", rest / Int("ins") * Int("x_pitch") + rest % Int("ins")), sum = k.Let("sum", Value.Float(0));
        k.If(Accumulates, () => k.Assign(sum, Gradient.Load(index)));
        k.For("split", 0, Int("splits"), split => k.Assign(sum, sum + Partial.Load(Part(split, row, column))));
        k.Store(Gradient, index, sum);
    });

    private static Value IsDirect => Int("direct").Equals(1);

    private static void Add(KernelBuilder k, Value row, Value column, Value values)
    {
        Value at = k.Let("at", row.To(Element.Index) * Int("columns") + column), sum = k.Let("sum", values);
        k.If(Accumulates, () => k.Assign(sum, sum + Gradient.Load(at, Lanes)));
        k.Store(Gradient, at, sum);
    }

    private static void Keep(KernelBuilder k, Value split, Value row, Value column, Value values) => k.Store(Partial, Part(split, row, column), values);

    private static Value Part(Value split, Value row, Value column) =>
        (split * Int("partial_rows") + row).To(Element.Index) * Int("partial_columns") + column;

    private static Value Int(string name) => Value.Field(name, KernelType.Int);
}

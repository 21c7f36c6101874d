using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// Around a convolution's sums: which tile a block has, and where the sums go. They go through shared memory, so that every thread has 16 bytes of a pixel
// and an epilogue is one loop, whatever the tile, and so that no epilogue costs registers in the inner loop. Where a map has few pixels the sum is split
// among blocks (split-K, splits > 1): parts go to memory and a second kernel adds them in order.
internal sealed class ConvEpilogue(GpuMap y, IReadOnlyList<GpuMap> maps, IReadOnlyList<ConvEnding> endings)
{
    public const string SumSummary = "Adds the parts of a sum that was split among blocks, in order.";

    private static readonly KernelType Floats = KernelType.To(Element.Float);

    /// A thread's vector: 16 bytes of the output.
    public int Lanes { get; } = LanesOf(y.Element);

    private static Value Pixels => Value.Field("pixels", KernelType.Int);

    private static Value Splits => ConvTile.Splits;

    /// Tile of rows, tile of columns and split of this block. Blocks that share rows are neighbours.
    public static (Value Rows, Value Columns, Value Split) Tile(KernelBuilder k)
    {
        Value tiles = Value.Field("row_tiles", KernelType.Int), rest = k.Let("rest", Value.Item / ConvTile.ColumnTiles);
        return (k.Let("row_tile", rest % tiles), k.Let("column_tile", Value.Item % ConvTile.ColumnTiles), k.Let("split", rest / tiles));
    }

    /// Steps of this block's part of the sum.
    public static (Value First, Value End) Range(KernelBuilder k, Value split) =>
        (k.Let("first", split * ConvTile.Steps / Splits), k.Let("end", (split + 1) * ConvTile.Steps / Splits));

    /// The block's tile is asked for again: across the loop it would cost registers that the products need.
    public void Finish(KernelBuilder k, ConvTile shape, MatrixTile tile)
    {
        k.Comment("From sums to the map: each thread has 16 bytes of each of its pixels.");
        Value sums = tile.Spill(8);
        var (rowTile, columnTile, split) = Tile(k);
        Value firstRow = k.Let("first_row", rowTile * shape.Rows), column = k.Let("column", Value.Thread % (shape.Columns / Lanes) * Lanes);
        Value channel = k.Let("channel", columnTile * shape.Columns + column), there = k.Let("there", channel < y.PitchField);
        k.If(Splits.Equals(1), () => Choose(k, Store), () => Each(1, row =>
        {
            Value at = k.Let("at", firstRow + row);
            k.If(at < Value.Field("rows", KernelType.Int), () => k.Store(Value.Field("partial", Floats), Part(split, at, channel), Spilled(row)));
        }));

        void Store(IReadOnlyList<ConvEnding> alike)
        {
            var (ending, apply) = (alike[0], Apply(k, alike, channel, there));
            Each(ending.Together, place =>
            {
                Value pixel = k.Let("pixel", firstRow / ending.Together + place);
                k.If(pixel < Pixels & there, () => this.Store(k, pixel, channel, apply(pixel, ending.Gather(k, Lanes, pixel, place, Spilled))));
            });
        }

        Value Spilled(Value row) => sums.Load(row * tile.SpillPitch + column, Lanes);

        // All vectors of a tile, one per thread and turn; so many rows become one.
        void Each(int together, Action<Value> write)
        {
            int groups = shape.Columns / Lanes, rows = tile.Threads / groups;
            k.Unrolled("turn", shape.Rows / together / rows, turn => write(k.Let("place", turn * rows + Value.Thread / groups)));
        }
    }

    public void Finish(KernelBuilder k, PlainTile tile, Value firstRow, Value firstColumn, Value split)
    {
        Value row = k.Let("out_row", firstRow + tile.FirstRow), column = k.Let("out_column", firstColumn + tile.FirstColumn);
        void Each(Action<Value, Value> write)
        {
            for (int i = 0; i < 4; i++)
            {
                Value pixel = k.Let("pixel", row + i);
                k.If(pixel < Pixels & column < y.PitchField, () => write(pixel, Value.Compose([.. Enumerable.Range(0, 4).Select(j => tile.Sum(i, j))])));
            }
        }
        void Finished(IReadOnlyList<ConvEnding> alike)
        {
            var apply = Apply(k, alike, column, column < y.PitchField);
            Each((pixel, sums) => Store(k, pixel, column, apply(pixel, sums)));
        }
        k.If(Splits.Equals(1), () => Choose(k, Finished),
            () => Each((pixel, sums) => k.Store(Value.Field("partial", Floats), Part(split, pixel, column), sums)));
    }

    /// Adds the parts. Roles: partial, splits, pixels, groups (vectors of a pixel), and those of the outputs.
    public Kernel Sum(string name)
    {
        Value groups = Value.Field("groups", KernelType.Int);
        return Grid.Each(name, SumSummary, Pixels * groups, (k, index) =>
        {
            Value pixel = k.Let("pixel", index / groups), column = k.Let("column", index % groups * Lanes);
            Choose(k, alike => Store(k, pixel, column, Apply(k, alike, column, null)(pixel, alike[0].Gather(k, Lanes, pixel, pixel, row => Added(k, row, column)))));
        });
    }

    // The branch is the same for all threads of a launch. Endings without other maps and pooling are one branch.
    private void Choose(KernelBuilder k, Action<IReadOnlyList<ConvEnding>> write)
    {
        IReadOnlyList<ConvEnding>[] branches = [.. endings.GroupBy(static e => e.IsSimple ? null : e).Select(static g => g.ToList())];
        Rest(0);

        void Rest(int i)
        {
            if (i == branches.Length - 1) write(branches[i]);
            else k.If(IsChosen(branches[i]), () => write(branches[i]), () => Rest(i + 1));
        }
    }

    private Value IsChosen(IEnumerable<ConvEnding> some) =>
        some.Select(e => ConvEnding.Chosen.Equals(endings.ToList().IndexOf(e))).Aggregate(static (a, b) => a | b);

    // What becomes of the sums of a pixel's channels; there: whether these channels are, null for always. Of several simple endings one that has no bias
    // adds zeros, and one that does not rectify takes the larger of a number and minus infinity.
    private Func<Value, Value, Value> Apply(KernelBuilder k, IReadOnlyList<ConvEnding> alike, Value channel, Value? there)
    {
        if (alike.Count == 1) return (pixel, sums) => alike[0].Apply(k, y, maps, pixel, channel, sums);
        Value bias = k.Let("added", Value.Float(0).Spread(Lanes)), biased = IsChosen(alike.Where(static e => e.Bias));
        k.If(there is null ? biased : biased & there, () => k.Assign(bias, ConvEnding.LoadBias(channel, Lanes)));
        if (!alike.Any(static e => e.Rectifies)) return (_, sums) => sums + bias;
        Value least = k.Let("least", Value.Select(IsChosen(alike.Where(static e => e.Rectifies)), Value.Float(0), Value.Float(double.NegativeInfinity)));
        return (_, sums) => Value.Max(least.Spread(Lanes), sums + bias);
    }

    private Value Added(KernelBuilder k, Value row, Value column)
    {
        Value sum = k.Let("sum", Value.Float(0).Spread(Lanes));
        k.For("part", 0, Splits, part => k.Assign(sum, sum + Value.Field("partial", Floats).Load(Part(part, row, column), Lanes)));
        return sum;
    }

    public static int LanesOf(Element y) => 16 / GpuMap.BytesOf(y);

    private void Store(KernelBuilder k, Value pixel, Value column, Value value) =>
        k.Store(y.Pointer, pixel.To(Element.Index) * y.PitchField + column, value.To(y.Element));

    private static Value Part(Value split, Value row, Value column) =>
        (split * Value.Field("rows", KernelType.Int) + row).To(Element.Index) * Value.Field("partial_columns", KernelType.Int) + column;
}

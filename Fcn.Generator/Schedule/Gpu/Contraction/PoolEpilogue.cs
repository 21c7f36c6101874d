namespace Fcn.Generator.Schedule.Gpu.Contraction;

// As ConvEpilogue, where the map is pooled (2x2, stride 2) and not kept: rows of the product come in the order of PixelTable.RowsOfWindows, so a thread
// finds a window's four sums among its own. Windows at the lower and right edge may be cut; pixels are those of the pooled map.
internal sealed class PoolEpilogue(ConvGeometry geometry, GpuMap y, bool hasBias, Func<KernelBuilder, Value, Value, Value, Value>? tail)
    : ConvEpilogue(geometry, y, hasBias, tail)
{
    private readonly ConvGeometry _geometry = geometry;

    public override Value Rows(Value windows) => PixelTable.RowsOfWindows(windows);

    public override void Finish(KernelBuilder k, MatrixTile tile, Value firstRow, Value firstColumn, Value split)
    {
        Value row = k.Let("out_row", firstRow + tile.FirstRow + (tile.Lane >> 2)), column = k.Let("out_column", firstColumn + tile.FirstColumn + (tile.Lane & 3) * 8);
        void Whole()
        {
            for (int i = 0; i < tile.WarpRows / 16; i += 2)
            {
                Value window = k.Let("window", (row >> 5) * 8 + ((row & 7) + 4 * i));
                k.If(window < Pixels, () =>
                {
                    var inside = Inside(k, window);
                    for (int g = 0; g < tile.WarpColumns / 32; g++)
                    {
                        Value channel = column + 32 * g;
                        Guarded(k, channel, () => Store(k, window, channel, Largest(k, inside, q => Sums(tile, i + q / 2, g, q % 2))));
                    }
                });
            }
        }
        void Parts()
        {
            for (int i = 0; i < tile.WarpRows / 16; i++)
                for (int half = 0; half < 2; half++)
                {
                    Value at = k.Let("out", row + (16 * i + 8 * half));
                    k.If(at < Rows(Pixels), () =>
                    {
                        for (int g = 0; g < tile.WarpColumns / 32; g++)
                            k.Store(Value.Field("partial", Floats), Part(split, at, column + 32 * g), Sums(tile, i, g, half));
                    });
                }
        }
        if (CanSplit) k.If(Splits.Equals(1), Whole, Parts);
        else Whole();
    }

    protected override Value Whole(KernelBuilder k, Value window, Value column)
    {
        Value row = k.Let("row", (window >> 3) * 32 + (window & 7));
        return Largest(k, Inside(k, window), q => Added(k, row + 8 * q, column));
    }

    // Whether the right column and the lower row of a window lie in the map.
    private (Value Right, Value Lower) Inside(KernelBuilder k, Value window)
    {
        Value width = Value.Field("y_W", KernelType.Int), height = Value.Field("y_H", KernelType.Int);
        Value right = window % width * 2 + 1 < PixelTable.Out(_geometry.Conv, Value.Field("x_W", KernelType.Int));
        Value lower = window / width % height * 2 + 1 < PixelTable.Out(_geometry.Conv, Value.Field("x_H", KernelType.Int));
        return (k.Let("right", right), k.Let("lower", lower));
    }

    private static Value Largest(KernelBuilder k, (Value Right, Value Lower) inside, Func<int, Value> sums)
    {
        Value largest = k.Let("largest", sums(0));
        foreach (var (q, there) in new[] { (1, inside.Right), (2, inside.Lower), (3, inside.Right & inside.Lower) })
            k.Assign(largest, Value.Select(there, Value.Max(largest, sums(q)), largest));
        return largest;
    }

    private static Value Sums(MatrixTile tile, int i, int group, int half) =>
        Value.Compose([.. Enumerable.Range(0, 8).Select(e => tile.Sum(i, 4 * group + e / 2, 2 * half + e % 2))]);
}

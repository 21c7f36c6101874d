namespace Fcn.Generator.Schedule.Gpu.Contraction;

// As ConvEpilogue, where the map is pooled (2x2, stride 2) and not kept: rows of the product come in the order of PixelTable.RowsOfWindows, so a window's
// four sums lie in one tile. Windows at the lower and right edge may be cut; pixels are those of the pooled map, out_H and out_W the size of the other.
internal sealed class PoolEpilogue(ConvTile shape, GpuMap y, bool hasBias, Func<KernelBuilder, Value, Value, Value, Value>? tail)
    : ConvEpilogue(shape, y, hasBias, tail)
{
    public override Value Rows(Value windows) => PixelTable.RowsOfWindows(windows);

    protected override int Together => 4;

    protected override Value OfPixel(KernelBuilder k, Value window, Value place, Func<Value, Value> sums)
    {
        Value row = k.Let("row", (place >> 3) * 32 + (place & 7)), width = Value.Field("y_W", KernelType.Int), height = Value.Field("y_H", KernelType.Int);
        Value right = k.Let("right", window % width * 2 + 1 < Value.Field("out_W", KernelType.Int));
        Value lower = k.Let("lower", window / width % height * 2 + 1 < Value.Field("out_H", KernelType.Int));
        Value largest = k.Let("largest", sums(row));
        foreach (var (q, there) in new[] { (1, right), (2, lower), (3, right & lower) })
            k.Assign(largest, Value.Select(there, Value.Max(largest, sums(row + 8 * q)), largest));
        return largest;
    }
}

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// The gradient of a convolution's weight as a product of matrices: rows are output channels o, columns all channels of all taps as the map has them
// (absent channels included), and the sum runs over output pixels in steps. Few tiles: the pixels are split among blocks, and the parts added in order.
internal sealed record GradientGeometry(GpuMachine Machine, Conv Conv, int InChannels, int InPitch, int OutChannels)
{
    public const int SumThreads = 256;

    private const int EnoughTiles = 264; // two per multiprocessor of the largest cards

    private static readonly KernelType Floats = KernelType.To(Element.Float);

    /// Elements of 16 bytes.
    public int Chunk => 16 / Machine.Bytes;

    public int ChunksPerTap => InPitch / Chunk;

    public int Taps => Conv.Kernel * Conv.Kernel;

    /// Pixels of a step.
    public int Depth => Machine.Unit == MatrixUnit.None ? PlainTile.Depth : 128 / Machine.Bytes;

    public int TileRows => Machine.Unit == MatrixUnit.None ? PlainTile.Side : OutChannels <= 32 ? 32 : OutChannels <= 64 ? 64 : 128;

    public int TileColumns => Machine.Unit == MatrixUnit.None ? PlainTile.Side : 128;

    public int RowTiles => (OutChannels + TileRows - 1) / TileRows;

    public int ColumnTiles => (Taps * InPitch + TileColumns - 1) / TileColumns;

    public int Splits => Math.Max(1, Math.Min(64, (EnoughTiles + RowTiles * ColumnTiles / 2) / (RowTiles * ColumnTiles)));

    public int Blocks => RowTiles * ColumnTiles * Splits;

    /// Whether the sums go straight to the gradient: nothing to add up, and columns lie as the parameter does.
    public bool IsDirect => Splits == 1 && InPitch == InChannels;

    public long PartialBytes => IsDirect ? 0 : 4L * Splits * RowTiles * TileRows * ColumnTiles * TileColumns;

    public int SumBlocks => (OutChannels * Taps * InChannels + SumThreads - 1) / SumThreads;

    private static Value Gradient => Value.Field("gradient", Floats);

    private static Value Accumulates => Value.Field("Accumulate", KernelType.Int).Equals(1);

    /// Tiles and steps of a block.
    public (Value Row, Value Column, Value Split, Value First, Value End) Block(KernelBuilder k)
    {
        Value row = k.Let("row_tile", Value.Item % RowTiles), column = k.Let("column_tile", Value.Item / RowTiles % ColumnTiles);
        Value steps = k.Let("steps", (Value.Field("pixels", KernelType.Int) + (Depth - 1)) / Depth);
        if (Splits == 1) return (row, column, 0, 0, steps);
        Value split = k.Let("split", Value.Item / (RowTiles * ColumnTiles));
        return (row, column, split, k.Let("first", split * steps / Splits), k.Let("end", (split + 1) * steps / Splits));
    }

    /// The taps and channels under a chunk of columns: how far in the map from the first tap, and the bits that say whether it is there.
    public (Value Distance, Value Bits) Columns(KernelBuilder k, Value chunk)
    {
        Value tap = k.Let("tap", chunk / ChunksPerTap), part = k.Let("part", chunk % ChunksPerTap);
        Value distance = PixelTable.Distance(Conv, tap, Value.Field("x_W", KernelType.Int)).To(Element.Index) * InPitch + part * Chunk;
        return (distance, k.Let("bits", Value.Select(chunk < Taps * ChunksPerTap, PixelTable.Bits(Conv, tap), Value.Int(PixelTable.NoTap))));
    }

    /// Keeps neighbouring sums of one row.
    public void Store(KernelBuilder k, Value split, Value row, Value column, Value sums)
    {
        if (!IsDirect)
        {
            k.Store(Value.Field("partial", Floats), Part(split, row, column), sums);
            return;
        }
        if (OutChannels % TileRows == 0 && Taps * InPitch % TileColumns == 0) Direct();
        else k.If(row < OutChannels & column < Taps * InPitch, Direct);

        void Direct()
        {
            Value at = k.Let("at", Gradient + (row.To(Element.Index) * (Taps * InChannels) + column)), sum = k.Let("sum", sums);
            k.If(Accumulates, () => k.Assign(sum, sum + at.Load(0, sums.Type.Lanes)));
            k.Store(at, 0, sum);
        }
    }

    /// Adds the parts to the gradient [o][a][b][i]. Roles: partial, gradient.
    public Kernel Sum(string name)
    {
        var k = new KernelBuilder();
        Value index = k.Let("index", Value.Item * SumThreads + Value.Thread);
        k.If(index < OutChannels * Taps * InChannels, () =>
        {
            Value row = k.Let("row", index / (Taps * InChannels)), rest = k.Let("rest", index % (Taps * InChannels));
            Value column = k.Let("column", rest / InChannels * InPitch + rest % InChannels), sum = k.Let("sum", Value.Float(0));
            k.If(Accumulates, () => k.Assign(sum, Gradient.Load(index)));
            k.For("split", 0, Splits, split => k.Assign(sum, sum + Value.Field("partial", Floats).Load(Part(split, row, column))));
            k.Store(Gradient, index, sum);
        });
        return k.Build(name, "Adds the parts of a weight's gradient, in order.") with { Threads = SumThreads };
    }

    private Value Part(Value split, Value row, Value column) =>
        (split * (RowTiles * TileRows) + row).To(Element.Index) * (ColumnTiles * TileColumns) + column;
}

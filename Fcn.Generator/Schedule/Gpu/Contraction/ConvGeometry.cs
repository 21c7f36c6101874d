using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// A convolution as an implicit GEMM: a product of matrices whose left factor, im2col of the input, is never written. Rows are output pixels, columns output
// channels, and the sum runs over chunks of 16 bytes, each some channels of one tap. Chunks are taken in steps. Where a tap fills whole steps, taps go
// innermost, so that the same pixels are read again while they are near. All of it reaches kernels as arguments; the tile alone shapes their text.
internal sealed record ConvGeometry(GpuMachine Machine, Conv Conv, int InPitch, int OutChannels)
{
    private int OutPitch => GpuMap.PitchOf(OutChannels);

    /// Elements of a chunk.
    public int Chunk => 16 / Machine.Bytes;

    public int Taps => Conv.Kernel * Conv.Kernel;

    private int ChunksPerTap => InPitch / Chunk;

    public int Chunks => Taps * ChunksPerTap;

    public int StepChunks => ConvTile.StepChunksOf(Machine);

    public int Steps => (Chunks + StepChunks - 1) / StepChunks;

    /// Chunks of one tap that follow each other: run r is of tap r % Taps.
    public int Run => ChunksPerTap % StepChunks == 0 ? StepChunks : ChunksPerTap;

    public ConvTile Tile => ConvTile.Of(Machine, OutPitch);

    public int ColumnTiles => (OutPitch + Tile.Columns - 1) / Tile.Columns;

    /// Chunks of the packed weights.
    public int PackedChunks => ColumnTiles * Steps * StepChunks * Tile.Columns;

    /// Entries of the table of chunks, which lies behind the packed weights: those of all steps, and of as many more as are read ahead.
    public int TableEntries => (Steps + MatrixTile.Stages) * StepChunks;

    public long TableAt => PackedChunks * 16L;

    public long PackedBytes => TableAt + TableEntries * 16L;

    /// Kernels that a mask of taps has room for; see PixelTable.
    public static bool Fits(Conv conv) => conv.Groups == 1 && conv.Kernel <= PixelTable.MostTaps;

    /// Tiles of the product, as the host counts them.
    public Value Tiles(Value rows) => (rows + (Tile.Rows - 1)) / Tile.Rows * ColumnTiles;

    /// Short sums are not worth splitting.
    public bool CanSplit => Steps >= 16;

    /// Split-K: parts of the sum as the host chooses them. Blocks for about two per multiprocessor, parts of at least four steps.
    public Value Splits(Value rows) => Value.Max(1, Value.Min(
        Value.Field("Processors", KernelType.Int) * 2 / Value.Max(1, Tiles(rows)), Steps / 4));

    public Value PartialBytes(Value splits, Value rows) =>
        Value.Select(splits.Equals(1), 0L, splits.To(Element.Index) * rows * (ColumnTiles * Tile.Columns * 4));
}

/// The tile of sums of one block: what shapes the text of a convolution's kernel. Its fields beside.
internal sealed record ConvTile(GpuMachine Machine, int Rows, int Columns)
{
    public static ConvTile Of(GpuMachine machine, int outPitch) => machine.Unit == MatrixUnit.None
        ? new(machine, PlainTile.Side, PlainTile.Side)
        : new(machine, 128, outPitch <= 32 ? 32 : outPitch <= 64 ? 64 : 128);

    /// Chunks of a step: rows of 128 bytes in shared memory, of 64 without matrix units.
    public static int StepChunksOf(GpuMachine machine) => machine.Unit == MatrixUnit.None ? 4 : 8;

    public int StepChunks => StepChunksOf(Machine);

    /// Elements of a chunk.
    public int Chunk => 16 / Machine.Bytes;

    /// Elements of one step of one column tile of the packed weights.
    public int StepElements => StepChunks * Columns * Chunk;

    public string Name => FormattableString.Invariant($"{Machine.Name}_{Rows}x{Columns}");

    public static Value Steps => Value.Field("steps", KernelType.Int);

    public static Value ColumnTiles => Value.Field("column_tiles", KernelType.Int);

    public static Value Splits => Value.Field("splits", KernelType.Int);

    /// Where the entry of a chunk of a step is in the table of chunks, which PackWeights writes: four Ints.
    public Value Entry(Value step, Value chunk) =>
        Value.Field("chunks", KernelType.To(Element.Int)).Load((step * StepChunks + chunk) * 4, 4);
}

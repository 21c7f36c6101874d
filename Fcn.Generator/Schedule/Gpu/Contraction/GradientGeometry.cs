using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// The gradient of a convolution's weight as a product of matrices: rows are output channels o, columns all channels of all taps as the map has them
// (absent channels included), and the sum runs over output pixels in steps. Few tiles: the pixels are split among blocks (split-K), and the parts are added
// in order. All of it reaches kernels as arguments; the tile alone shapes their text.
internal sealed record GradientGeometry(GpuMachine Machine, Conv Conv, int InChannels, int InPitch, int OutChannels)
{
    private const int EnoughTiles = 264; // two per multiprocessor of the largest cards

    private int Taps => Conv.Kernel * Conv.Kernel;

    public GradientTile Tile => GradientTile.Of(Machine, OutChannels);

    private int RowTiles => (OutChannels + Tile.Rows - 1) / Tile.Rows;

    private int ColumnTiles => (Taps * InPitch + Tile.Columns - 1) / Tile.Columns;

    private int Splits => Math.Max(1, Math.Min(64, (EnoughTiles + RowTiles * ColumnTiles / 2) / (RowTiles * ColumnTiles)));

    public int Blocks => RowTiles * ColumnTiles * Splits;

    /// Whether the sums go straight to the gradient: nothing to add up, and columns lie as the parameter does.
    public bool IsDirect => Splits == 1 && InPitch == InChannels;

    public long PartialBytes => 4L * Splits * RowTiles * Tile.Rows * ColumnTiles * Tile.Columns;

    public int Length => OutChannels * Taps * InChannels;

    /// What kernels know of it.
    public IEnumerable<KeyValuePair<string, Value>> Bind() =>
    [
        .. PixelTable.Bind(Conv), new("row_tiles", RowTiles), new("column_tiles", ColumnTiles), new("splits", Splits), new("direct", IsDirect ? 1 : 0),
        new("chunks_per_tap", InPitch / (16 / Machine.Bytes)), new("columns", Taps * InPitch), new("outs", OutChannels), new("ins", InChannels),
        new("row_length", Taps * InChannels), new("length", Length), new("partial_rows", RowTiles * Tile.Rows), new("partial_columns", ColumnTiles * Tile.Columns),
    ];
}

/// The tile of sums of one block: what shapes the text of a weight gradient's kernel.
internal sealed record GradientTile(GpuMachine Machine, int Rows, int Columns)
{
    public static GradientTile Of(GpuMachine machine, int outChannels) => machine.Unit == MatrixUnit.None
        ? new(machine, PlainTile.Side, PlainTile.Side)
        : new(machine, outChannels <= 32 ? 32 : outChannels <= 64 ? 64 : 128, 128);

    /// Elements of 16 bytes.
    public int Chunk => 16 / Machine.Bytes;

    /// Pixels of a step.
    public int Depth => Machine.Unit == MatrixUnit.None ? PlainTile.Depth : 128 / Machine.Bytes;

    public string Name => FormattableString.Invariant($"{Machine.Name}_{Rows}x{Columns}");
}

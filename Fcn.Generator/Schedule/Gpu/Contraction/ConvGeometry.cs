namespace Fcn.Generator.Schedule.Gpu.Contraction;

// A convolution as a product of matrices: rows are output pixels, columns output channels, and the sum runs over chunks of 16 bytes, each some channels
// of one tap. Chunks are taken in steps; where a tap fills whole steps, taps go innermost, so that the same pixels are read again while they are near.
internal sealed record ConvGeometry(GpuMachine Machine, Conv Conv, int InPitch, int OutChannels)
{
    public int OutPitch => GpuMap.PitchOf(OutChannels);

    /// Elements of a chunk.
    public int Chunk => 16 / Machine.Bytes;

    public int Taps => Conv.Kernel * Conv.Kernel;

    public int ChunksPerTap => InPitch / Chunk;

    public int Chunks => Taps * ChunksPerTap;

    /// Chunks of a step: rows of 128 bytes in shared memory, of 64 without matrix units.
    public int StepChunks => Machine.Unit == MatrixUnit.None ? 4 : 8;

    public int Steps => (Chunks + StepChunks - 1) / StepChunks;

    /// Columns of a block's tile.
    public int TileColumns => Machine.Unit == MatrixUnit.None ? 64 : OutPitch <= 32 ? 32 : OutPitch <= 64 ? 64 : 128;

    public int ColumnTiles => (OutPitch + TileColumns - 1) / TileColumns;

    /// Elements of one step of one column tile of the packed weights.
    public int StepElements => StepChunks * TileColumns * Chunk;

    public long PackedBytes => (long)ColumnTiles * Steps * StepElements * Machine.Bytes;

    private bool TapsInnermost => ChunksPerTap % StepChunks == 0;

    /// Which tap and which of its chunks a chunk of a step is, and whether there is one.
    public (Value Tap, Value Chunk, Value? Exists) Place(Value step, Value chunk)
    {
        if (TapsInnermost) return (step % Taps, step / Taps * StepChunks + chunk, null);
        Value index = step * StepChunks + chunk;
        return (index / ChunksPerTap, index % ChunksPerTap, Chunks % StepChunks == 0 ? null : index < Chunks);
    }

    /// Kernels that a mask of taps has room for; see PixelTable.
    public static bool Fits(Conv conv) => conv.Groups == 1 && conv.Kernel <= PixelTable.MostTaps;

    /// For summaries.
    public string Words => FormattableString.Invariant($"{Conv.Kernel}x{Conv.Kernel} stride {Conv.Stride} pad {Conv.Pad} dilation {Conv.Dilation}, {InPitch} to {OutChannels}");
}

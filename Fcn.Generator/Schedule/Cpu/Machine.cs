namespace Fcn.Generator.Schedule;

// What a CPU schedule must know of its machine: floats per vector and the register tile of contractions, Pixels x Vectors accumulators.
// The tiles are measured: 14x2 leaves 4 of 32 zmm for operands, 6x2 leaves 4 of 16 ymm; 4x4 serves the 32 registers of ARM64.
internal sealed record Machine(string Name, int Lanes, int Pixels, int Vectors)
{
    /// Channels that lie together in memory on every machine, so that parameters and maps have one layout.
    public const int Block = 16;

    public static readonly Machine Avx512 = new("Avx512", 16, 14, 2);
    public static readonly Machine Avx2 = new("Avx2", 8, 6, 2);
    public static readonly Machine Portable = new("Portable", 4, 4, 4);

    public static readonly IReadOnlyList<Machine> Cpus = [Avx512, Avx2, Portable];

    /// Whether contractions have register tiles. One float at a time is the plain nests' machine, which tests take for their oracle.
    public bool HasTiles => Lanes > 1;

    /// Vectors in one block of channels.
    public int VectorsPerBlock => Block / Lanes;

    /// Groups of so many channel blocks as a register tile spans, as the host counts them: its engine gives TileBlocks.
    public static Value Groups(int blocks) => blocks == 1 ? 1 : (Value.Field("TileBlocks", KernelType.Int) + (blocks - 1)) / Value.Field("TileBlocks", KernelType.Int);

    /// Channel blocks that one register tile spans.
    public int BlocksPerTile => Math.Max(1, Vectors / VectorsPerBlock);
}

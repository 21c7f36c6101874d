using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// Floats per vector, and the register tile of contractions: Pixels x Vectors accumulators. Kernels are written once, for the 16 channels of
// a block at a time (IBlock in the runtime says in how many vectors); register tiles are written for each of Cpus. The tiles are measured:
// 14x2 leaves 4 of 32 zmm for operands, 6x2 leaves 4 of 16 ymm; 4x4 serves the 32 registers of ARM64.
internal sealed record Machine(string Name, int Lanes, int Pixels, int Vectors)
{
    /// Channels that lie together in memory on every machine, so that parameters and maps have one layout.
    public const int Block = 16;

    /// What kernels are written for.
    public static readonly Machine Kernels = new("Kernels", Block, 0, 0);

    public static readonly Machine Avx512 = new("Avx512", 16, 14, 2);
    public static readonly Machine Avx2 = new("Avx2", 8, 6, 2);
    public static readonly Machine Portable = new("Portable", 4, 4, 4);

    public static readonly IReadOnlyList<Machine> Cpus = [Avx512, Avx2, Portable];

    /// Pixels and channel blocks of a tile on the machine that runs: the engine's fields.
    public static Value TilePixels { get; } = Value.Field("TilePixels", KernelType.Int);

    public static Value TileBlocks { get; } = Value.Field("TileBlocks", KernelType.Int);

    /// Groups of so many channel blocks as a tile spans, as the host counts them.
    public static Value Groups(int blocks) => blocks == 1 ? 1 : (TileBlocks + (blocks - 1)) / TileBlocks;

    /// Whether contractions have register tiles. One float at a time is the plain nests' machine, which tests take for their oracle.
    public bool HasTiles => Lanes > 1;

    /// Vectors in one block of channels.
    public int VectorsPerBlock => Block / Lanes;

    /// Channel blocks that one register tile spans.
    public int BlocksPerTile => Math.Max(1, Vectors / VectorsPerBlock);

    /// Writes what is done to the channels of a block: at once, or lane by lane.
    public void EachLane(KernelBuilder kernel, Action<Value> body)
    {
        if (Lanes == Block) body(0);
        else kernel.For("lane", 0, Block, body, Lanes);
    }
}

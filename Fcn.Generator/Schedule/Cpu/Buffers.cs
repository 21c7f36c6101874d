using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// Where a map lies: (N, blocks, H + 2 Halo, W + 2 Halo, Block). The border is zero, so convolutions read their padding instead of testing for it.
// Channels beyond the last are zero as well. Block 1 without border is plain NCHW, the form of scores that leave the network.
// All values are the host's; a kernel sees the map through a MapRole.
internal sealed record MapBuffer(string Name, int Channels, Extent Size, int Block, int Halo)
{
    /// Where it lies if that is memory of the engine's; null for a buffer of its own name.
    public Value? Memory { get; init; }

    public int Blocks => (Channels + Block - 1) / Block;

    public Value Pointer => Memory ?? Value.Field(Name, KernelType.To(Element.Float));

    public Value Height => Value.Field(Size == Extent.Input ? "H" : GeneratedName.Of(Name, "H"), KernelType.Int);

    public Value Width => Value.Field(Size == Extent.Input ? "W" : GeneratedName.Of(Name, "W"), KernelType.Int);

    /// Floats from a pixel to the one below it.
    public Value Row => (Width + 2 * Halo).To(Element.Index) * Block;

    /// Floats from a block of channels to the next.
    public Value Plane => Row * (Height + 2 * Halo);

    /// Floats from an image to the next.
    public Value Image => Plane * Blocks;

    /// The pixel at row and column `at` of the first plane. Down to -Halo it lies in the border.
    public Value Pixel(int at) => Pointer + (Row + Block) * (Halo + at);
}

/// Where a weight lies: [o/16][i/InBlock][a][b][i % InBlock][o % 16]; see ParameterLayout in the runtime.
internal sealed record WeightBuffer(string Name, Value Pointer, int Out, int In, int Kernel, int InBlock)
{
    public int OutBlocks => (Out + Machine.Block - 1) / Machine.Block;

    public int InBlocks => (In + InBlock - 1) / InBlock;

    /// Floats from a row of taps to the next.
    public int Row => Kernel * InBlock * Machine.Block;

    /// Floats from a block of input channels to the next.
    public int Plane => Kernel * Row;

    /// Floats from a block of output channels to the next.
    public long Panel => (long)InBlocks * Plane;

    public long Length => OutBlocks * Panel;

    /// Whether this is a buffer of the arena rather than a place in parameter or gradient memory.
    public bool IsPlanned => Pointer.Op == KernelOp.Field && Pointer.Name == Name;
}

namespace Fcn.Generator.Schedule;

// Where a map lies: (N, blocks, H + 2 Halo, W + 2 Halo, Block). The border is zero, so convolutions read their padding instead of testing for it.
// Channels beyond the last are zero as well. Block 1 without border is plain NCHW, the form of scores that leave the network.
internal sealed record MapBuffer(string Name, int Channels, Extent Size, int Block, int Halo)
{
    /// Where it lies if that is memory of the engine's; null for a buffer of its own name.
    public Value? Memory { get; init; }

    public int Blocks => (Channels + Block - 1) / Block;

    public Value Pointer => Value.Field(Name, KernelType.To(Element.Float));

    public Value Height => Value.Field(Size == Extent.Input ? "H" : GeneratedName.Of(Name, "H"), KernelType.Int);

    public Value Width => Value.Field(Size == Extent.Input ? "W" : GeneratedName.Of(Name, "W"), KernelType.Int);
}

/// Where a weight lies: [o/16][i/InBlock][a][b][i % InBlock][o % 16]; see ParameterLayout in the runtime.
internal sealed record WeightBuffer(string Name, Value Pointer, int Out, int In, int Kernel, int InBlock)
{
    public int OutBlocks => (Out + Machine.Block - 1) / Machine.Block;

    public int InBlocks => (In + InBlock - 1) / InBlock;

    /// Floats for one block of output channels.
    public long Panel => (long)InBlocks * Kernel * Kernel * InBlock * Machine.Block;

    public long Length => OutBlocks * Panel;

    /// Whether this is a buffer of the arena rather than a place in parameter or gradient memory.
    public bool IsPlanned => Pointer.Op == KernelOp.Field && Pointer.Name == Name;

    /// Offset of (o, i, a, b), o = 16 outBlock + lane, i = InBlock inBlock + inLane.
    public Value At(Value outBlock, Value inBlock, Value inLane, Value a, Value b) =>
        outBlock.To(Element.Index) * Panel + (((Wide(inBlock) * Kernel + a) * Kernel + b) * InBlock + inLane) * Machine.Block;

    /// The number of a block of input channels, in 64 bits where a panel needs them.
    public Value Wide(Value inBlock) => Panel > int.MaxValue ? inBlock.To(Element.Index) : inBlock;
}

/// Pitches of a map as locals of one kernel, declared when first needed.
internal sealed class MapAccess(KernelBuilder kernel, MapBuffer map)
{
    private Value? _row, _plane, _image;

    public MapBuffer Map { get; } = map;

    public Value Row => _row ??= kernel.Let($"{Map.Name}_row", (Map.Width + 2 * Map.Halo).To(Element.Index) * Map.Block);

    public Value Plane => _plane ??= kernel.Let($"{Map.Name}_plane", (Map.Height + 2 * Map.Halo) * Row);

    public Value Image => _image ??= kernel.Let($"{Map.Name}_image", Plane * Map.Blocks);

    /// Declares the pitches before a loop uses them.
    public MapAccess Declare()
    {
        _ = Image;
        return this;
    }

    public Value At(Value n, Value block, Value lane, Value h, Value w) =>
        n * Image + block * Plane + (h + Map.Halo) * Row + ((w + Map.Halo) * Map.Block + lane);
}

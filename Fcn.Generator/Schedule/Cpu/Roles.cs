using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// What kernels know of maps and weights: a role (x, y, dy, weight) whose place, sizes and pitches are arguments, so that layers share
// kernels. The name of an argument is the role's, with what it says behind it: x, x_H, x_row.

/// A map in a kernel. Its pointer is the first pixel inside the border (or, for a convolution, the first that it reads). Channels and Block
/// are known where the kernel is written, since they shape its code.
internal sealed record MapRole(string Name, int Channels, int Block)
{
    public Value Pointer => Value.Field(Name, KernelType.To(Element.Float));

    public Value Height => Number("H");

    public Value Width => Number("W");

    public Value Blocks => Number("blocks");

    public Value Row => Pitch("row");

    public Value Plane => Pitch("plane");

    public Value Image => Pitch("image");

    /// Offset of a lane of a block of channels of a pixel.
    public Value At(Value n, Value block, Value lane, Value h, Value w) => n * Image + block * Plane + h * Row + (w * Block + lane);

    /// The arguments of a launch where this role is a map, read from the row and column `at` on.
    public IEnumerable<KeyValuePair<string, Value>> Bind(MapBuffer map, int at = 0) =>
    [
        new(Name, map.Pixel(at)),
        new(Height.Name, map.Height),
        new(Width.Name, map.Width),
        new(Blocks.Name, Value.Int(map.Blocks)),
        new(Row.Name, map.Row),
        new(Plane.Name, map.Plane),
        new(Image.Name, map.Image),
    ];

    private Value Number(string what) => Value.Field($"{Name}_{what}", KernelType.Int);

    private Value Pitch(string what) => Value.Field($"{Name}_{what}", KernelType.Index);
}

/// A weight, a bias or a gradient of either in a kernel.
internal sealed record WeightRole(string Name, int InBlock)
{
    public Value Pointer => Value.Field(Name, KernelType.To(Element.Float));

    /// Taps along one side.
    public Value Kernel => Value.Field($"{Name}_K", KernelType.Int);

    public Value InBlocks => Value.Field($"{Name}_blocks", KernelType.Int);

    public Value Row => Value.Field($"{Name}_row", KernelType.Index);

    public Value Plane => Value.Field($"{Name}_plane", KernelType.Index);

    public Value Panel => Value.Field($"{Name}_panel", KernelType.Index);

    /// Offset of (o, i, a, b), o = 16 outBlock, i = InBlock inBlock + inLane.
    public Value At(Value outBlock, Value inBlock, Value inLane, Value a, Value b) =>
        outBlock * Panel + inBlock * Plane + a * Row + (b * InBlock + inLane) * Machine.Block;

    /// The arguments of a launch where this role is a parameter.
    public IEnumerable<KeyValuePair<string, Value>> Bind(WeightBuffer weight) =>
    [
        new(Name, weight.Pointer),
        new(Kernel.Name, Value.Int(weight.Kernel)),
        new(InBlocks.Name, Value.Int(weight.InBlocks)),
        new(Row.Name, (Value)(long)weight.Row),
        new(Plane.Name, (Value)(long)weight.Plane),
        new(Panel.Name, (Value)weight.Panel),
    ];
}

/// A node's operands on a CPU. First: the row and column of the first map that the kernel takes for its first.
internal sealed class CpuOperands(
    MapBuffer? y, IReadOnlyList<MapBuffer?> maps, IReadOnlyList<WeightBuffer?> weights, int weighted, int first = 0)
    : Operands<MapBuffer, MapRole, WeightBuffer, WeightRole>(y, maps, weights, weighted)
{
    protected override (MapRole Role, IEnumerable<KeyValuePair<string, Value>> Bindings) Role(string name, MapBuffer map)
    {
        var role = new MapRole(name, map.Channels, map.Block);
        return (role, role.Bind(map, name == "x" ? first : 0));
    }

    protected override (WeightRole Role, IEnumerable<KeyValuePair<string, Value>> Bindings) Role(string name, WeightBuffer weight)
    {
        var role = new WeightRole(name, weight.InBlock);
        return (role, role.Bind(weight));
    }
}

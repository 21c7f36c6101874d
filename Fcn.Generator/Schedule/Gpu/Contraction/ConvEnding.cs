using Fcn.Generator.Declaration;

namespace Fcn.Generator.Schedule.Gpu.Contraction;

// What becomes of a convolution's sums before they are stored: the largest of four where the map is pooled (2x2, stride 2) and not kept, then bias and fused
// elementwise ops. Pooling needs rows of the product in the order of PixelTable.RowsOfWindows; out_H and out_W are the size of the map that is not kept.
internal sealed record ConvEnding(bool Bias, EquatableArray<Op> Tail, bool Pools)
{
    /// What FCNs are made of, forwards and backwards. One kernel has them all and is told by an argument which it is to take: its inner loop is the bulk of
    /// its text, and the same for all of them.
    private static readonly IReadOnlyList<ConvEnding> Usual =
    [
        new(true, [new Relu()], false), new(true, [new Relu()], true), new(true, [], false), new(false, [], false), new(false, [new ReluGradient()], false),
        new(false, [new Add()], false),
    ];

    public static Value Chosen => Value.Field("ending", KernelType.Int);

    /// The endings of the kernel that has this one: the usual ones or, where it is none of them, it alone. Nothing pools without matrix units.
    public IReadOnlyList<ConvEnding> Family(GpuMachine machine) =>
        Usual.Contains(this) ? [.. Usual.Where(e => machine.Unit != MatrixUnit.None || !e.Pools)] : [this];

    /// How many rows of the product become one pixel.
    public int Together => Pools ? 4 : 1;

    public string Words => $"{(Bias ? "_bias" : "")}{string.Concat(Tail.Select(static t => $"_{KernelName.Of(t)}"))}{(Pools ? "_max_pool_2x2" : "")}";

    /// What the sums of a pixel come to. Place: the pixel's number in the block's tile, or among all; sums: of a row of the product, from there. Windows at
    /// the lower and right edge may be cut.
    public Value Gather(KernelBuilder k, int lanes, Value pixel, Value place, Func<Value, Value> sums)
    {
        if (!Pools) return sums(place);
        Value row = k.Let("row", (place >> 3) * 32 + (place & 7)), width = Value.Field("y_W", KernelType.Int), height = Value.Field("y_H", KernelType.Int);
        Value right = k.Let("right", pixel % width * 2 + 1 < Value.Field("out_W", KernelType.Int));
        Value lower = k.Let("lower", pixel / width % height * 2 + 1 < Value.Field("out_H", KernelType.Int));
        Value largest = k.Let("largest", Value.Float(double.NegativeInfinity).Spread(lanes));
        k.Unrolled("corner", 4, corner =>
        {
            Value there = ((corner & 1).Equals(0) | right) & (corner < 2 | lower);
            k.Assign(largest, Value.Select(there, Value.Max(largest, sums(row + corner * 8)), largest));
        });
        return largest;
    }

    /// Bias and fused ops; maps: those that the ops read, behind the convolution's own.
    public Value Apply(KernelBuilder k, GpuMap y, IReadOnlyList<GpuMap> maps, Value pixel, Value channel, Value sums)
    {
        Value value = Bias ? sums + Value.Field("bias", KernelType.To(Element.Float)).Load(channel, sums.Type.Lanes) : sums;
        var (read, vectors) = Operands(maps);
        var point = new GpuPoint(k, sums.Type.Lanes, read, vectors)
        {
            N = pixel / (y.Height * y.Width), H = pixel / y.Width % y.Height, W = pixel % y.Width, First = channel, Pixel = (pixel, y.Size),
        };
        int others = 1;
        foreach (var op in Tail)
        {
            value = ((IElementwise)op).Apply(point, value, others);
            others += ((IElementwise)op).Others;
        }
        return value;
    }

    // What the ops of the tail read, by the numbers under which they read it: from 1 on.
    private (IReadOnlyList<GpuMap?> Maps, IReadOnlyList<GpuWeight?> Vectors) Operands(IReadOnlyList<GpuMap> maps)
    {
        var (read, vectors) = (new List<GpuMap?> { null }, new List<GpuWeight?> { null });
        foreach (var op in Tail.Cast<IElementwise>())
            for (int i = 0; i < op.Others; i++)
            {
                read.Add(op.ReadsVectors ? null : maps[read.Count(static m => m is not null) + 1]);
                vectors.Add(op.ReadsVectors ? GpuWeight.Role(GpuOperands.Vector(vectors.Count(static v => v is not null))) : null);
            }
        return (read, vectors);
    }
}

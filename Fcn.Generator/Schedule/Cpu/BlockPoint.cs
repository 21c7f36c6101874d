namespace Fcn.Generator.Schedule;

// A point of maps in blocks of channels, weights in panels: the CPU's layout.
internal class BlockPoint(KernelBuilder kernel, int lanes, IReadOnlyList<MapAccess?> maps, IReadOnlyList<WeightBuffer?> weights) : Point(kernel, lanes)
{
    public Value Block { get; init; } = 0;

    /// First channel of these lanes in the block.
    public Value Lane { get; init; } = 0;

    public override Value Channel => Lanes == 1 ? Block * Machine.Block + Lane : throw new InvalidOperationException("A vector of channels has no one number.");

    public override MapSize Map(int input) => new(maps[input]!.Map.Height, maps[input]!.Map.Width);

    public override Value Read(int input, Value h, Value w)
    {
        var map = maps[input]!;
        if (map.Map.Block == Machine.Block) return map.Map.Pointer.Load(map.At(N, Block, Lane, h, w), Lanes);
        return map.Map.Pointer.Load(Address(map, Channel, h, w));
    }

    public override Value Read(int input, Value channel, Value h, Value w) => maps[input]!.Map.Pointer.Load(Address(maps[input]!, channel, h, w));

    public override Value Read(int input, Value inBlock, Value inLane, Value h, Value w) =>
        maps[input]!.Map.Pointer.Load(maps[input]!.At(N, inBlock, inLane, h, w));

    public override Value Weight(int input, Value inBlock, Value inLane, Value a, Value b)
    {
        var weight = weights[input]!;
        return weight.Pointer.Load(weight.At(Block, inBlock, inLane, a, b) + Lane, Lanes);
    }

    public override Value WeightAt(int input, Value o, Value i, Value a, Value b)
    {
        var weight = weights[input]!;
        return weight.Pointer.Load(weight.At(o / Machine.Block, i / weight.InBlock, i % weight.InBlock, a, b) + o % Machine.Block);
    }

    public override Value Bias(int input) => weights[input]!.Pointer.Load(Block * Machine.Block + Lane, Lanes);

    private Value Address(MapAccess map, Value channel, Value h, Value w) =>
        map.Map.Blocks == 1 ? map.At(N, 0, channel, h, w) : map.At(N, channel / map.Map.Block, channel % map.Map.Block, h, w);
}

using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// A point of maps in blocks of channels, weights in panels: the CPU's layout.
internal sealed class BlockPoint(KernelBuilder kernel, int lanes, CpuOperands operands) : Point(kernel, lanes)
{
    public Value Block { get; init; } = 0;

    /// First channel of these lanes in the block.
    public Value Lane { get; init; } = 0;

    public override Value Channel =>
        Lanes == 1 ? Block * Machine.Block + Lane : throw new InvalidOperationException("A vector of channels has no one number.");

    public override MapSize Map(int input) => new(At(input).Height, At(input).Width);

    public override Value Read(int input, Value h, Value w)
    {
        var map = At(input);
        return map.Block == Machine.Block ? map.Pointer.Load(map.At(N, Block, Lane, h, w), Lanes) : Read(input, Channel, h, w);
    }

    public override Value Read(int input, Value channel, Value h, Value w)
    {
        var map = At(input);
        bool isOneBlock = map.Channels <= map.Block;
        return map.Pointer.Load(isOneBlock ? map.At(N, 0, channel, h, w) : map.At(N, channel / map.Block, channel % map.Block, h, w));
    }

    public override Value Read(int input, Value inBlock, Value inLane, Value h, Value w) =>
        At(input).Pointer.Load(At(input).At(N, inBlock, inLane, h, w));

    public override Value Weight(int input, Value inBlock, Value inLane, Value a, Value b)
    {
        var weight = operands.Weights[input]!;
        return weight.Pointer.Load(weight.At(Block, inBlock, inLane, a, b) + Lane, Lanes);
    }

    public override Value WeightAt(int input, Value o, Value i, Value a, Value b)
    {
        var weight = operands.Weights[input]!;
        return weight.Pointer.Load(weight.At(o / Machine.Block, i / weight.InBlock, i % weight.InBlock, a, b) + o % Machine.Block);
    }

    public override Value Bias(int input) => operands.Weights[input]!.Pointer.Load(Block * Machine.Block + Lane, Lanes);

    private MapRole At(int input) => operands.Maps[input]!;
}

namespace Fcn.Generator.Schedule;

// How many channels of a map lie together: all of the image's (it arrives interleaved), 16 of any other. Weights that read the map lie alike.
internal static class WeightOrder
{
    public static int Block(Node map) => map.Op is Input ? map.Map.Channels : Machine.Block;

    /// Input channels per block of a weight, by the map that its convolution reads. A bias and a flipped weight meet no image.
    public static int InBlock(Node weight, NetworkGraph graph)
    {
        if (weight.Shape is WeightShape { In: 1, Kernel: 1 } && weight.Op is Parameter { Bias: true }) return 1;
        if (weight.Op is BiasGradient or ChannelOp) return 1;
        if (weight.Op is WeightGradient) return Block(weight.Inputs[0]);
        var reader = graph.UsersOf(weight).FirstOrDefault(static u => u.Op is Conv or Fused { Core: Conv });
        return reader is null ? Machine.Block : Block(reader.Inputs[0]);
    }
}

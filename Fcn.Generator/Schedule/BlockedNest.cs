using Fcn.Generator.Graph;
using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

// A node's loops as CPUs run them: those of its op, but a dense convolution's input channels go by block and lane, so that neighbouring
// taps and channels are neighbours in memory.
internal static class BlockedNest
{
    public static Nest? Of(Node node) =>
        ((node.Op as Fused)?.Core ?? node.Op) is Conv { Groups: 1 } conv ? Dense(conv, node.Inputs[0]) : node.Op.Loops(node);

    public static Nest Dense(Conv c, Node x)
    {
        int inBlock = WeightOrder.Block(x);
        int blocks = (x.Map.Channels + inBlock - 1) / inBlock;
        return new((p, at) => p.Read(0, at[0], at[3], Tap(p.H, at[1]), Tap(p.W, at[2])) * p.Weight(1, at[0], at[3], at[1], at[2]))
        {
            Reduce = [new("block", blocks), new("a", c.Kernel), new("b", c.Kernel), new("i", inBlock)],
            Start = c.HasBias ? static p => p.Bias(2) : null,
        };

        Value Tap(Value place, Value tap) => place * c.Stride - c.Pad + tap * c.Dilation;
    }
}

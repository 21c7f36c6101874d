using Fcn.Generator.Kernels;
using Xunit;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Kernels;

// Vectors do in every lane what scalars do, and memory keeps its lanes in order.
public sealed class KernelVectorTests
{
    private static readonly double[] X = [3, -1, 4, 1], Y = [-5, 9, 2, 1];
    private static readonly Value Vx = Bench.Floats("x").Load(0, 4), Vy = Bench.Floats("y").Load(0, 4);

    private static double[] Run(Value value) =>
        Bench.Evaluate(value, new KernelFrame().Set(KernelBuffer.Of("x", X)).Set(KernelBuffer.Of("y", Y)));

    [Fact]
    public void Arithmetic_goes_lane_by_lane()
    {
        Assert.Equal([-2, 8, 6, 2], Run(Vx + Vy));
        Assert.Equal([8, -10, 2, 0], Run(Vx - Vy));
        Assert.Equal([-15, -9, 8, 1], Run(Vx * Vy));
        Assert.Equal([3 / -5.0, -1 / 9.0, 2, 1], Run(Vx / Vy));
        Assert.Equal([-5, -1, 2, 1], Run(Min(Vx, Vy)));
        Assert.Equal([3, 9, 4, 1], Run(Max(Vx, Vy)));
        Assert.Equal([-12, -10, 12, 2], Run(MultiplyAdd(Vx, Vy, Vx)));
        Assert.Equal(X.Select(Math.Exp), Run(Vx.Exp()));
        Assert.Equal([6, -2, 8, 2], Run(Vx * Float(2)));
    }

    [Fact]
    public void Masks_choose_by_lane()
    {
        Assert.Equal([-5, -1, 2, 7], Run(Select(Vx < Vy, Vx, Select(Vx.Equals(Vy), Float(7).Spread(4), Vy))));
        Assert.Equal([0, 1, 0, 0], Run(Select((Vx < Vy) & (Vx < Float(0)), Float(1), Float(0))));
        Assert.Equal([1, 1, 0, 0], Run(Select((Vx < Vy) | (Vx.Equals(Float(3))), Float(1), Float(0))));
        Assert.Equal(X, Run(Select(Float(1) < Float(2), Vx, Vy)));
    }

    [Fact]
    public void Broadcast_lanes_and_sums()
    {
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], Run(LaneIndex(8)));
        Assert.Equal([2.5, 2.5], Run(Float(2.5).Spread(2)));
        Assert.Equal([7], Run(Vx.ReduceAdd()));
        Assert.Equal([-1], Run(Vx.ReduceMin()));
        Assert.Equal([4], Run(Vx.ReduceMax()));
    }

    [Fact]
    public void Loads_and_stores_keep_the_order_of_lanes()
    {
        var output = Bench.Run(
            k =>
            {
                var pointer = k.Let("p", Bench.Out + 2);
                k.Store(pointer, 2, Vx);
                k.Store(pointer - 2, 0, Bench.Floats("x").Load(2, 2));
                k.Store(Bench.Out, 2, Float(8));
                k.Store(Bench.Out, 3, Float(9));
            },
            new KernelFrame().Set(KernelBuffer.Of("x", X)), 8);
        Assert.Equal([4, 1, 8, 9, 3, -1, 4, 1], output);
    }

    [Fact]
    public void Bytes_become_floats_and_back()
    {
        var kernel = Bench.Kernel(k =>
        {
            var labels = Field("labels", KernelType.To(Element.Byte));
            k.Store(labels, 4, (labels.Load(0, 4).To(Element.Float) + LaneIndex(4)).To(Element.Byte));
        });
        Assert.Empty(KernelSpec.Faults([kernel], KernelFamily.Cpu));
        var buffer = KernelBuffer.Of("labels", new byte[] { 5, 0, 250, 9, 0, 0, 0, 0 });
        new KernelInterpreter([kernel]).Run("bench", new KernelFrame().Set(buffer), 0, 1);
        Assert.Equal([5, 0, 250, 9, 5, 1, 252, 12], buffer.ToArray());
    }
}

using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Schedule;

// The inner part of every contraction, a register tile: accumulator[p, q] += sum over nested loops of a[p] * b[q], a one float for all
// lanes, b a vector. Both operands are walked by bumping pointers. There is no im2col: a convolution is summed in place, straight from the
// map.
internal static class RegisterTile
{
    /// One loop around the innermost: how often it turns, and by how much each operand moves. Without a step of its own the second operand
    /// runs on: the loops inside have moved it.
    public sealed record Loop(string Name, Value Count, Value AStep, Value? BStep = null);

    /// The innermost loop turns Count times and does Unroll steps at each turn.
    public sealed record Steps(string Name, Value Count, int Unroll, Value AStep, int BStep);

    /// Factors of neighbouring rows of accumulators are `next` floats apart.
    public static void Accumulate(
        KernelBuilder kernel, Machine machine, Value[,] accumulators, Value a, int next, Value b, Value bPanel, IReadOnlyList<Loop> loops, Steps steps)
    {
        int rows = accumulators.GetLength(0), vectors = accumulators.GetLength(1), lanes = machine.Lanes;
        Walk(0, kernel.Let("a_at", a), kernel.Let("b_at", b));

        void Walk(int level, Value at, Value bt)
        {
            if (level == loops.Count)
            {
                Innermost(at, bt);
                return;
            }
            var loop = loops[level];
            kernel.For(loop.Name, 0, loop.Count, _ =>
            {
                Walk(level + 1, kernel.Let("a_in", at), loop.BStep is null ? bt : kernel.Let("b_in", bt));
                kernel.Assign(at, at + loop.AStep);
                if (loop.BStep is not null) kernel.Assign(bt, bt + loop.BStep);
            });
        }

        void Innermost(Value at, Value bt) => kernel.For(steps.Name, 0, steps.Count, _ =>
        {
            for (int u = 0; u < steps.Unroll; u++) Step(at, steps.AStep * u, bt, steps.BStep * u);
            kernel.Assign(at, at + steps.AStep * steps.Unroll);
            kernel.Assign(bt, bt + steps.BStep * steps.Unroll);
        });

        void Step(Value at, Value aOffset, Value bt, int bOffset)
        {
            var factors = Enumerable.Range(0, vectors)
                .Select(q => kernel.Let("b", bt.Load(bPanel * (q / machine.VectorsPerBlock) + (bOffset + q % machine.VectorsPerBlock * lanes), lanes))).ToList();
            for (int p = 0; p < rows; p++)
            {
                Value factor = at.Load(aOffset + p * next).Spread(lanes);
                if (vectors > 1) factor = kernel.Let("a", factor);
                for (int q = 0; q < vectors; q++) kernel.Assign(accumulators[p, q], Value.MultiplyAdd(factor, factors[q], accumulators[p, q]));
            }
        }
    }

    /// Sums in registers, all zero.
    public static Value[,] Accumulators(KernelBuilder kernel, Machine machine, int rows, int vectors)
    {
        var sums = new Value[rows, vectors];
        Each(sums, (p, q) => sums[p, q] = kernel.Let($"sum{Literal.Of(p)}_{Literal.Of(q)}", Value.Float(0).Spread(machine.Lanes)));
        return sums;
    }

    public static void Each(Value[,] sums, Action<int, int> body)
    {
        for (int p = 0; p < sums.GetLength(0); p++)
            for (int q = 0; q < sums.GetLength(1); q++) body(p, q);
    }
}

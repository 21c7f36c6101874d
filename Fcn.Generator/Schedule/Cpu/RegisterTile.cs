namespace Fcn.Generator.Schedule;

// The inner part of every contraction: acc[p][q] += sum over the loops of a[p] * b[q], a one float for all lanes, b a vector. Both operands are walked
// by bumping pointers; steps that are literals become literals of the text, others are parameters.
internal static class RegisterTile
{
    /// One loop, outermost first: how often, and by how much each operand moves. The innermost has literal steps.
    public sealed record Loop(string Name, Value Count, Value AStep, Value BStep);

    public static void Accumulate(KernelBuilder kernel, Machine machine, Value[,] sums, Value a, Value b, Value bNext, int tileStep, IReadOnlyList<Loop> loops)
    {
        Value at = kernel.Let("xs", a), bt = kernel.Let("ws", b);
        Walk(0, at, bt);

        void Walk(int level, Value x, Value w)
        {
            var loop = loops[level];
            if (level == loops.Count - 1)
            {
                Innermost(loop, x, w);
                return;
            }
            bool runsOn = Advance(loops, level + 1) is { } advance && loop.BStep.Is(advance);
            kernel.For(loop.Name, 0, loop.Count, _ =>
            {
                Value innerX = kernel.Let("xi", x);
                Value innerW = runsOn ? w : kernel.Let("wi", w);
                Walk(level + 1, innerX, innerW);
                kernel.Assign(x, x + loop.AStep);
                if (!runsOn) kernel.Assign(w, w + loop.BStep);
            });
        }

        void Innermost(Loop loop, Value x, Value w)
        {
            int unroll = loop.Count.Op != KernelOp.Constant ? 1 : new[] { 4, 3, 2, 1 }.First(u => u <= 2 && loop.Count.Number % u == 0);
            kernel.For(loop.Name, 0, loop.Count / unroll, _ =>
            {
                for (int u = 0; u < unroll; u++) Step(x, w, loop.AStep * u, loop.BStep * u);
                kernel.Assign(x, x + loop.AStep * unroll);
                kernel.Assign(w, w + loop.BStep * unroll);
            });
        }

        void Step(Value x, Value w, Value aOffset, Value bOffset)
        {
            int pixels = sums.GetLength(0), vectors = sums.GetLength(1), lanes = machine.Lanes;
            var ws = Enumerable.Range(0, vectors)
                .Select(q => kernel.Let("w", w.Load(bNext * (q / machine.VectorsPerBlock) + (bOffset + q % machine.VectorsPerBlock * lanes), lanes))).ToList();
            for (int p = 0; p < pixels; p++)
            {
                Value value = x.Load(aOffset + p * tileStep).Spread(lanes);
                if (vectors > 1) value = kernel.Let("x", value);
                for (int q = 0; q < vectors; q++) kernel.Assign(sums[p, q], Value.MultiplyAdd(value, ws[q], sums[p, q]));
            }
        }
    }

    /// Loops whose steps say that they are one: neighbours in both operands.
    public static List<Loop> Merge(IEnumerable<Loop> loops)
    {
        var merged = new List<Loop>();
        foreach (var loop in loops)
        {
            if (loop.Count.Is(1)) continue;
            if (merged.Count > 0 && merged[^1] is { } outer && outer.AStep.Op == KernelOp.Constant && outer.Count.Op == KernelOp.Constant
                && loop.Count.Op == KernelOp.Constant && outer.AStep.Is((loop.AStep * loop.Count).Number) && outer.BStep.Is((loop.BStep * loop.Count).Number))
                merged[^1] = loop with { Count = loop.Count * outer.Count };
            else merged.Add(loop);
        }
        return merged;
    }

    // By how much the second operand moves in one whole run of the loops from a level on; null if that is not literal.
    private static double? Advance(IReadOnlyList<Loop> loops, int level)
    {
        var loop = loops[level];
        return loop.Count.Op == KernelOp.Constant && loop.BStep.Op == KernelOp.Constant ? loop.Count.Number * loop.BStep.Number : null;
    }
}

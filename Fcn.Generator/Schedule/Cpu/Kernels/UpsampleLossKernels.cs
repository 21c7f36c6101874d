namespace Fcn.Generator.Schedule;

// Upsample + crop + softmax loss + gradient from the coarse scores. Output rows that lie between the same two rows of coarse cells form a band; one
// work item makes a band's pixels one by one and sums their gradients into the band's own rows of cells. A second kernel adds the bands in order.
internal sealed class UpsampleLossKernels(UpsampleLoss op, Machine machine, MapBuffer scores)
{
    private int Taps => op.Upsample.Taps;

    private int Stride => op.Upsample.Stride;

    private int Vectors => scores.Blocks * machine.VectorsPerBlock;

    private static Value N => Value.Field("N", KernelType.Int);

    private static Value H => Value.Field("H", KernelType.Int);

    private static Value W => Value.Field("W", KernelType.Int);

    private int FirstBand => op.Offset / Stride;

    public Value Bands => (H + (op.Offset - 1)) / Stride - (FirstBand - 1);

    public Value Items => N * Bands;

    private Value RowFloats => (scores.Width + 2 * (Taps - 1)) * (scores.Blocks * Machine.Block);

    public Value Floats => N.To(Element.Index) * Bands * Taps * RowFloats;

    public Kernel Band(string name, string summary, Value bands)
    {
        var k = new KernelBuilder();
        Value count = k.Let("bands", Bands), n = k.Let("n", Value.Item / count), q = k.Let("q", Value.Item % count + FirstBand);
        var access = new MapAccess(k, scores).Declare();
        Value rowFloats = k.Let("row_floats", RowFloats);
        Value band = k.Let("band", bands + Value.Item.To(Element.Index) * Taps * rowFloats);
        k.For("i", 0, rowFloats * Taps, i => k.Store(band, i, Value.Float(0).Spread(machine.Lanes)), machine.Lanes);
        Value loss = k.Let("loss", Value.Double(0));
        k.For("h", Value.Max(0, q * Stride - op.Offset), Value.Min(H, (q + 1) * Stride - op.Offset), h =>
        {
            var rows = Weights(k, "row", "down", op.Upsample, h + op.Offset - q * Stride);
            k.For("w", 0, W, w =>
            {
                Value label = k.Let("label", Value.Field("Labels", KernelType.To(Element.Byte)).Load((n * H + h).To(Element.Index) * W + w).To(Element.Int));
                k.If(label < 255, () => Pixel(k, access, band, loss, label, n, q, w, rows));
            });
        });
        k.Store(Value.Field("Losses", KernelType.To(Element.Double)), Value.Item, loss);
        return k.Build(name, summary);
    }

    private void Pixel(KernelBuilder k, MapAccess access, Value band, Value loss, Value label, Value n, Value q, Value w, Value[] rows)
    {
        var sampled = Sample(k, access, op.Upsample, machine, n, q, w + op.Offset, rows, absent: double.NegativeInfinity);
        var score = sampled.Scores;
        Value max = k.Let("max", score.Aggregate(Value.Max).ReduceMax());
        Value[] exp = [.. score.Select(s => k.Let("exp", (s - max).Exp()))];
        Value sum = k.Let("exp_sum", exp.Aggregate(static (a, b) => a + b).ReduceAdd());
        Value[] isLabel = [.. score.Select((_, v) => (Value.LaneIndex(machine.Lanes) + Value.Float(v * machine.Lanes)).Equals(label.To(Element.Float)))];
        Value truth = k.Let("truth", score.Select((s, v) => Value.Select(isLabel[v], s, Value.Float(0))).Aggregate(static (a, b) => a + b).ReduceAdd());
        k.Assign(loss, loss + (sum.Log() + max - truth).To(Element.Double));
        Value scale = Value.Field("LossScale", KernelType.Float), normal = k.Let("normal", scale / sum);
        for (int v = 0; v < Vectors; v++)
        {
            Value gradient = k.Let("gradient", exp[v] * normal - Value.Select(isLabel[v], scale, Value.Float(0)));
            for (int s = 0; s < Taps; s++)
                for (int t = 0; t < Taps; t++)
                {
                    Value at = (s * (access.Map.Width + 2 * (Taps - 1)) + sampled.Cell + (Taps - 1 - t)) * (scores.Blocks * Machine.Block) + v * machine.Lanes;
                    k.Store(band, at, Value.MultiplyAdd(gradient, rows[s] * sampled.Columns[t], band.Load(at, machine.Lanes)));
                }
        }
    }

    /// Scores of one output pixel, all classes; absent classes have a score too low to count.
    public static (Value[] Scores, Value Cell, Value[] Columns) Sample(
        KernelBuilder k, MapAccess access, Upsample upsample, Machine machine, Value n, Value q, Value x, Value[] rows, double absent)
    {
        Value cell = k.Let("cell", x / upsample.Stride);
        Value[] columns = Weights(k, "column", "right", upsample, x % upsample.Stride);
        int vectors = access.Map.Blocks * machine.VectorsPerBlock;
        var scores = new Value[vectors];
        for (int v = 0; v < vectors; v++)
        {
            Value score = Value.Float(0).Spread(machine.Lanes);
            for (int s = 0; s < upsample.Taps; s++)
                for (int t = 0; t < upsample.Taps; t++)
                    score = Value.MultiplyAdd(
                        access.Map.Pointer.Load(access.At(n, v / machine.VectorsPerBlock, v % machine.VectorsPerBlock * machine.Lanes, q - s, cell - t), machine.Lanes),
                        rows[s] * columns[t], score);
            scores[v] = k.Let("score", (v + 1) * machine.Lanes <= access.Map.Channels
                ? score
                : Value.Select(
                    Value.LaneIndex(machine.Lanes) < Value.Float(access.Map.Channels - v * machine.Lanes), score, Value.Float(absent)));
        }
        return (scores, cell, columns);
    }

    /// Adds what the bands hold for one row of cells. One item: one row of one block of one image.
    public Kernel Sum(string name, string summary, Value bands, MapBuffer gradient)
    {
        var k = new KernelBuilder();
        Value count = k.Let("bands", Bands), h = k.Let("h", Value.Item % gradient.Height);
        Value block = k.Let("block", Value.Item / gradient.Height % gradient.Blocks), n = k.Let("n", Value.Item / (gradient.Height * gradient.Blocks));
        var to = new MapAccess(k, gradient).Declare();
        Value rowFloats = k.Let("row_floats", RowFloats);
        k.For("w", 0, gradient.Width, w =>
        {
            for (int lane = 0; lane < Machine.Block; lane += machine.Lanes)
            {
                Value sum = k.Let("sum", Value.Float(0).Spread(machine.Lanes));
                int at = lane;
                for (int s = 0; s < Taps; s++)
                {
                    Value band = h + (s - FirstBand), tap = s;
                    k.If((band >= 0) & (band < count), () => k.Assign(sum, sum + bands.Load(
                        ((n * count + band).To(Element.Index) * Taps + tap) * rowFloats + (w + (Taps - 1)) * (scores.Blocks * Machine.Block) + block * Machine.Block + at, machine.Lanes)));
                }
                k.Store(gradient.Pointer, to.At(n, block, at, h, w), sum);
            }
        });
        return k.Build(name, summary);
    }

    /// Weights of the cells around a pixel along one axis, by its place between two cells; a kernel of one pixel has the weight 1 everywhere.
    public static Value[] Weights(KernelBuilder k, string place, string weight, Upsample upsample, Value between)
    {
        if (upsample.Kernel == 1) return [Value.Float(1)];
        Value at = k.Let(place, between);
        return [.. Enumerable.Range(0, upsample.Taps).Select(t => k.Let(weight, upsample.Weight(at + t * upsample.Stride)))];
    }
}

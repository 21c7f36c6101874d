using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

// Upsample + crop + softmax loss + gradient from the coarse scores. Output rows that lie between the same two rows of coarse cells form a
// band; one work item makes a band's pixels one by one and sums their gradients into the band's own rows of cells. A second kernel adds the
// bands in order.
internal sealed class UpsampleLossKernels(UpsampleLoss op, Machine machine, MapBuffer scores)
{
    private static readonly Value BandRows = Value.Field("bands", KernelType.To(Element.Float));

    private readonly MapRole _x = new("x", scores.Channels, scores.Block), _dx = new("dx", scores.Channels, scores.Block);

    /// Rows and columns of the upsampled map that are cut off before the image's first.
    public static Value Offset { get; } = Value.Field("offset", KernelType.Int);

    private int Taps => op.Upsample.Taps;

    private int Stride => op.Upsample.Stride;

    private int Vectors => scores.Blocks * machine.VectorsPerBlock;

    private static Value N => Value.Field("N", KernelType.Int);

    private static Value H => Value.Field("H", KernelType.Int);

    private static Value W => Value.Field("W", KernelType.Int);

    public Value Items => N * Bands(op.Offset);

    /// Floats of the buffer that holds all bands.
    public Value Floats => N.To(Element.Index) * Bands(op.Offset) * Taps * RowFloats(scores.Width);

    private Value Bands(Value offset) => (H + (offset - 1)) / Stride - (offset / Stride - 1);

    private Value RowFloats(Value width) => (width + 2 * (Taps - 1)) * (scores.Blocks * Machine.Block);

    /// What the arguments of both kernels are.
    public IEnumerable<KeyValuePair<string, Value>> Bind(Value bands, MapBuffer gradient) =>
        [.. _x.Bind(scores), .. _dx.Bind(gradient), new(BandRows.Name, bands), new(Offset.Name, op.Offset)];

    public Kernel Band()
    {
        var k = new KernelBuilder();
        Value count = k.Let("count", Bands(Offset)), n = k.Let("n", Value.Item / count), q = k.Let("q", Value.Item % count + Offset / Stride);
        Value rowFloats = k.Let("row_floats", RowFloats(_x.Width));
        Value band = k.Let("band", BandRows + Value.Item.To(Element.Index) * Taps * rowFloats);
        k.For("i", 0, rowFloats * Taps, i => k.Store(band, i, Value.Float(0).Spread(machine.Lanes)), machine.Lanes);
        Value loss = k.Let("loss", Value.Double(0));
        k.For("h", Value.Max(0, q * Stride - Offset), Value.Min(H, (q + 1) * Stride - Offset), h =>
        {
            var rows = Weights(k, "row", "down", op.Upsample, h + Offset - q * Stride);
            k.For("w", 0, W, w =>
            {
                Value label = k.Let("label", Value.Field("Labels", KernelType.To(Element.Byte)).Load((n * H + h).To(Element.Index) * W + w).To(Element.Int));
                k.If(label < 255, () => Pixel(k, band, loss, label, n, q, w, rows));
            });
        });
        k.Store(Value.Field("Losses", KernelType.To(Element.Double)), Value.Item, loss);
        return k.Build("upsample_softmax_loss", "Loss and gradient from coarse scores: one band of rows of one image.");
    }

    private void Pixel(KernelBuilder k, Value band, Value loss, Value label, Value n, Value q, Value w, Value[] rows)
    {
        var sampled = Sample(k, _x, op.Upsample, machine, n, q, w + Offset, rows, absent: double.NegativeInfinity);
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
                    Value at = (s * (_x.Width + 2 * (Taps - 1)) + sampled.Cell + (Taps - 1 - t)) * (scores.Blocks * Machine.Block) + v * machine.Lanes;
                    k.Store(band, at, Value.MultiplyAdd(gradient, rows[s] * sampled.Columns[t], band.Load(at, machine.Lanes)));
                }
        }
    }

    /// Scores of one output pixel, all classes; absent classes have a score too low to count.
    public static (Value[] Scores, Value Cell, Value[] Columns) Sample(
        KernelBuilder k, MapRole x, Upsample upsample, Machine machine, Value n, Value q, Value column, Value[] rows, double absent)
    {
        Value cell = k.Let("cell", column / upsample.Stride);
        Value[] columns = Weights(k, "column", "right", upsample, column % upsample.Stride);
        int vectors = (x.Channels + x.Block - 1) / x.Block * machine.VectorsPerBlock;
        var scores = new Value[vectors];
        for (int v = 0; v < vectors; v++)
        {
            Value score = Value.Float(0).Spread(machine.Lanes);
            for (int s = 0; s < upsample.Taps; s++)
                for (int t = 0; t < upsample.Taps; t++)
                    score = Value.MultiplyAdd(
                        x.Pointer.Load(x.At(n, v / machine.VectorsPerBlock, v % machine.VectorsPerBlock * machine.Lanes, q - s, cell - t), machine.Lanes),
                        rows[s] * columns[t], score);
            scores[v] = k.Let("score", (v + 1) * machine.Lanes <= x.Channels
                ? score
                : Value.Select(
                    Value.LaneIndex(machine.Lanes) < Value.Float(x.Channels - v * machine.Lanes), score, Value.Float(absent)));
        }
        return (scores, cell, columns);
    }

    /// Adds what the bands hold for one row of cells. One item: one row of one block of one image.
    public Kernel Sum()
    {
        var k = new KernelBuilder();
        Value count = k.Let("count", Bands(Offset)), h = k.Let("h", Value.Item % _dx.Height), row = k.Let("row", Value.Item / _dx.Height);
        Value block = k.Let("block", row % _dx.Blocks), n = k.Let("n", row / _dx.Blocks);
        Value rowFloats = k.Let("row_floats", RowFloats(_x.Width)), first = k.Let("first", Offset / Stride);
        k.For("w", 0, _dx.Width, w => machine.EachLane(k, lane =>
        {
            Value sum = k.Let("sum", Value.Float(0).Spread(machine.Lanes));
            Value at = k.Let("at", (w + (Taps - 1)) * (scores.Blocks * Machine.Block) + block * Machine.Block + lane);
            for (int s = 0; s < Taps; s++)
            {
                Value band = k.Let("band", h + s - first);
                k.If((band >= 0) & (band < count), () =>
                    k.Assign(sum, sum + BandRows.Load(((n * count + band).To(Element.Index) * Taps + s) * rowFloats + at, machine.Lanes)));
            }
            k.Store(_dx.Pointer, _dx.At(n, block, lane, h, w), sum);
        }));
        return k.Build("upsample_softmax_loss_gradient", "Adds the bands of the coarse scores' gradient: one row of one block of channels.");
    }

    /// Weights of the cells around a pixel along one axis, by its place between two cells; a kernel of one pixel has the weight 1
    /// everywhere.
    public static Value[] Weights(KernelBuilder k, string place, string weight, Upsample upsample, Value between)
    {
        if (upsample.Kernel == 1) return [Value.Float(1)];
        Value at = k.Let(place, between);
        return [.. Enumerable.Range(0, upsample.Taps).Select(t => k.Let(weight, upsample.Weight(at + t * upsample.Stride)))];
    }
}

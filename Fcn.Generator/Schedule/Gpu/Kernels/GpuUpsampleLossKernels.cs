using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu.Kernels;

// Upsample + crop + softmax loss + gradient from the coarse scores. The stride² pixels of an interval between coarse cells see the same Taps² cells. A
// block makes an interval's pixels (or several small intervals of a row, or a big interval in chunks): every thread the softmax of one pixel, into shared
// memory; then every thread a sum over pixels for one cell and class. Two more kernels add what the intervals hold for a cell, and the losses.
internal sealed class GpuUpsampleLossKernels(UpsampleLoss op, GpuMap map, GpuMap gradientMap, string name)
{
    private const int FewPixels = 64, MostPixels = 256, SharedFloats = 8192;

    private readonly GpuMap _x = map.As("x"), _y = gradientMap.As("y");

    private static readonly Value N = Value.Field("N", KernelType.Int), H = Value.Field("H", KernelType.Int), W = Value.Field("W", KernelType.Int);

    private static readonly Value Partial = Value.Field("partial", KernelType.To(Element.Float));

    private static readonly Value Losses = Value.Field("losses", KernelType.To(Element.Double));

    // Of names: what the texts depend on.
    private string Form => FormattableString.Invariant(
        $"{KernelName.Of(op.Upsample)}_softmax_loss_{Classes}_at_{op.Offset}_{GpuMap.Word(map.Element)}_{GpuMap.Word(gradientMap.Element)}");

    private int Taps => op.Upsample.Taps;

    private int Stride => op.Upsample.Stride;

    private int Area => Stride * Stride;

    private int Classes => map.Channels;

    // Floats between the scores of two pixels in shared memory: odd, so that a warp's pixels lie in different banks.
    private int Spacing => Classes | 1;

    private int Fitting => Math.Max(1, Math.Min(MostPixels, SharedFloats / Spacing));

    /// Intervals of one block.
    private int Intervals => Area > Fitting ? 1 : Math.Max(1, Math.Min(FewPixels, Fitting) / Area);

    /// Pixels that a block makes at once, a thread each.
    private int Pixels => Math.Min(Fitting, Intervals * Area);

    private int Chunks => (Intervals * Area + Pixels - 1) / Pixels;

    private int Threads => Math.Max(64, (Pixels + 31) / 32 * 32);

    private int Pairs => Taps * Taps * Classes;

    private int First => op.Offset / Stride;

    // Intervals along an axis of the output.
    private Value Along(Value size) => (size + (op.Offset - 1)) / Stride - (First - 1);

    private Value Blocks => N * Along(H) * ((Along(W) + (Intervals - 1)) / Intervals);

    public IReadOnlyList<Launch> Launches(IGpuPlanner planner, KeyValuePair<string, Value> labels, KeyValuePair<string, Value> sum)
    {
        Value blocks = planner.Size(GeneratedName.Of(name, "blocks"), Blocks);
        Value partial = planner.Buffer(GeneratedName.Of(name, "partial"), Element.Float, N.To(Element.Index) * Along(H) * Along(W) * (Pairs * 4));
        Value losses = planner.Buffer(GeneratedName.Of(name, "losses"), Element.Double, blocks.To(Element.Index) * 8);
        KeyValuePair<string, Value>[] bindings = [new("partial", partial), new("losses", losses), new("count", blocks), labels, sum];
        return
        [
            GpuLaunch.Of(Interval(), blocks, GpuLaunch.Bind(_x, map), bindings),
            GpuLaunch.Of(Sum(), Grid.Blocks(Grid.Pixels(gradientMap) * _y.Pitch), GpuLaunch.Bind(_y, gradientMap), bindings),
            GpuLaunch.Of(Total(), 1, bindings),
        ];
    }

    private Kernel Interval()
    {
        var k = new KernelBuilder();
        var (thread, offset) = (Value.Thread, op.Offset);
        Value across = k.Let("across", Along(W)), groups = k.Let("groups", (across + (Intervals - 1)) / Intervals), down = k.Let("down", Along(H));
        Value column = k.Let("column", Value.Item % groups * Intervals), row = k.Let("row", Value.Item / groups % down);
        Value n = k.Let("n", Value.Item / (groups * down));
        var table = k.Shared("table", Element.Float, Taps * Stride);
        k.For("place", thread, Taps * Stride, place => k.Store(table, place, op.Upsample.Weight(place)), Threads);
        var scores = k.Shared("scores", Element.Float, Pixels * Spacing);
        Value? sums = Chunks > 1 ? k.Shared("sums", Element.Float, Pairs) : null;
        var lossOf = k.Shared("loss_of", Element.Double, Threads);
        Value loss = k.Let("loss", Value.Double(0));
        k.Barrier();
        if (Chunks == 1) Chunk(0);
        else k.For("chunk", 0, Chunks, Chunk);
        Reduce(k, lossOf, loss, Threads);
        k.If(thread < 1, () => k.Store(Losses, Value.Item, lossOf.Load(0)));
        return k.Build($"{Form}_intervals", "Softmax loss of upsampled scores, and the intervals' parts of the gradient of the coarse ones.") with { Threads = Threads };

        void Chunk(Value chunk)
        {
            k.Comment("A thread per pixel: softmax and loss.");
            Value pixel = k.Let("pixel", chunk * Pixels + thread);
            Value h = k.Let("h", (row + First) * Stride + pixel % Area / Stride - offset);
            Value w = k.Let("w", (column + pixel / Area + First) * Stride + pixel % Stride - offset);
            Value label = k.Let("label", Value.Int(255)), mine = (Value)thread < Pixels & pixel < Intervals * Area;
            k.If(mine & (h >= 0) & (h < H) & (w >= 0) & (w < W), () =>
                k.Assign(label, Value.Field("Labels", KernelType.To(Element.Byte)).Load(((n * H + h) * W + w).To(Element.Index)).To(Element.Int)));
            Value to = k.Let("to", thread * Spacing);
            k.If(label < 255, () => Softmax(k, n, h, w, label, table, scores + to, loss),
                () => k.If(mine, () => k.For("c", 0, Classes, c => k.Store(scores, to + c, Value.Float(0)))));
            k.Barrier();
            k.Comment("A thread per cell and class: what the pixels add to it.");
            k.For("pair", thread, Intervals * Pairs, pair => Pair(pair, chunk), Threads);
            if (Chunks > 1) k.Barrier();
        }

        void Pair(Value pair, Value chunk)
        {
            Value c = k.Let("class", pair % Classes), corner = k.Let("corner", pair / Classes % (Taps * Taps)), of = k.Let("of", pair / Pairs);
            Value vertical = k.Let("vertical", corner / Taps * Stride), horizontal = k.Let("horizontal", corner % Taps * Stride);
            Value sum = k.Let("sum", Value.Float(0));
            if (sums is not null) k.If((Value)0 < chunk, () => k.Assign(sum, sums.Load(pair)));
            k.For("j", 0, Chunks == 1 ? Area : Value.Min(Pixels, Area - chunk * Pixels), j =>
            {
                Value place = Chunks == 1 ? j : k.Let("place", chunk * Pixels + j);
                Value weight = table.Load(vertical + place / Stride) * table.Load(horizontal + place % Stride);
                k.Assign(sum, Value.MultiplyAdd(scores.Load((of * Area + j) * Spacing + c), weight, sum));
            });
            Value at = ((n * down + row) * across + column).To(Element.Index) * Pairs + pair;
            Value last = sums is null ? column + of < across : chunk.Equals(Chunks - 1);
            k.If(last, () => k.Store(Partial, at, sum), sums is null ? null : () => k.Store(sums, pair, sum));
        }
    }

    // Scores of the pixel, then their exponentials, then the gradient, in the pixel's place of shared memory.
    private void Softmax(KernelBuilder k, Value n, Value h, Value w, Value label, Value table, Value scores, Value loss)
    {
        var cells = UpsampledPixel.Of(k, op.Upsample, _x, n, h + op.Offset, w + op.Offset, table);
        Value max = k.Let("max", Value.Float(double.NegativeInfinity));
        int lanes = 4, whole = Classes / lanes * lanes;
        k.For("c", 0, whole, c =>
        {
            Value vector = k.Let("scores_of", cells.Scores(c, lanes));
            for (int lane = 0; lane < lanes; lane++) Keep(vector.Lane(lane), c + lane);
        }, lanes);
        for (int c = whole; c < Classes; c++) Keep(cells.Scores(c, 1), c);
        Value isClass = k.Let("is_class", label < Classes), at = k.Let("at_label", Value.Min(label, Classes - 1));
        Value truth = k.Let("truth", Value.Select(isClass, scores.Load(at), Value.Float(0))), sum = k.Let("exp_sum", Value.Float(0));
        k.For("c", 0, Classes, c =>
        {
            Value exp = k.Let("exp", (scores.Load(c) - max).Exp());
            k.Store(scores, c, exp);
            k.Assign(sum, sum + exp);
        });
        k.Assign(loss, loss + (sum.Log() + max - truth).To(Element.Double));
        Value scale = k.Let("scale", Value.Field("LossScale", KernelType.Float)), normal = k.Let("normal", scale / sum);
        k.For("c", 0, Classes, c => k.Store(scores, c, scores.Load(c) * normal));
        k.If(isClass, () => k.Store(scores, at, scores.Load(at) - scale));

        void Keep(Value score, Value c)
        {
            score = k.Let("score", score);
            k.Store(scores, c, score);
            k.Assign(max, Value.Max(max, score));
        }
    }

    // The gradient of a coarse cell: the intervals around it hold a sum for it each.
    private Kernel Sum() => Grid.Each($"{Form}_gradient", "Adds the intervals' parts of the gradient of the coarse scores.", N * _y.Height * _y.Width * _y.PitchField, (k, i) =>
    {
        Value c = k.Let("class", i % _y.PitchField), down = k.Let("down", Along(H)), across = k.Let("across", Along(W));
        var (n, h, w) = Grid.Place(k, k.Let("cell", i / _y.PitchField), _y.Height, _y.Width);
        Value sum = k.Let("sum", Value.Float(0));
        k.If(c < Classes, () =>
        {
            for (int s = 0; s < Taps; s++)
                for (int t = 0; t < Taps; t++)
                {
                    Value row = k.Let("row", h + (s - First)), column = k.Let("column", w + (t - First));
                    Value at = ((n * down + row) * across + column).To(Element.Index) * Pairs + (c + (s * Taps + t) * Classes);
                    k.If((row >= 0) & (row < down) & (column >= 0) & (column < across), () => k.Assign(sum, sum + Partial.Load(at)));
                }
        });
        k.Store(_y.Pointer, i.To(Element.Index), sum.To(_y.Element));
    });

    // One block: all losses, in a fixed order.
    private Kernel Total()
    {
        var k = new KernelBuilder();
        Value sum = k.Let("sum", Value.Double(0));
        k.For("i", Value.Thread, Value.Field("count", KernelType.Int), i => k.Assign(sum, sum + Losses.Load(i)), GpuMachine.Threads);
        var sums = k.Shared("sums", Element.Double, GpuMachine.Threads);
        Reduce(k, sums, sum, GpuMachine.Threads);
        k.If(Value.Thread < 1, () => k.Store(Value.Field("Loss", KernelType.To(Element.Double)), 0, sums.Load(0)));
        return k.Build("loss_total", "Adds the losses of all intervals, in order.") with { Threads = GpuMachine.Threads };
    }

    // Adds one value per thread into the first place, half by half.
    private static void Reduce(KernelBuilder k, Value sums, Value value, int threads)
    {
        k.Store(sums, Value.Thread, value);
        k.Barrier();
        for (int count = threads; count > 1; count = (count + 1) / 2)
        {
            int half = (count + 1) / 2, others = count - half;
            k.If(Value.Thread < others, () => k.Store(sums, Value.Thread, sums.Load(Value.Thread) + sums.Load(Value.Thread + half)));
            k.Barrier();
        }
    }
}

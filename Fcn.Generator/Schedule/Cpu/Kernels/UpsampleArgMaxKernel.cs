using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

// Upsample + crop + arg max from the coarse scores: labels are written, scores are not. One item: one output row of one image.
internal static class UpsampleArgMaxKernel
{
    public static Value Items => Value.Field("N", KernelType.Int) * Value.Field("H", KernelType.Int);

    public static IEnumerable<KeyValuePair<string, Value>> Bind(UpsampleArgMax op, MapRole role, MapBuffer scores) =>
        [.. role.Bind(scores), new(UpsampleLossKernels.Offset.Name, op.Offset)];

    public static Kernel Lower(UpsampleArgMax op, Machine machine, MapRole scores)
    {
        var k = new KernelBuilder();
        Value height = Value.Field("H", KernelType.Int), width = Value.Field("W", KernelType.Int), offset = UpsampleLossKernels.Offset;
        Value h = k.Let("h", Value.Item % height), n = k.Let("n", Value.Item / height);
        int stride = op.Upsample.Stride;
        Value q = k.Let("q", (h + offset) / stride);
        Value[] rows = UpsampleLossKernels.Weights(k, "row", "down", op.Upsample, (h + offset) % stride);
        k.For("w", 0, width, w =>
        {
            // Absent classes are finite, and as low as a present one only where that comes first.
            var sampled = UpsampleLossKernels.Sample(k, scores, op.Upsample, machine, n, q, w + offset, rows, absent: float.MinValue);
            var score = sampled.Scores;
            Value max = k.Let("max", score.Aggregate(Value.Max).ReduceMax());
            Value least = k.Let("label", score.Select((s, v) => Label(s, max, v)).Aggregate(Value.Min).ReduceMin());
            Value label = Value.Select(least < Value.Float(0), Value.Float(UpsampleArgMax.NoClass), least);
            k.Store(Value.Field("Labels", KernelType.To(Element.Byte)), Value.Item.To(Element.Index) * width + w, label.To(Element.Byte));
        });
        return k.Build("upsample_argmax", "Labels from coarse scores: one row of one image.");

        // Lane by lane: a score that is not finite is below every class, one that is not the highest above.
        Value Label(Value score, Value max, int vector)
        {
            Value label = Value.LaneIndex(machine.Lanes) + Value.Float(vector * machine.Lanes);
            Value highest = Value.Select(score.Equals(max), label, Value.Float(UpsampleArgMax.NoClass));
            return Value.Select(UpsampleArgMax.IsFinite(score), highest, Value.Float(-1));
        }
    }
}

using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu.Kernels;

// Upsample + crop + arg max from the coarse scores: labels are written, scores are not. One thread: one pixel.
internal static class GpuUpsampleArgMaxKernel
{
    private const int Lanes = 4;

    public static Launch Lower(UpsampleArgMax op, GpuMap map, KeyValuePair<string, Value> labels)
    {
        GpuMap x = map.As("x");
        Value n = Value.Field("N", KernelType.Int), height = Value.Field("H", KernelType.Int), width = Value.Field("W", KernelType.Int);
        string name = FormattableString.Invariant($"{KernelName.Of(op.Upsample)}_arg_max_{map.Channels}_at_{op.Offset}_{GpuMap.Word(map.Element)}");
        var kernel = Grid.Each(name, "Labels from coarse scores: upsampled, cropped, and the highest class of each pixel.", n * height * width, (k, pixel) =>
        {
            var (image, h, w) = Grid.Place(k, pixel, height, width);
            var cells = UpsampledPixel.Of(k, op.Upsample, x, image, h + op.Offset, w + op.Offset);
            Value max = k.Let("max", Value.Float(double.NegativeInfinity)), label = k.Let("label", Value.Int(0));
            Value finite = k.Let("finite", Value.Bool(true));
            int whole = x.Channels / Lanes * Lanes;
            k.For("c", 0, whole, c =>
            {
                Value scores = k.Let("scores", cells.Scores(c, Lanes));
                for (int lane = 0; lane < Lanes; lane++) Compare(scores.Lane(lane), c + lane);
            }, Lanes);
            for (int c = whole; c < x.Channels; c++) Compare(cells.Scores(c, 1), c);
            Value marked = Value.Select(finite, label, Value.Int(UpsampleArgMax.NoClass));
            k.Store(Value.Field("Labels", KernelType.To(Element.Byte)), pixel.To(Element.Index), marked.To(Element.Byte));

            // Of equal scores the first stays.
            void Compare(Value score, Value c)
            {
                score = k.Let("score", score);
                k.Assign(label, Value.Select(max < score, c, label));
                k.Assign(max, Value.Max(max, score));
                k.Assign(finite, finite & UpsampleArgMax.IsFinite(score));
            }
        });
        return GpuLaunch.Of(kernel, Grid.Blocks(n.To(Element.Index) * height * width), GpuLaunch.Bind(x, map), [labels]);
    }
}

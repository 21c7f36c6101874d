using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu.Kernels;

// The weight gradient's definition, for whatever the contraction does not take: grouped and learned transposed convolutions, cards without
// matrix units. One thread sums one weight over a slice of the rows of all images; the second kernel adds the slices. Weights that give
// enough threads by themselves are not sliced.
internal sealed class GpuWeightGradient(string name, Conv conv, GpuMap x, GpuMap dy, GpuWeight gradient)
{
    private const long EnoughThreads = 1 << 18;

    private const int RowsPerSlice = 4, ThreadsPerProcessor = 2048;

    private readonly GpuMap _x = x.As("x"), _dy = dy.As("dy");

    private readonly GpuWeight _gradient = gradient.As("gradient");

    private static Value N => Value.Field("N", KernelType.Int);

    private static Value OutsPerGroup => Value.Field("outs_per_group", KernelType.Int);

    private static Value Slices => Value.Field("slices", KernelType.Int);

    private static Value Length => Value.Field("length", KernelType.Int);

    // What the text depends on.
    private string Form =>
        $"weight_gradient_{KernelName.Of(conv with { Channels = 0 })}_{GpuMap.Word(x.Element)}_{GpuMap.Word(dy.Element)}";

    public IReadOnlyList<Launch> Launches(IGpuPlanner planner)
    {
        int length = checked((int)gradient.Length);
        KeyValuePair<string, Value>[] maps =
        [
            .. GpuLaunch.Bind(_x, x), .. GpuLaunch.Bind(_dy, dy), .. GpuLaunch.Bind(_gradient),
            new(Length.Name, length), new(OutsPerGroup.Name, dy.Channels / conv.Groups),
        ];
        if (gradient.Length >= EnoughThreads)
        {
            var whole = Grid.Each(Form, "The gradient of a convolution's weight, a thread per weight.", Length,
                (k, at) => Finish(k, at, Sum(k, at, 0, k.Let("rows", N * _dy.Height))));
            return [GpuLaunch.Of(whole, Grid.Blocks(length), maps)];
        }
        Value rows = Value.Field("N", KernelType.Int) * dy.Height;
        Value slices = planner.Size(GeneratedName.Of(name, "slices"), Value.Max(1, Value.Min(
            Value.Field("Processors", KernelType.Int) * ThreadsPerProcessor / length, (rows + (RowsPerSlice - 1)) / RowsPerSlice)));
        Value partial = planner.Buffer(GeneratedName.Of(name, "partial"), Element.Float, slices.To(Element.Index) * (gradient.Length * 4));
        KeyValuePair<string, Value>[] bindings = [.. maps, new("slices", slices), new("partial", partial)];
        Value partials = Value.Field("partial", KernelType.To(Element.Float));
        var slice = Grid.Each($"{Form}_slices", "The gradient of a convolution's weight over slices of the rows, a thread per weight and slice.", Slices * Length, (k, i) =>
        {
            Value at = k.Let("at", i % Length), number = k.Let("slice", i / Length), all = k.Let("rows", N * _dy.Height);
            Value count = k.Let("count", (all + (Slices - 1)) / Slices), from = k.Let("from", number * count);
            k.Store(partials, i.To(Element.Index), Sum(k, at, from, k.Let("to", Value.Min(all, from + count))));
        });
        var sum = Grid.Each("weight_gradient_slices_sum", "Adds the slices of a weight's gradient, in order.", Length, (k, at) =>
        {
            Value total = k.Let("sum", Value.Float(0));
            k.For("slice", 0, Slices, s => k.Assign(total, total + partials.Load(s.To(Element.Index) * Length + at)));
            Finish(k, at, total);
        });
        return [GpuLaunch.Of(slice, Grid.Blocks(slices * length), bindings), GpuLaunch.Of(sum, Grid.Blocks(length), bindings)];
    }

    // Of rows of output pixels; at = ((o K + a) K + b) I + i.
    private Value Sum(KernelBuilder k, Value at, Value from, Value to)
    {
        int kernel = conv.Kernel;
        Value ins = _gradient.Innermost, tap = k.Let("tap", at / ins), i = k.Let("channel", at % ins);
        Value b = k.Let("b", tap % kernel), a = k.Let("a", tap / kernel % kernel), o = k.Let("o", tap / (kernel * kernel));
        Value read = conv.Groups == 1 ? i : k.Let("of", o / OutsPerGroup * ins + i);
        Value sum = k.Let("sum", Value.Float(0));
        k.For("row", from, to, row =>
        {
            Value n = k.Let("n", row / _dy.Height), h = k.Let("h", row % _dy.Height * conv.Stride + a * conv.Dilation - conv.Pad);
            k.If((h >= 0) & (h < _x.Height), () => k.For("column", 0, _dy.Width, column =>
            {
                Value w = k.Let("w", column * conv.Stride + b * conv.Dilation - conv.Pad);
                k.If((w >= 0) & (w < _x.Width), () => k.Assign(sum, Value.MultiplyAdd(
                    _x.Pointer.Load(_x.At(n, h, w, read)).To(Element.Float),
                    _dy.Pointer.Load((row * _dy.Width + column).To(Element.Index) * _dy.PitchField + o).To(Element.Float), sum)));
            }));
        });
        return sum;
    }

    private void Finish(KernelBuilder k, Value at, Value sum)
    {
        k.If(Value.Field("Accumulate", KernelType.Int).Equals(1), () => k.Assign(sum, sum + _gradient.Pointer.Load(at)));
        k.Store(_gradient.Pointer, at, sum);
    }
}

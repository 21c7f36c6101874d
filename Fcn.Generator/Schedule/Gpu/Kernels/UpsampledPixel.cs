using Fcn.Generator.Kernels;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule.Gpu.Kernels;

// A pixel of upsampled scores as the coarse cells around it: where each lies and what it weighs. Cells outside the map weigh nothing.
internal sealed class UpsampledPixel
{
    private readonly GpuMap _scores;
    private readonly List<(Value At, Value Weight)> _cells = [];

    private UpsampledPixel(GpuMap scores) => _scores = scores;

    /// At (h, w) of the upsampled map. Weights by place between two cells, from a table, or computed where there is none.
    public static UpsampledPixel Of(KernelBuilder k, Upsample upsample, GpuMap scores, Value n, Value h, Value w, Value? table = null)
    {
        var pixel = new UpsampledPixel(scores);
        var rows = Axis(k, "row", upsample, scores.Height, h, table);
        var columns = Axis(k, "column", upsample, scores.Width, w, table);
        foreach (var row in rows)
            foreach (var column in columns)
                pixel._cells.Add((k.Let("at", scores.At(n, row.Cell, column.Cell, 0)), k.Let("weight", row.Weight * column.Weight)));
        return pixel;
    }

    /// Scores of a vector of classes.
    public Value Scores(Value first, int lanes)
    {
        Value score = Value.Float(0).Spread(lanes);
        foreach (var (at, weight) in _cells)
            score = Value.MultiplyAdd(_scores.Pointer.Load(at + first, lanes).To(Element.Float), weight, score);
        return score;
    }

    private static List<(Value Cell, Value Weight)> Axis(KernelBuilder k, string name, Upsample upsample, Value size, Value place, Value? table)
    {
        Value nearest = k.Let($"{name}_cell", place / upsample.Stride), between = k.Name($"{name}_place", place % upsample.Stride);
        return [.. Enumerable.Range(0, upsample.Taps).Select(tap =>
        {
            Value cell = nearest - tap, inside = (cell >= 0) & (cell < size), at = between + tap * upsample.Stride;
            Value weight = table is null ? upsample.Weight(at) : table.Load(at);
            Value clamped = Value.Max((Value)0, Value.Min(cell, size - 1));
            return (k.Let($"{name}_cell", clamped), k.Let($"{name}_weight", Value.Select(inside, weight, Value.Float(0))));
        })];
    }
}

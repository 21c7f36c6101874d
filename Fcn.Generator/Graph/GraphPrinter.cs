using System.Text;
using Fcn.Generator.Emit;

namespace Fcn.Generator.Graph;

// A graph as stable text, one node per line: name, op with its settings, inputs, shape. Passes are tested text to text.
internal static class GraphPrinter
{
    public static string Print(NetworkGraph graph)
    {
        var cells = graph.Nodes.Select(n => new[]
        {
            n.Name, Settings(n.Op), string.Join(" ", n.Inputs), graph.Outputs.Contains(n) ? $"{n.Shape}, output" : n.Shape.ToString(),
        }).ToList();
        int[] widths = Enumerable.Range(0, 3).Select(c => cells.Max(row => row[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (string[] row in cells)
            text.Append($"{row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2].PadRight(widths[2])}  {row[3]}").Append('\n');
        return text.ToString();
    }

    /// conv 64 k3 s1 p100; what is usual is left out.
    public static string Settings(Op op) => op switch
    {
        Input input => $"input {Literal.Of(input.Channels)}",
        Parameter parameter => $"parameter {parameter.Fill} rate {Literal.Of(parameter.Rate)} decay {Literal.Of(parameter.Decay)}",
        Conv c => $"conv {Literal.Of(c.Channels)} {Window(c.Kernel, c.Stride, c.Pad, c.Dilation, c.Groups)}",
        Deconv d => $"deconv {Literal.Of(d.Channels)} {Window(d.Kernel, d.Stride, d.Pad, d.Dilation, d.Groups)}",
        MaxPool or MaxPoolIndex or MaxPoolGradient when PoolOf(op) is var pool => $"{op.Word} {Window(pool.Kernel, pool.Stride, pool.Pad)}",
        Upsample or UpsampleGradient when ((op as UpsampleGradient)?.Upsample ?? (Upsample)op) is var up => $"{op.Word} {Window(up.Kernel, up.Stride, 0)}",
        Dropout dropout => $"dropout {Literal.Of(dropout.Rate)} stream {Literal.Of(dropout.Stream)}",
        Scale scale => $"scale {Literal.Of(scale.Factor)}",
        Crop crop => $"crop {Literal.Of(crop.Offset)}",
        Uncrop uncrop => $"uncrop {Literal.Of(uncrop.Offset)}",
        Repeat or RepeatGradient when ((op as RepeatGradient)?.Repeat ?? (Repeat)op) is var repeat =>
            $"{op.Word} {Literal.Of(repeat.Count)} at {Literal.Of(repeat.Left)}, -{Literal.Of(repeat.Right + 1)}",
        Add add => $"add{Unless(0, "at ", add.Offset)}",
        Fused fused => string.Join(" + ", new[] { fused.Core }.Concat(fused.Tail).Select(Settings)),
        _ => op.Word,
    };

    private static MaxPool PoolOf(Op op) => op switch
    {
        MaxPoolIndex index => index.Pool,
        MaxPoolGradient gradient => gradient.Pool,
        _ => (MaxPool)op,
    };

    private static string Window(int kernel, int stride, int pad, int dilation = 1, int groups = 1) =>
        $"k{Literal.Of(kernel)}{Unless(1, "s", stride)}{Unless(0, "p", pad)}{Unless(1, "d", dilation)}{Unless(1, "g", groups)}";

    private static string Unless(int usual, string letter, int value) => value == usual ? "" : $" {letter}{Literal.Of(value)}";
}

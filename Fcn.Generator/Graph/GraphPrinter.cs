using System.Text;
using Fcn.Generator.Text;

namespace Fcn.Generator.Graph;

// A graph as stable text, one node per line: name, op with its settings, inputs, shape. Passes are tested text to text.
internal static class GraphPrinter
{
    public static string Print(NetworkGraph graph)
    {
        var cells = graph.Nodes.Select(n => new[]
        {
            n.Name, n.Op.Format, string.Join(" ", n.Inputs), graph.OutputOf(n) is null ? n.Shape.ToString() : $"{n.Shape}, output",
        }).ToList();
        int[] widths = Enumerable.Range(0, 3).Select(c => cells.Max(row => row[c].Length)).ToArray();
        var text = new StringBuilder();
        foreach (string[] row in cells)
            text.Append($"{row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2].PadRight(widths[2])}  {row[3]}").Append('\n');
        return text.ToString();
    }

    /// k3 s2 p1, for an op's Format: a stride and the rest where they are not the usual ones.
    public static string Window(int kernel, int stride, int pad, int dilation = 1, int groups = 1) =>
        $"k{Literal.Of(kernel)}{Unless(1, "s", stride)}{Unless(0, "p", pad)}{Unless(1, "d", dilation)}{Unless(1, "g", groups)}";

    /// A setting with a letter or word in front, where it is not the usual one.
    public static string Unless(int usual, string letter, int value) => value == usual ? "" : $" {letter}{Literal.Of(value)}";
}

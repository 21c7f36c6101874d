using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Tests.Ops;

// Repeat and its gradient with the rows written down by hand, as a case beside the golden files: PyTorch has no such op.
internal static class RepeatCase
{
    private const int Images = 2, Channels = 19;

    /// Which row (column) of x stands at each row (column) of y: row 1 and the row with none behind it, twice more each.
    private static readonly int[] Rows = [0, 1, 1, 1, 2, 3, 4, 4, 4], Columns = [0, 1, 1, 1, 2, 2, 2];

    public static GoldenCase Of(string name)
    {
        double[] x = [.. Enumerable.Range(0, Images * Channels * 5 * 3).Select(static i => i * 7 % 97 / 16.0)];
        double[] dy = [.. Enumerable.Range(0, Images * Channels * 9 * 7).Select(static i => i * 5 % 83 / 8.0 - 4)];
        double[] y = new double[dy.Length], dx = new double[x.Length];
        for (int plane = 0; plane < Images * Channels; plane++)
            for (int h = 0; h < 9; h++)
                for (int w = 0; w < 7; w++)
                {
                    int to = (plane * 9 + h) * 7 + w, from = (plane * 5 + Rows[h]) * 3 + Columns[w];
                    y[to] = x[from];
                    dx[from] += dy[to];
                }

        var op = new OpGraph(name, Images, 5, 3);
        op.EndsWithGradient(op.Add("y", new Repeat(1, 0, 2, Extent.Input.Plus(4)), op.Map("x", x, Channels)), dy);
        return new(op, new Dictionary<string, double[]> { ["y"] = y, ["dx"] = dx });
    }
}

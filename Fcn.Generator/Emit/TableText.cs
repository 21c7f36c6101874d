using System.Text;
using Fcn.Generator.Layers;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// The layer table as text, the way an author draws it: columns aligned, numbers to the right, crops in words.
internal static class TableText
{
    public static IEnumerable<string> Lines(LayerTable table)
    {
        string[] head = ["layer", "channels", "height", "stride", "field", "params", ""];
        var rows = table.Rows.Select(static r => new[]
        {
            r.Name, Literal.Of(r.Channels), r.Size.Format("H"), Literal.Of(r.Stride), r.Field is { } field ? Literal.Of(field) : "",
            r.Parameters == 0 ? "" : Literal.Grouped(r.Parameters), Remark(r),
        });
        List<string[]> cells = [head, .. rows];
        int[] widths = Enumerable.Range(0, head.Length).Select(c => cells.Max(row => row[c].Length)).ToArray();
        foreach (string[] row in cells)
        {
            var line = new StringBuilder();
            for (int c = 0; c < row.Length; c++)
            {
                bool left = c is 0 or 2 or 6;
                line.Append(c == 0 ? "" : c == 6 ? "   " : "  ").Append(left ? row[c].PadRight(widths[c]) : row[c].PadLeft(widths[c]));
            }
            yield return line.ToString().TrimEnd();
        }
    }

    /// 134 362 751 learned values; receptive field 404, stride 32.
    public static string Sum(LayerTable table) =>
        $"{Literal.Grouped(table.ParameterCount)} learned values; "
        + $"receptive field {Literal.Of(table.Field)}, stride {Literal.Of(table.Stride)}";

    private static string Remark(LayerRow row) => (row.Crop, row.CropTo) switch
    {
        (null, _) => "",
        ({ } crop, _) when row.Kind == LayerKind.Crop => $"cut to the input at {Literal.Of(crop)}",
        (0, _) => $"cut to meet {row.CropTo}",
        ({ } crop, _) => $"cropped by {Literal.Of(crop)} to meet {row.CropTo}",
    };
}

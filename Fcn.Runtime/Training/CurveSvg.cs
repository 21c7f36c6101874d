// Log rows → one self-contained picture: the loss above (each row faint, its average bold), mean IU below, one axis of iterations for both.
using System.Globalization;
using System.Text;

namespace Fcn.Training;

/// <summary>Draws the course of a training as SVG, without fonts, scripts or files of others.</summary>
public static class CurveSvg
{
    const int Width = 860, Height = 580, Left = 84, Right = 836, MostPoints = 1000;
    const string Pale = "#9ec5f0", Blue = "#1f6fc4", Green = "#1d8a56";

    static readonly Panel loss = new("loss (pale: single iterations, bold: averaged)", Top: 64, Bottom: 304);
    static readonly Panel score = new("mean IU on the validation set", Top: 344, Bottom: 524);

    /// <summary>The picture of a log.</summary>
    /// <param name="title">Heading.</param>
    /// <param name="rows">Rows in order of iterations; may be empty.</param>
    public static string Draw(string title, IReadOnlyList<LogRow> rows)
    {
        var svg = new StringBuilder();
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\"");
        Append(svg, $" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#444\">\n");
        Append(svg, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>\n");
        Append(svg, $"<text x=\"{Left}\" y=\"30\" font-size=\"17\" fill=\"#111\">{Escape(title)}</text>\n");
        Scale iterations = Scale.Linear(0, rows.Count == 0 ? 1 : rows[^1].Iteration, Left, Right);
        DrawLoss(svg, rows, iterations);
        DrawScore(svg, [.. rows.Where(static r => r.Validation is { } v && double.IsFinite(v.MeanIU))], iterations);
        Append(svg, $"<text x=\"{(Left + Right) / 2}\" y=\"{score.Bottom + 40}\" text-anchor=\"middle\">iterations</text>\n</svg>\n");
        return svg.ToString();
    }

    static void DrawLoss(StringBuilder svg, IReadOnlyList<LogRow> rows, Scale iterations)
    {
        // The average sets the axis: single images of the summed loss would flatten it. Decades where it spans more than one and a half.
        double[] shown = [.. rows.Select(static r => r.SmoothedLoss).Where(double.IsFinite)];
        (double least, double most) = shown.Length == 0 ? (0, 1) : (shown.Min(), shown.Max());
        Scale losses = least > 0 && most / least > 30
            ? Scale.Decades(least, most, loss.Bottom, loss.Top)
            : Scale.Linear(0, most > 0 ? most * 1.1 : 1, loss.Bottom, loss.Top);
        Frame(svg, loss, iterations, losses);
        Line(svg, loss, rows, iterations, losses, static r => r.Loss, Pale, 1);
        Line(svg, loss, rows, iterations, losses, static r => r.SmoothedLoss, Blue, 2);
    }

    static void DrawScore(StringBuilder svg, IReadOnlyList<LogRow> rows, Scale iterations)
    {
        LogRow? best = rows.Count == 0 ? null : rows.MaxBy(MeanIU);
        Scale scores = Scale.Linear(0, best is { } top ? Math.Clamp(MeanIU(top) * 1.15, 0.1, 1) : 1, score.Bottom, score.Top);
        Frame(svg, score, iterations, scores);
        foreach (double tick in iterations.Ticks)
            Append(svg, $"<text x=\"{iterations.At(tick):0.#}\" y=\"{score.Bottom + 18}\" text-anchor=\"middle\">{Label(tick)}</text>\n");
        Line(svg, score, rows, iterations, scores, MeanIU, Green, 2);
        if (best is not { } row)
        {
            Append(svg, $"<text x=\"{(Left + Right) / 2}\" y=\"{score.Bottom - 85}\" text-anchor=\"middle\">no validation</text>\n");
            return;
        }
        (double x, double y) = (iterations.At(row.Iteration), scores.At(MeanIU(row)));
        Append(svg, $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" fill=\"{Green}\"/>\n");
        Append(svg, $"<text x=\"{x:0.#}\" y=\"{y - 9:0.#}\" text-anchor=\"{(x > Right - 120 ? "end" : "start")}\" fill=\"{Green}\">");
        Append(svg, $"{MeanIU(row):0.000} at {row.Iteration}</text>\n");
    }

    static double MeanIU(LogRow row) => row.Validation!.Value.MeanIU;

    static void Frame(StringBuilder svg, Panel panel, Scale iterations, Scale values)
    {
        foreach (double tick in values.Ticks)
        {
            double y = values.At(tick);
            Append(svg, $"<path d=\"M{Left} {y:0.#}H{Right}\" stroke=\"#e4e4e4\"/>\n");
            Append(svg, $"<text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Label(tick)}</text>\n");
        }
        foreach (double tick in iterations.Ticks)
            Append(svg, $"<path d=\"M{iterations.At(tick):0.#} {panel.Top}V{panel.Bottom}\" stroke=\"#f0f0f0\"/>\n");
        Append(svg, $"<path d=\"M{Left} {panel.Top}V{panel.Bottom}H{Right}\" fill=\"none\" stroke=\"#888\"/>\n");
        Append(svg, $"<text x=\"{Left}\" y=\"{panel.Top - 10}\" fill=\"#111\">{panel.Name}</text>\n");
    }

    static void Line(
        StringBuilder svg, Panel panel, IReadOnlyList<LogRow> rows, Scale iterations, Scale values, Func<LogRow, double> value,
        string colour, int width)
    {
        // More points than pixels show nothing more; the last row is always among them.
        int every = Math.Max(1, (rows.Count + MostPoints - 1) / MostPoints);
        var points = new List<string>();
        for (int i = (rows.Count + every - 1) % every; i < rows.Count; i += every)
            if (value(rows[i]) is var at && double.IsFinite(at))
                points.Add(Text($"{iterations.At(rows[i].Iteration):0.#},{Math.Clamp(values.At(at), panel.Top, panel.Bottom):0.#}"));
        if (points.Count == 0) return;
        Append(svg, $"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"{colour}\"");
        Append(svg, $" stroke-width=\"{width}\" stroke-linejoin=\"round\"/>\n");
    }

    static string Label(double value) => value is 0 or (>= 0.001 and < 1e6) ? Text($"{value:0.###}") : Text($"{value:0.#e0}");

    static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static void Append(StringBuilder svg, FormattableString text) => svg.Append(Text(text));

    // Name, and the rows of pixels from the upper to the lower edge.
    readonly record struct Panel(string Name, int Top, int Bottom);
}

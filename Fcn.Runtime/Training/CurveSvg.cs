// Log rows → one self-contained picture: the loss above (each row faint, its average bold), mean IU below, one axis of iterations for both.
using System.Globalization;
using System.Text;

namespace Fcn.Training;

/// <summary>Draws the course of a training as SVG, without fonts, scripts or files of others.</summary>
public static class CurveSvg
{
    const int Width = 860, Left = 84, Right = 836, MostPoints = 1000;
    static readonly Panel loss = new(Top: 64, Bottom: 304), score = new(Top: 344, Bottom: 524);

    /// <summary>The picture of a log.</summary>
    /// <param name="title">Heading.</param>
    /// <param name="rows">Rows in order of iterations; may be empty.</param>
    public static string Draw(string title, IReadOnlyList<LogRow> rows)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} 580" width="{Width}" height="580" font-family="system-ui, sans-serif" font-size="12" fill="#444">
            <rect width="{Width}" height="580" fill="#fff"/>
            <text x="{Left}" y="30" font-size="17" fill="#111">{Escape(title)}</text>

            """);
        Scale iterations = Scale.Linear(0, rows.Count == 0 ? 1 : rows[^1].Iteration, Left, Right);
        DrawLoss(svg, rows, iterations);
        DrawScore(svg, rows, iterations);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Right) / 2}\" y=\"{score.Bottom + 40}\" text-anchor=\"middle\">iterations</text>\n</svg>\n");
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
        Frame(svg, loss, "loss", iterations, losses, labelled: false);
        Line(svg, loss, rows, iterations, losses, static r => r.Loss, "#9ec5f0", 1);
        Line(svg, loss, rows, iterations, losses, static r => r.SmoothedLoss, "#1f6fc4", 2);
    }

    static void DrawScore(StringBuilder svg, IReadOnlyList<LogRow> rows, Scale iterations)
    {
        LogRow[] validated = [.. rows.Where(static r => r.Validation is { } v && double.IsFinite(v.MeanIU))];
        double most = validated.Length == 0 ? 1 : validated.Max(static r => r.Validation!.Value.MeanIU);
        Scale scores = Scale.Linear(0, Math.Clamp(most * 1.15, 0.1, 1), score.Bottom, score.Top);
        Frame(svg, score, "mean IU", iterations, scores, labelled: true);
        Line(svg, score, validated, iterations, scores, static r => r.Validation!.Value.MeanIU, "#1d8a56", 2);
        if (validated.Length == 0) return;
        LogRow best = validated.MaxBy(static r => r.Validation!.Value.MeanIU);
        (double x, double y) = (iterations.At(best.Iteration), scores.At(best.Validation!.Value.MeanIU));
        string anchor = x > Right - 120 ? "end" : "start";
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" fill=\"#1d8a56\"/>\n");
        svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{x:0.#}\" y=\"{y - 9:0.#}\" text-anchor=\"{anchor}\" fill=\"#14603c\">{most:0.000} at {best.Iteration}</text>\n");
    }

    static void Frame(StringBuilder svg, Panel panel, string name, Scale iterations, Scale values, bool labelled)
    {
        foreach (double tick in values.Ticks)
            svg.Append(CultureInfo.InvariantCulture,
                $"""
                <path d="M{Left} {values.At(tick):0.#}H{Right}" stroke="#e4e4e4"/>
                <text x="{Left - 8}" y="{values.At(tick) + 4:0.#}" text-anchor="end">{Label(tick)}</text>

                """);
        foreach (double tick in iterations.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{iterations.At(tick):0.#} {panel.Top}V{panel.Bottom}\" stroke=\"#f0f0f0\"/>\n");
            if (labelled)
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{iterations.At(tick):0.#}\" y=\"{panel.Bottom + 18}\" text-anchor=\"middle\">{Label(tick)}</text>\n");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {panel.Top}V{panel.Bottom}H{Right}\" fill=\"none\" stroke=\"#888\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{panel.Top - 10}\" fill=\"#111\">{name}</text>\n");
    }

    static void Line(StringBuilder svg, Panel panel, IReadOnlyList<LogRow> rows, Scale iterations, Scale values, Func<LogRow, double> value, string colour, int width)
    {
        if (rows.Count == 0) return;
        svg.Append("<polyline points=\"");
        // More points than pixels show nothing more; the last row is always among them.
        int every = (rows.Count + MostPoints - 1) / MostPoints;
        for (int i = (rows.Count - 1) % every; i < rows.Count; i += every)
        {
            double at = value(rows[i]);
            if (!double.IsFinite(at)) continue;
            svg.Append(CultureInfo.InvariantCulture, $"{iterations.At(rows[i].Iteration):0.#},{Math.Clamp(values.At(at), panel.Top, panel.Bottom):0.#} ");
        }
        svg.Length--;
        svg.Append(CultureInfo.InvariantCulture, $"\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"/>\n");
    }

    static string Label(double value) => value == 0 || Math.Abs(value) is >= 0.001 and < 1e6
        ? value.ToString("0.###", CultureInfo.InvariantCulture)
        : value.ToString("0.#e0", CultureInfo.InvariantCulture);

    static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    // Rows of pixels from the upper to the lower edge.
    readonly record struct Panel(int Top, int Bottom);
}

// Values → pixels, with the values worth a grid line.
readonly record struct Scale(double Least, double Most, double From, double To, bool Logarithmic, IReadOnlyList<double> Ticks)
{
    public double At(double value)
    {
        double share = Logarithmic
            ? (Math.Log10(Math.Max(value, Least)) - Math.Log10(Least)) / (Math.Log10(Most) - Math.Log10(Least))
            : (value - Least) / (Most - Least);
        return From + (To - From) * share;
    }

    // Steps of 1, 2 or 5 times a power of ten, about six of them.
    public static Scale Linear(double least, double most, double from, double to)
    {
        double rough = (most - least) / 6, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        // A product, not a sum: 0.30000000000000004 would still be labelled 0.3, but may fall off the end.
        double[] ticks = [.. Enumerable.Range((int)Math.Ceiling(least / step), 12).Select(i => i * step).Where(t => t <= most * (1 + 1e-9))];
        return new Scale(least, most, from, to, false, ticks);
    }

    // Whole decades around the values.
    public static Scale Decades(double least, double most, double from, double to)
    {
        int first = (int)Math.Floor(Math.Log10(least)), last = (int)Math.Ceiling(Math.Log10(most));
        return new Scale(Math.Pow(10, first), Math.Pow(10, last), from, to, true, [.. Enumerable.Range(first, last - first + 1).Select(static e => Math.Pow(10, e))]);
    }
}

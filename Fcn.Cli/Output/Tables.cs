// Numbers → tables.
using System.Globalization;
using Fcn.Metrics;
using Spectre.Console;

namespace Fcn.Cli.Output;

static class Tables
{
    /// One line per class, then the four metrics of the paper.
    public static Table Metrics(ConfusionMatrix matrix, IReadOnlyList<string> classNames)
    {
        Table table = New("class", "pixels", "accuracy", "IU");
        for (int c = 0; c < matrix.Classes; c++)
            table.AddRow(Markup.Escape(classNames[c]), Count(matrix.Truth(c)), Share(matrix.Accuracy(c)), Share(matrix.IU(c)));
        table.AddEmptyRow();
        table.AddRow("all pixels", Count(matrix.Pixels), Share(matrix.PixelAccuracy), "");
        table.AddRow("mean", "", Share(matrix.MeanAccuracy), Share(matrix.MeanIU));
        table.AddRow("by frequency", "", "", Share(matrix.FrequencyWeightedIU));
        return table;
    }

    /// A table whose first column is text and whose other columns are numbers.
    public static Table New(string first, params string[] numbers)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(first);
        foreach (string name in numbers) table.AddColumn(new TableColumn(name).RightAligned());
        return table;
    }

    /// 134 362 751
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    /// 537 MB, 1.05 GB; a dash for what is not known.
    public static string Bytes(long? bytes) => bytes switch
    {
        null => "–",
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB"),
    };

    static string Share(double? value) =>
        value is { } share && double.IsFinite(share) ? share.ToString("0.000", CultureInfo.InvariantCulture) : "–";
}

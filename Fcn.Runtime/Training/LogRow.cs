// One line of log.csv, both ways. Numbers in shortest round-trip form, so a log read back is the log that was written.
using System.Globalization;
using Fcn.Metrics;

namespace Fcn.Training;

/// <summary>The four metrics of the paper on a whole validation set; NaN where the set has no labelled pixel.</summary>
/// <param name="PixelAccuracy">Share of pixels that are right.</param>
/// <param name="MeanAccuracy">Mean over classes of the share of their pixels that are right.</param>
/// <param name="MeanIU">Mean over classes of intersection over union.</param>
/// <param name="WeightedIU">The same weighted by how often a class occurs.</param>
public readonly record struct ValidationScores(double PixelAccuracy, double MeanAccuracy, double MeanIU, double WeightedIU)
{
    /// <summary>The metrics of a confusion matrix.</summary>
    public static ValidationScores Of(ConfusionMatrix matrix) =>
        new(matrix.PixelAccuracy, matrix.MeanAccuracy, matrix.MeanIU, matrix.FrequencyWeightedIU);
}

/// <summary>One row of a run's log.</summary>
/// <param name="Iteration">Completed updates.</param>
/// <param name="Loss">Loss of this iteration, sum or mean as the solver says.</param>
/// <param name="SmoothedLoss">Mean over the last iterations.</param>
/// <param name="Rate">Learning rate of this iteration.</param>
/// <param name="ImagesPerSecond">Since the row before; 0 where nothing was timed.</param>
/// <param name="Validation">Metrics after this iteration; null where none were taken.</param>
public readonly record struct LogRow(
    long Iteration, double Loss, double SmoothedLoss, double Rate, double ImagesPerSecond, ValidationScores? Validation = null)
{
    /// <summary>First line of a log.</summary>
    public const string Header = "iteration,loss,smoothed_loss,rate,images_per_second,pixel_accuracy,mean_accuracy,mean_iu,weighted_iu";

    /// <summary>The row as comma-separated text, without line break.</summary>
    public string ToCsv()
    {
        string row = string.Create(CultureInfo.InvariantCulture, $"{Iteration},{Loss:R},{SmoothedLoss:R},{Rate:R},{ImagesPerSecond:0.###}");
        return Validation is not var (pixel, mean, iu, weighted)
            ? row + ",,,,"
            : string.Create(CultureInfo.InvariantCulture, $"{row},{pixel:R},{mean:R},{iu:R},{weighted:R}");
    }

    /// <summary>Reads a row, also one that a spreadsheet wrote with semicolons and decimal commas; null where the text is none.</summary>
    public static LogRow? Parse(string line)
    {
        if (line.Contains(';')) line = line.Replace(',', '.').Replace(';', ',');
        string[] fields = line.Split(',');
        if (fields.Length != 9) return null;
        if (!long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out long iteration)) return null;
        bool validated = fields[5].Length > 0;
        Span<double> numbers = stackalloc double[8];
        for (int i = 0; i < (validated ? 8 : 4); i++)
            if (!double.TryParse(fields[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])) return null;
        return new LogRow(iteration, numbers[0], numbers[1], numbers[2], numbers[3],
            validated ? new ValidationScores(numbers[4], numbers[5], numbers[6], numbers[7]) : null);
    }
}

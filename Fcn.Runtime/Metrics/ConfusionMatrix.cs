// Label maps in pairs (truth, prediction) → one matrix of pixel counts → the four metrics of the FCN paper and a table.
// Source: Long, Shelhamer, Darrell, section 5 "Metrics"; the reference's score.py: one matrix over the whole split, never a mean over
// images.
using System.Globalization;
using System.Text;
using Fcn.Files;

namespace Fcn.Metrics;

/// <summary>
/// Pixels by true class (row) and predicted class (column), accumulated over a whole split, and the paper's metrics on it.
/// A pixel counts where its truth is a class; <see cref="LabelMap.Ignore"/> is left out. Not thread-safe: one matrix per thread, then
/// <see cref="Merge"/>.
/// </summary>
public sealed class ConfusionMatrix
{
    readonly long[] counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Number of classes n, 1 to 255; labels are 0 to n − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is out of range.</exception>
    public ConfusionMatrix(int classes)
    {
        if (classes is < 1 or > 255)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, "There are 1 to 255 classes; 255 itself is the ignore label.");
        (Classes, counts) = (classes, new long[classes * classes]);
    }

    /// <summary>Number of classes n.</summary>
    public int Classes { get; }

    /// <summary>
    /// What becomes of a class that no true pixel has but that was predicted somewhere: IU 0, as in the reference (default), or left
    /// out of the mean, as SIFT Flow's published numbers need it.
    /// </summary>
    public AbsentClasses Absent { get; init; } = AbsentClasses.CountWhenPredicted;

    /// <summary>Pixels of class <paramref name="truth"/> that were predicted as <paramref name="prediction"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A class is not in 0 to n − 1.</exception>
    public long this[int truth, int prediction] => counts[Checked(truth) * Classes + Checked(prediction)];

    /// <summary>All counted pixels.</summary>
    public long Pixels => counts.Sum();

    /// <summary>Σ nᵢᵢ / Σ tᵢ; NaN while the matrix is empty.</summary>
    public double PixelAccuracy
    {
        get
        {
            long right = 0;
            for (int c = 0; c < Classes; c++) right += counts[c * Classes + c];
            return (double)right / Pixels;
        }
    }

    /// <summary>Mean of nᵢᵢ / tᵢ over the classes that occur in the truth; NaN while the matrix is empty.</summary>
    public double MeanAccuracy => Mean(Accuracy);

    /// <summary>Mean of the classes' IU over those that have one; NaN while the matrix is empty.</summary>
    public double MeanIU => Mean(IU);

    /// <summary>Σ tᵢ · IUᵢ / Σ tᵢ over the classes that occur in the truth; NaN while the matrix is empty.</summary>
    public double FrequencyWeightedIU
    {
        get
        {
            double sum = 0;
            for (int c = 0; c < Classes; c++)
                if (Truth(c) is var truth and > 0) sum += truth * IU(c)!.Value;
            return sum / Pixels;
        }
    }

    /// <summary>True pixels tᵢ of a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The class is not in 0 to n − 1.</exception>
    public long Truth(int classIndex)
    {
        long sum = 0;
        foreach (long count in counts.AsSpan(Checked(classIndex) * Classes, Classes)) sum += count;
        return sum;
    }

    /// <summary>Pixels Σⱼ nⱼᵢ predicted as a class.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The class is not in 0 to n − 1.</exception>
    public long Predicted(int classIndex)
    {
        long sum = 0;
        for (int at = Checked(classIndex); at < counts.Length; at += Classes) sum += counts[at];
        return sum;
    }

    /// <summary>nᵢᵢ / tᵢ; null for a class that no true pixel has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The class is not in 0 to n − 1.</exception>
    public double? Accuracy(int classIndex) => Truth(classIndex) is var truth and > 0 ? (double)this[classIndex, classIndex] / truth : null;

    /// <summary>
    /// Intersection over union nᵢᵢ / (tᵢ + Σⱼ nⱼᵢ − nᵢᵢ); null for a class that is neither in the truth nor predicted, or that
    /// <see cref="Absent"/> leaves out.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The class is not in 0 to n − 1.</exception>
    public double? IU(int classIndex)
    {
        (long truth, long both) = (Truth(classIndex), this[classIndex, classIndex]);
        long union = truth + Predicted(classIndex) - both;
        bool leftOut = truth == 0 && Absent == AbsentClasses.LeaveOut;
        return union == 0 || leftOut ? null : (double)both / union;
    }

    /// <summary>Counts one image.</summary>
    /// <param name="truth">True classes; 255 is not counted.</param>
    /// <param name="prediction">Predicted classes, of the same size; where the truth is 255 they are not looked at.</param>
    /// <exception cref="FcnException">The sizes differ, or a label is no class of this matrix; nothing was counted.</exception>
    public void Add(LabelMap truth, LabelMap prediction)
    {
        if (truth.Width != prediction.Width || truth.Height != prediction.Height)
            throw new FcnException(
                $"The truth is {truth.Width}x{truth.Height} but the prediction is {prediction.Width}x{prediction.Height}: "
                + "compare label maps of one size.");
        Add(truth.Labels, prediction.Labels, truth.Width);
    }

    /// <summary>Counts rows of labels without a map around them, such as a batch.</summary>
    /// <param name="truth">True classes, row by row; 255 is not counted.</param>
    /// <param name="prediction">As many predicted classes; where the truth is 255 they are not looked at.</param>
    /// <param name="width">Labels per row; only error messages use it.</param>
    /// <exception cref="FcnException">The lengths differ, or a label is no class of this matrix; nothing was counted.</exception>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> prediction, int width)
    {
        if (truth.Length != prediction.Length)
            throw new FcnException(
                $"The truth has {truth.Length} labels but the prediction {prediction.Length}: compare label maps of one size.");
        if (FirstForeign(truth, truth) is >= 0 and var wrong) throw Foreign("truth", truth[wrong], wrong, width);
        if (FirstForeign(prediction, truth) is >= 0 and var odd) throw Foreign("prediction", prediction[odd], odd, width);
        for (int i = 0; i < truth.Length; i++)
            if (truth[i] != LabelMap.Ignore) counts[truth[i] * Classes + prediction[i]]++;
    }

    /// <summary>Adds the counts of another matrix to this one.</summary>
    /// <exception cref="ArgumentException">The other matrix has another number of classes.</exception>
    public void Merge(ConfusionMatrix other)
    {
        if (other.Classes != Classes)
            throw new ArgumentException($"A matrix of {other.Classes} classes cannot be added to one of {Classes}.", nameof(other));
        for (int i = 0; i < counts.Length; i++) counts[i] += other.counts[i];
    }

    /// <summary>
    /// Writes the counts as comma-separated text: a head line with the predicted classes, then a line for every true class. Written beside
    /// <paramref name="path"/> and renamed, so that a reader never sees half a table.
    /// </summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="names">One name for every class.</param>
    /// <exception cref="ArgumentException">There are not n names.</exception>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public void SaveCsv(string path, IReadOnlyList<string> names)
    {
        if (names.Count != Classes)
            throw new ArgumentException($"A matrix of {Classes} classes needs as many names; got {names.Count}.", nameof(names));
        var text = new StringBuilder(Csv.Row(["truth \\ prediction", .. names]) + "\n");
        IEnumerable<int> classes = Enumerable.Range(0, Classes);
        foreach (int truth in classes)
        {
            IEnumerable<string> counted = classes.Select(prediction => this[truth, prediction].ToString(CultureInfo.InvariantCulture));
            text.Append(Csv.Row([names[truth], .. counted])).Append('\n');
        }
        AtomicFile.WriteText(path, text.ToString());
    }

    // First label that is neither a class nor excused by an ignored truth; −1 where there is none.
    int FirstForeign(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> truth)
    {
        for (int from = 0; ;)
        {
            int step = labels[from..].IndexOfAnyInRange((byte)Classes, byte.MaxValue);
            if (step < 0) return -1;
            if (truth[from + step] != LabelMap.Ignore) return from + step;
            from += step + 1;
        }
    }

    FcnException Foreign(string which, byte label, int at, int width) =>
        new($"The {which} has class {label} at row {at / width}, column {at % width}, "
            + $"but the matrix has {Classes} classes (0 to {Classes - 1}) and 255 for ignored pixels.");

    double Mean(Func<int, double?> metric)
    {
        (double sum, int classes) = (0, 0);
        for (int c = 0; c < Classes; c++)
            if (metric(c) is { } value) (sum, classes) = (sum + value, classes + 1);
        return sum / classes;
    }

    int Checked(int classIndex) =>
        (uint)classIndex < (uint)Classes
            ? classIndex
            : throw new ArgumentOutOfRangeException(nameof(classIndex), classIndex, $"The matrix has classes 0 to {Classes - 1}.");
}

/// <summary>Classes that no true pixel has.</summary>
public enum AbsentClasses
{
    /// <summary>IU 0 where the class was predicted, left out of the mean where it was not: the reference's score.py.</summary>
    CountWhenPredicted,

    /// <summary>Left out of the mean, predicted or not.</summary>
    LeaveOut,
}

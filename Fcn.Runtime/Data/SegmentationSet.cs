// What training and validation read. A set says how to read one example; the checks that hold for every set are made here, once.
using Fcn.Imaging;

namespace Fcn.Data;

/// <summary>
/// Images with a class for every pixel. Derive from it to train on a format of your own. Reading is safe from several threads.
/// </summary>
public abstract class SegmentationSet
{
    /// <summary>The set in words for logs and messages, such as <c>camvid, train</c>.</summary>
    public abstract string Name { get; }

    /// <summary>A name for every class; their number is the number of classes, 1 to 255.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>Colours in which the classes are drawn.</summary>
    public Palette Palette { get; init; } = Palette.Voc;

    /// <summary>Name of every example; their number is the number of examples.</summary>
    public abstract IReadOnlyList<string> Ids { get; }

    /// <summary>Number of classes n; labels are 0 to n − 1 and 255.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Number of examples.</summary>
    public int Count => Ids.Count;

    /// <summary>
    /// After a photograph was read that is odd but usable: once for each oddity and reading, on whichever thread read it.
    /// </summary>
    public event Action<ImageWarning>? Warned;

    /// <summary>The photograph of an example.</summary>
    /// <exception cref="FcnException">It cannot be read.</exception>
    public Image LoadImage(int index) => Reported(ReadImage(index));

    /// <summary>The classes of an example's pixels.</summary>
    /// <exception cref="FcnException">They cannot be read, or a label is neither a class nor 255.</exception>
    public LabelMap LoadLabels(int index) => Checked(ReadLabels(index), index);

    /// <summary>Photograph and classes of an example.</summary>
    /// <exception cref="FcnException">They cannot be read, a label is neither a class nor 255, or they differ in size.</exception>
    public Example Load(int index)
    {
        Example example = Read(index);
        Checked(example.Labels, index);
        example.RequireOneSize(Origin(index));
        Reported(example.Image);
        return example;
    }

    /// <summary>
    /// Reads a photograph. Its labels lie on the pixels, so files are read by <see cref="Image.Load"/> with
    /// <see cref="ImageReading.AsStored"/> unless the labels were drawn on what a viewer shows.
    /// </summary>
    protected abstract Image ReadImage(int index);

    /// <summary>Reads the classes of the pixels.</summary>
    protected abstract LabelMap ReadLabels(int index);

    /// <summary>Reads both; to be overridden where that costs less than one after the other.</summary>
    protected virtual Example Read(int index) => new(Ids[index], ReadImage(index), ReadLabels(index));

    /// <summary>Where an example's labels come from, for messages: a file.</summary>
    protected virtual string Origin(int index) => $"{Name}, '{Ids[index]}'";

    Image Reported(Image image)
    {
        foreach (ImageWarning warning in image.Warnings) Warned?.Invoke(warning);
        return image;
    }

    LabelMap Checked(LabelMap labels, int index)
    {
        int last = Classes - 1;
        // 255 classes leave no label between the last class and the ignore label.
        if (last + 1 == LabelMap.Ignore) return labels;
        int wrong = labels.Labels.AsSpan().IndexOfAnyInRange((byte)(last + 1), (byte)(LabelMap.Ignore - 1));
        if (wrong < 0) return labels;
        throw new FcnException(
            $"{Origin(index)}: label {labels.Labels[wrong]} at row {wrong / labels.Width}, column {wrong % labels.Width}, "
            + $"but there are {Classes} classes (0 to {last}) and 255 for pixels to ignore. "
            + "Give the set more classes, or write unlabelled pixels as 255.");
    }
}

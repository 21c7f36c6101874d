// What every data set is: examples by number, all of one number of classes. The checks that hold for any set are made here, once.
using System.Diagnostics.CodeAnalysis;
using Fcn.Devices;
using Fcn.Imaging;

namespace Fcn.Data;

/// <summary>
/// Images with a class for every pixel. Derive from it to train on a format of your own. Reading is safe from several threads.
/// </summary>
public abstract class SegmentationSet
{
    // What helps with one bad example and with many.
    internal const string Advice = "Mend what is wrong, or go on without it: --on-bad-example skip (BadExamples.Skip).";

    readonly SortedDictionary<int, SkippedExample> skipped = [];

    /// <summary>The set in words for logs and messages, such as <c>camvid, train</c>.</summary>
    public abstract string Name { get; }

    /// <summary>A name for every class; their number is the number of classes, 1 to 255.</summary>
    public abstract IReadOnlyList<string> ClassNames { get; }

    /// <summary>Colours in which the classes are drawn.</summary>
    public Palette Palette { get; init; } = Palette.Voc;

    /// <summary>What stored label values mean; by default they are the classes.</summary>
    public LabelMapping LabelMapping { get; init; } = LabelMapping.AsStored;

    /// <summary>What becomes of examples that cannot be used. Training, validation and surveys follow it.</summary>
    public BadExamples OnBadExample { get; protected init; }

    /// <summary>Name of every example; their number is the number of examples.</summary>
    public abstract IReadOnlyList<string> Ids { get; }

    /// <summary>Number of classes n; labels are 0 to n − 1 and 255.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Number of examples, bad ones included.</summary>
    public int Count => Ids.Count;

    /// <summary>The bad examples that were met and left out so far, by index; none unless <see cref="OnBadExample"/> says so.</summary>
    public IReadOnlyList<SkippedExample> Skipped
    {
        get
        {
            lock (skipped) return [.. skipped.Values];
        }
    }

    /// <summary>
    /// After a photograph was read that is odd but usable: once for each oddity and reading, on whichever thread read it.
    /// </summary>
    public event Action<ImageWarning>? Warned;

    /// <summary>The photograph of an example.</summary>
    /// <exception cref="FcnException">It cannot be read.</exception>
    public Image LoadImage(int index) => Reported(ReadImage(index));

    /// <summary>The classes of an example's pixels.</summary>
    /// <exception cref="FcnException">They cannot be read, or a label is neither a class nor 255.</exception>
    public LabelMap LoadLabels(int index) => Mapped(ReadLabels(index), index);

    /// <summary>Photograph and classes of an example.</summary>
    /// <exception cref="FcnException">They cannot be read, a label is neither a class nor 255, or they differ in size.</exception>
    public Example Load(int index)
    {
        Example example = Read(index);
        example = example with { Labels = Mapped(example.Labels, index) };
        example.RequireOneSize(Origin(index));
        Reported(example.Image);
        return example;
    }

    /// <summary>Photograph and classes of an example, if it can be used.</summary>
    /// <param name="index">Its place in the set, from 0.</param>
    /// <param name="example">The example.</param>
    /// <returns>False where it is bad and bad ones are skipped.</returns>
    /// <exception cref="FcnException">It is bad and bad ones are not skipped, or no example of the set is left.</exception>
    /// <exception cref="MachineException">Memory, a library or access to a file is lacking, which makes no example bad.</exception>
    public bool TryLoad(int index, [NotNullWhen(true)] out Example? example)
    {
        RequireUsable();
        try
        {
            example = UnlessSkipped(index, Load);
        }
        catch (FcnException e) when (e is not MachineException)
        {
            throw new FcnException($"{e.Message} {Advice}", e);
        }
        return example is not null;
    }

    // The labels of an example that can be used as far as can be told without decoding the photograph: null where it is skipped. What this
    // refuses, Load refuses too; so a run does not depend on which of them comes first.
    internal LabelMap? Examine(int index) => UnlessSkipped(index, LabelsOfPhotograph);

    /// <summary>
    /// Reads a photograph. Its labels lie on the pixels, so files are read by <see cref="Image.Load"/> with
    /// <see cref="ImageReading.AsStored"/> unless the labels were drawn on what a viewer shows.
    /// </summary>
    protected abstract Image ReadImage(int index);

    /// <summary>Reads the classes of the pixels, as stored.</summary>
    protected abstract LabelMap ReadLabels(int index);

    /// <summary>Reads both; to be overridden where that costs less than one after the other.</summary>
    protected virtual Example Read(int index) => new(Ids[index], ReadImage(index), ReadLabels(index));

    /// <summary>The size of a photograph where it can be known without decoding; null where it cannot.</summary>
    protected virtual PixelSize? ReadImageSize(int index) => null;

    /// <summary>
    /// How photographs are read, in words, where that changes their pixels: a run is resumed only with the same. Empty for the usual way.
    /// </summary>
    protected internal virtual string ReadingWords => "";

    /// <summary>Where an example's labels come from, for messages: a file.</summary>
    protected virtual string Origin(int index) => $"{Name}, '{Ids[index]}'";

    /// <summary>Leaves an example out from now on.</summary>
    protected void Skip(int index, string reason)
    {
        lock (skipped) skipped[index] = new SkippedExample(index, Ids[index], reason);
    }

    // As far as its header tells; 0 where it does not.
    internal long PixelsOf(int index)
    {
        try
        {
            return ReadImageSize(index) is { } size ? (long)size.Width * size.Height : 0;
        }
        catch (FcnException)
        {
            return 0;
        }
    }

    // Memory ran out with an example, brought to a size if one is given; a bad one it is not.
    internal MachineException TooLarge(int index, PixelSize? size, Exception cause)
    {
        const int BytesPerPixel = 3 + 1 + 3 * sizeof(float);
        string need = (size ?? ReadImageSize(index)) is { } pixels
            ? $"{pixels} needs {Megabytes((long)BytesPerPixel * pixels.Width * pixels.Height)} (photograph, labels, the network's input)"
            : "needs more memory than there is";
        return new MachineException(
            $"'{Ids[index]}' {need}; objects may take {Megabytes(HostMemory.HeapLimit)}. Bring it to a smaller size first.", cause);

        static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:F1} MB");
    }

    // Refuses a set of which nothing is left.
    internal void RequireUsable()
    {
        lock (skipped)
            if (skipped.Count > 0 && skipped.Count == Count)
                throw new FcnException($"All {Count} examples of {Name} were skipped. The first: {skipped.Values.First().Reason}");
    }

    Image Reported(Image image)
    {
        foreach (ImageWarning warning in image.Warnings) Warned?.Invoke(warning);
        return image;
    }

    // What the machine lacks is no fault of an example's: a run that went on without it would be another one than elsewhere.
    T? UnlessSkipped<T>(int index, Func<int, T> read) where T : class
    {
        lock (skipped)
            if (skipped.ContainsKey(index)) return null;
        try
        {
            return read(index);
        }
        catch (FcnException e) when (OnBadExample == BadExamples.Skip && e is not MachineException)
        {
            Skip(index, e.Message);
            return null;
        }
        catch (OutOfMemoryException e)
        {
            throw TooLarge(index, null, e);
        }
    }

    LabelMap LabelsOfPhotograph(int index)
    {
        if (ReadImageSize(index) is not { } size) return Load(index).Labels;
        LabelMap labels = LoadLabels(index);
        Example.RequireOneSize(Ids[index], size, new PixelSize(labels.Width, labels.Height), Origin(index));
        return labels;
    }

    LabelMap Mapped(LabelMap stored, int index)
    {
        LabelMap labels = LabelMapping.Apply(stored);
        // 255 classes leave no label between the last class and the ignore label.
        int wrong = Classes == LabelMap.Ignore ? -1 : labels.Labels.AsSpan().IndexOfAnyInRange((byte)Classes, (byte)(LabelMap.Ignore - 1));
        return wrong < 0 ? labels : throw ForeignLabel.In(stored, wrong, Origin(index), this);
    }
}

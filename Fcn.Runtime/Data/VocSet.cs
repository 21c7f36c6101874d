// A folder in the layout of PASCAL VOC → examples. JPEGImages/<id>.jpg, SegmentationClass/<id>.png, ImageSets/Segmentation/<split>.txt,
// classes.txt.
// Source: VOCdevkit, development kit of the VOC 2012 challenge, section "Segmentation". The labels are palette indices, not colours.
using Fcn.Files;
using Fcn.Imaging;

namespace Fcn.Data;

/// <summary>
/// A split of a data set in the layout of PASCAL VOC. What is on disk is checked when it is opened: a run does not fail hours later for
/// a missing file.
/// </summary>
public sealed class VocSet : SegmentationSet
{
    const string Images = "JPEGImages", LabelFolder = "SegmentationClass", Lists = "ImageSets/Segmentation", ClassFile = "classes.txt";
    const int MostListed = 10;

    static readonly string[] ImageExtensions = [".jpg", ".jpeg", ".png"];

    readonly string root;
    readonly string[] ids;
    // Which of ImageExtensions each image has.
    readonly byte[] extensions;

    /// <summary>Opens a split.</summary>
    /// <param name="root">
    /// Folder with JPEGImages (.jpg, .jpeg, .png), SegmentationClass (.png) and ImageSets/Segmentation; and, if its classes are not
    /// VOC's, classes.txt.
    /// </param>
    /// <param name="split">
    /// Name of a list in ImageSets/Segmentation without .txt: train, val, … One id per line; an id that stands there twice is two
    /// examples.
    /// </param>
    /// <param name="classes">
    /// Number of classes, 1 to 254; null for that of classes.txt, or VOC's 21. Classes without a name are called <c>class 0</c>,
    /// <c>class 1</c>, …
    /// </param>
    /// <exception cref="FcnException">
    /// There is no such folder or list; the list has an id that is no plain file name; an image or a label file is missing (all are
    /// listed, up to ten); or classes.txt names another number of classes.
    /// </exception>
    public VocSet(string root, string split, int? classes = null)
    {
        if (!Directory.Exists(root)) throw new FcnException($"'{root}' is no data set: there is no such folder.");
        ClassNames = ReadClassNames(root, classes);
        Name = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)))}, {split}";
        string list = ListOf(root, split);
        (this.root, ids) = (root, ReadIds(list));
        extensions = FindFiles(list);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ids;

    /// <summary>The file of an example's photograph.</summary>
    public string ImagePath(int index) => Path.Combine(root, Images, ids[index] + ImageExtensions[extensions[index]]);

    /// <summary>The file of an example's labels.</summary>
    public string LabelPath(int index) => Path.Combine(root, LabelFolder, ids[index] + ".png");

    /// <summary>How photographs are read: with their pixels as stored, as the labels were drawn on those.</summary>
    public ImageReading Reading { get; init; } = new() { AsStored = true };

    /// <inheritdoc/>
    protected override Image ReadImage(int index) => Image.Load(ImagePath(index), Reading);

    /// <inheritdoc/>
    protected override LabelMap ReadLabels(int index) => LabelMap.Load(LabelPath(index));

    /// <inheritdoc/>
    protected override string Origin(int index) => $"'{LabelPath(index)}'";

    static IReadOnlyList<string> ReadClassNames(string root, int? classes)
    {
        if (classes is < 1 or > Data.ClassNames.Most)
            throw new FcnException($"{classes} classes: a data set has 1 to {Data.ClassNames.Most}.");
        string file = Path.Combine(root, ClassFile);
        if (File.Exists(file))
        {
            IReadOnlyList<string> names = Data.ClassNames.Load(file);
            if (classes is { } wanted && wanted != names.Count)
                throw new FcnException(
                    $"'{file}' names {names.Count} classes, but {wanted} were asked for: name them all, or leave the number out.");
            return names;
        }
        return classes is { } count && count != Data.ClassNames.Voc.Count ? Data.ClassNames.Numbered(count) : Data.ClassNames.Voc;
    }

    static string ListOf(string root, string split)
    {
        if (WhyNoFileName(split) is { } why) throw new FcnException($"'{Shown(split)}' is no split: {why}.");
        string folder = Path.Combine(root, Lists), list = Path.Combine(folder, split + ".txt");
        if (File.Exists(list)) return list;
        if (!Directory.Exists(folder))
            throw new FcnException($"'{root}' is no data set in the layout of PASCAL VOC: it has no folder {Lists}.");
        try
        {
            string[] others = [.. Directory.EnumerateFiles(folder, "*.txt").Select(static f => Path.GetFileNameWithoutExtension(f)!)];
            Array.Sort(others, StringComparer.Ordinal);
            string choice = others.Length > 0 ? $"Splits here: {Few(others, others.Length)}." : "The folder has no list at all.";
            throw new FcnException($"'{list}': there is no such list. {choice}");
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Reading(folder, e);
        }
    }

    static string[] ReadIds(string list)
    {
        List<(int Line, string Name)> lines = NameList.Read(list);
        foreach ((int line, string id) in lines)
            if (WhyNoFileName(id) is { } why)
                throw new FcnException(
                    $"'{list}', line {line}: '{Shown(id)}' is no id: {why}. Write file names without folder and extension, one per line.");
        return [.. lines.Select(static l => l.Name)];
    }

    byte[] FindFiles(string list)
    {
        (var found, var missing, int count) = (new byte[ids.Length], new List<string>(), 0);
        for (int i = 0; i < ids.Length; i++)
        {
            string image = Path.Combine(root, Images, ids[i]);
            int extension = Array.FindIndex(ImageExtensions, e => File.Exists(image + e));
            if (extension < 0) Miss($"{Images}/{ids[i]}{string.Join('|', ImageExtensions)}");
            else found[i] = (byte)extension;
            if (!File.Exists(LabelPath(i))) Miss($"{LabelFolder}/{ids[i]}.png");
        }
        if (count == 0) return found;
        throw new FcnException(
            $"'{list}' lists {ids.Length} examples, but {count} of their files are not in '{root}': {Few(missing, count)}.");

        void Miss(string file)
        {
            if (++count <= MostListed) missing.Add(file);
        }
    }

    // An id becomes part of a path, so it must not be able to leave its folder on any system.
    static string? WhyNoFileName(string id) =>
        id.Length is 0 or > 200 ? "it must have 1 to 200 characters"
        : id.Contains("..", StringComparison.Ordinal) ? "it has '..' in it"
        : id.AsSpan().IndexOfAny("/\\:*?\"<>|\t") is >= 0 and var at ? $"it has '{id[at]}' in it"
        : null;

    static string Few(IReadOnlyList<string> names, int count) =>
        string.Join(", ", names.Take(MostListed)) + (count > MostListed ? $" and {count - MostListed} more" : "");

    static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

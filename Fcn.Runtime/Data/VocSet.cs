// A folder in the layout of PASCAL VOC → examples. JPEGImages/<id>.jpg, SegmentationClass/<id>.png, ImageSets/Segmentation/<split>.txt,
// classes.txt.
// Sources: VOCdevkit, development kit of the VOC 2012 challenge, section "Segmentation"; labelme2voc.py, which writes
// SegmentationClassPNG, class_names.txt and no list. The labels are palette indices, not colours.
using Fcn.Imaging;

namespace Fcn.Data;

/// <summary>
/// A split of a data set in the layout of PASCAL VOC. That all its files are there is checked when it is opened: a run does not fail hours
/// later for a missing one. <see cref="SetSurvey"/> looks into them.
/// </summary>
public sealed class VocSet : SegmentationSet
{
    /// <summary>The split of all examples that have labels, where no list has this name.</summary>
    public const string AllExamples = "all";

    const string Images = "JPEGImages", Lists = "ImageSets/Segmentation";

    // The first that is there.
    static readonly string[] LabelFolders = ["SegmentationClassPNG", "SegmentationClass"], ClassFiles = ["classes.txt", "class_names.txt"];

    static readonly char[] ColumnSeparators = [' ', ',', ';'];

    // The labels were drawn on the pixels as they are stored.
    static readonly ImageReading usual = new() { AsStored = true };

    readonly ExampleFiles images, labels;
    readonly string[] ids, imageNames, labelNames;

    /// <summary>Opens a split.</summary>
    /// <param name="root">
    /// Folder with JPEGImages (.jpg, .jpeg, .png), SegmentationClass or SegmentationClassPNG (.png) and ImageSets/Segmentation; and, if its
    /// classes are not VOC's, classes.txt or class_names.txt.
    /// </param>
    /// <param name="split">
    /// Name of a list in ImageSets/Segmentation without .txt: train, val, … One id per line, with or without the file's extension; an id
    /// that stands there twice is two examples. <see cref="AllExamples"/> needs no list.
    /// </param>
    /// <param name="classes">
    /// Number of classes, 1 to 254; null for that of the file, or VOC's 21. Classes without a name are called <c>class 0</c>,
    /// <c>class 1</c>, …
    /// </param>
    /// <param name="onBadExample">Whether an example that cannot be used is an error or left out; missing files count at once.</param>
    /// <exception cref="FcnException">
    /// There is no such folder or list; the list has an id that is no plain file name; an image or a label file is missing (all are
    /// listed, up to ten) and bad examples are not skipped; or the file of classes names another number of them.
    /// </exception>
    public VocSet(string root, string split, int? classes = null, BadExamples onBadExample = BadExamples.Stop)
    {
        if (!DataFile.Exists(root)) throw new FcnException($"'{root}' is no data set: there is no such folder.");
        OnBadExample = onBadExample;
        ClassNames = ReadClassNames(root, classes);
        Name = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)))}, {split}";
        images = new ExampleFiles(root, Folder(root, Images), ".jpg", ".jpeg", ".png");
        labels = new ExampleFiles(root, Folder(root, FirstOf(root, LabelFolders) ?? LabelFolders[^1]), ".png");
        (string list, List<(int Line, string Name)> lines) = ReadList(root, split);
        (ids, imageNames, labelNames) = (new string[lines.Count], new string[lines.Count], new string[lines.Count]);
        FindFiles(root, list, lines);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Ids => ids;

    /// <summary>The file of an example's photograph.</summary>
    public string ImagePath(int index) => images.Path(imageNames[index]);

    /// <summary>The file of an example's labels.</summary>
    public string LabelPath(int index) => labels.Path(labelNames[index]);

    /// <summary>The file in which a data set names its classes; null where it names none.</summary>
    public static string? ClassFile(string root) => FirstOf(root, ClassFiles) is { } name ? Path.Combine(root, name) : null;

    /// <summary>Names of the lists of a data set, each of which is a split; none where it has no list.</summary>
    public static IReadOnlyList<string> Splits(string root) => [.. SplitList.In(Path.Combine(root, Lists))];

    /// <summary>How photographs are read: with their pixels as stored, as the labels were drawn on those.</summary>
    public ImageReading Reading { get; init; } = usual;

    /// <inheritdoc/>
    protected override Image ReadImage(int index) => Image.Load(DataFile.Plain(ImagePath(index)), Reading);

    /// <inheritdoc/>
    protected override LabelMap ReadLabels(int index) => LabelMap.Load(DataFile.Plain(LabelPath(index)));

    /// <inheritdoc/>
    protected override PixelSize? ReadImageSize(int index) => PhotographHeader.Size(DataFile.Plain(ImagePath(index)));

    /// <inheritdoc/>
    protected internal override string ReadingWords => Reading == usual ? "" : Reading.ToString();

    /// <inheritdoc/>
    protected override string Origin(int index) => $"'{LabelPath(index)}'";

    static string? FirstOf(string root, string[] names) => Array.Find(names, name => DataFile.Exists(Path.Combine(root, name)));

    static string Folder(string root, string name) => DataFile.Exists(Path.Combine(root, name))
        ? name
        : throw new FcnException($"'{root}' is no data set in the layout of PASCAL VOC: it has no folder {name}.");

    static IReadOnlyList<string> ReadClassNames(string root, int? classes)
    {
        if (classes is < 1 or > Data.ClassNames.Most)
            throw new FcnException($"{classes} classes: a data set has 1 to {Data.ClassNames.Most}.");
        if (ClassFile(root) is { } file)
        {
            IReadOnlyList<string> names = Data.ClassNames.Load(DataFile.Plain(file));
            if (classes is { } wanted && wanted != names.Count)
                throw new FcnException(
                    $"'{file}' names {names.Count} classes, but {wanted} were asked for: name them all, or leave the number out.");
            return names;
        }
        return classes is { } count && count != Data.ClassNames.Voc.Count ? Data.ClassNames.Numbered(count) : Data.ClassNames.Voc;
    }

    (string List, List<(int Line, string Name)> Lines) ReadList(string root, string split)
    {
        string folder = Path.Combine(root, Lists);
        if (split == AllExamples && !DataFile.Exists(Path.Combine(folder, split + ".txt")))
        {
            string[] all = [.. labels.Listed.Keys.Order(StringComparer.Ordinal)];
            if (all.Length == 0) throw new FcnException($"'{labels.Path("")}' holds no labels ({labels.Words("*")}).");
            return (labels.Path(""), [.. all.Select(static (id, i) => (i + 1, id))]);
        }
        if (!DataFile.Exists(folder))
            throw new FcnException($"'{root}' has no folder {Lists} with lists of ids, such as train.txt and val.txt: write them, " +
                $"or take all examples that have labels with the split '{AllExamples}'.");
        string list = SplitList.Find(folder, split);
        return (list, SplitList.Read(list));
    }

    void FindFiles(string root, string list, List<(int Line, string Name)> lines)
    {
        var missing = new List<string>();
        for (int i = 0; i < lines.Count; i++)
        {
            (string? image, string? label) = FilesOf(ids[i] = lines[i].Name);
            if (image is null && label is null) (image, label) = FilesOf(ids[i] = WithoutExtension(list, lines[i].Line, lines[i].Name));
            imageNames[i] = image ?? Missing(i, images);
            labelNames[i] = label ?? Missing(i, labels);
        }
        if (missing.Count > 0 && OnBadExample == BadExamples.Stop)
            throw new FcnException($"'{list}' lists {lines.Count} examples, but {missing.Count} of their files are not in '{root}' " +
                $"(--on-bad-example skip goes on without them): {LongList.Cut(missing, SplitList.MostListed)}.");

        string Missing(int index, ExampleFiles files)
        {
            string file = files.Words(ids[index]);
            missing.Add(file);
            if (OnBadExample == BadExamples.Skip) Skip(index, $"'{file}' is missing.");
            return ids[index];
        }
    }

    // What stands on a line that names no file, without the extension if it has one.
    string WithoutExtension(string list, int line, string text)
    {
        string id = Stem(text);
        bool twoColumns = !HasFiles(id) && text.Split(ColumnSeparators, 2) is [var first, _] && (HasFiles(first) || HasFiles(Stem(first)));
        return twoColumns ? throw SplitList.TwoColumns(list, line, text) : id;
    }

    string Stem(string text) => images.HasExtension(text) ? Path.GetFileNameWithoutExtension(text) : text;

    bool HasFiles(string id) => FilesOf(id) is not (null, null);

    (string? Image, string? Label) FilesOf(string id) => (images.Find(id), labels.Find(id));
}

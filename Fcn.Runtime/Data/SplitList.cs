// A list file of a set → ids, or an error that says which line is none and what to write instead.
namespace Fcn.Data;

/// <summary>Lists of ids: ImageSets/Segmentation/train.txt.</summary>
static class SplitList
{
    /// Names in one message.
    public const int MostListed = 10;

    /// Names of the lists in a folder.
    public static IEnumerable<string> In(string folder) =>
        DataFile.Exists(folder) ? DataFile.Names(folder, [".txt"]).Select(static n => Path.GetFileNameWithoutExtension(n)) : [];

    /// The list file of a split.
    public static string Find(string folder, string split)
    {
        if (WhyNoFileName(split) is { } why) throw new FcnException($"'{Shown(split)}' is no split: {why}.");
        string list = Path.Combine(folder, split + ".txt");
        if (File.Exists(list)) return list;
        string[] others = [.. In(folder)];
        // A file that is listed but not found is one that must not be read: opening it says so.
        if (others.Contains(split)) return list;
        string choice = others.Length > 0 ? $"Splits here: {LongList.Cut(others, MostListed)}." : "The folder has no list at all.";
        throw new FcnException($"'{list}': there is no such list. {choice} Name another one (fcn val --split, fcn train --train-split); " +
            $"'{VocSet.AllExamples}' takes all examples that have labels.");
    }

    public static List<(int Line, string Name)> Read(string list)
    {
        List<(int Line, string Name)> lines = NameList.Read(DataFile.Plain(list));
        foreach ((int line, string id) in lines)
            if (WhyNoFileName(id) is { } why)
                throw new FcnException($"'{list}', line {line}: '{Shown(id)}' is no id: {why}. " +
                    "Write file names without folder and extension, one per line and nothing else.");
        return lines;
    }

    /// The error for a line whose first column alone is an id.
    public static FcnException TwoColumns(string list, int line, string text) =>
        new($"'{list}', line {line}: '{Shown(text)}' has two columns, but only the first is an id. Write ids alone, one per line. " +
            "PASCAL VOC's lists with 1 and -1 (ImageSets/Main) tell what is on a photograph; take those of ImageSets/Segmentation.");

    // An id becomes part of a path, so it must not be able to leave its folder on any system.
    static string? WhyNoFileName(string id) =>
        id.Length is 0 or > 200 ? "it must have 1 to 200 characters"
        : id.Contains("..", StringComparison.Ordinal) ? "it has '..' in it"
        : id.Contains('\t') ? "it has '\t' in it, so it is two columns"
        : id.AsSpan().IndexOfAny("/\\:*?\"<>|") is >= 0 and var at ? $"it has '{id[at]}' in it"
        : id[0] == '.' ? "it names a hidden file, such as macOS leaves beside others"
        : null;

    static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}

// classes.txt → names of the classes. One per line, in order from class 0; every line may begin with its number ("0 sky"). labelme's lists
// open with a name for what is ignored, whose label is −1, so 255 in a file.
using System.Globalization;

namespace Fcn.Data;

/// <summary>Names of the classes of a set.</summary>
public static class ClassNames
{
    /// <summary>Most classes a network can have: labels are bytes, 255 is the ignore label.</summary>
    public const int Most = 254;

    /// <summary>PASCAL VOC: background and 20 kinds of objects.</summary>
    public static IReadOnlyList<string> Voc { get; } =
    [
        "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
        "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
    ];

    const string Ignored = "__ignore__";

    /// <summary>Names where nobody gave any: <c>class 0</c>, <c>class 1</c>, …</summary>
    /// <param name="classes">Their number, 1 to 254.</param>
    public static IReadOnlyList<string> Numbered(int classes) => [.. Enumerable.Range(0, classes).Select(static c => $"class {c}")];

    /// <summary>Reads a file of names.</summary>
    /// <param name="path">
    /// UTF-8 text with a name on every line, from class 0. If every line begins with its class number, the numbers are dropped. A first
    /// line <c>__ignore__</c> is no class.
    /// </param>
    /// <exception cref="FcnException">The file cannot be read, has no name or more than 254, or a name occurs twice.</exception>
    public static IReadOnlyList<string> Load(string path)
    {
        List<(int Line, string Name)> lines = NameList.Read(path);
        if (lines[0].Name == Ignored) lines.RemoveAt(0);
        if (lines.Count == 0) throw new FcnException($"'{path}' names no class but {Ignored}: write one name per line.");
        if (lines.Count > Most)
            throw new FcnException(
                $"'{path}' names {lines.Count} classes; at most {Most} are possible, because labels are bytes and 255 is ignored.");
        bool numbered = lines.Index().All(static l => IsNumbered(l.Item.Name, l.Index));
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((int line, string text) in lines)
        {
            string name = numbered ? text[text.AsSpan().IndexOfAny(' ', '\t')..].Trim() : text;
            if (!seen.TryAdd(name, line))
                throw new FcnException($"'{path}', line {line}: class '{name}' was already named in line {seen[name]}.");
        }
        return [.. seen.OrderBy(static n => n.Value).Select(static n => n.Key)];
    }

    static bool IsNumbered(string text, int number)
    {
        int space = text.AsSpan().IndexOfAny(' ', '\t');
        return space > 0
            && int.TryParse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out int given) && given == number;
    }
}

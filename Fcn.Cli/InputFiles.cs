// Files, folders and globs → image files, in the order given, those of a folder or glob by name.
using System.Text.RegularExpressions;

namespace Fcn.Cli;

static class InputFiles
{
    static readonly string[] Extensions = [".png", ".jpg", ".jpeg"];

    // No hidden files, as in a shell: beside "photo.jpg" macOS leaves "._photo.jpg" on the disks of others (AppleDouble).
    static readonly EnumerationOptions Visible = new() { AttributesToSkip = FileAttributes.Hidden, IgnoreInaccessible = false };

    public static List<string> Find(IEnumerable<string> inputs)
    {
        var files = new List<string>();
        foreach (string input in inputs)
        {
            if (Directory.Exists(input)) files.AddRange(InFolder(input));
            else if (!File.Exists(input) && input.AsSpan().IndexOfAny('*', '?') >= 0) files.AddRange(Matching(input));
            else files.Add(input);
        }
        return files.Count > 0 ? files : throw new FcnException("Give images: files, a folder, or a pattern such as 'photos/*.jpg'.");
    }

    /// A short name for each file, told apart by numbers where files of several folders share one.
    public static List<string> Names(IEnumerable<string> files)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>();
        foreach (string file in files)
        {
            string stem = Path.GetFileNameWithoutExtension(file), name = stem;
            for (int copy = 2; !taken.Add(name); copy++) name = $"{stem}-{copy}";
            names.Add(name);
        }
        return names;
    }

    static IEnumerable<string> InFolder(string folder)
    {
        string[] files = [.. Sorted(Directory.EnumerateFiles(folder, "*", Visible).Where(IsImage))];
        return files.Length > 0 ? files : throw new FcnException($"'{folder}' holds no image ({string.Join(", ", Extensions)}).");
    }

    // * and ? within a name, ** for any folders in between.
    static IEnumerable<string> Matching(string glob)
    {
        string pattern = glob.Replace('\\', '/');
        int fixedPart = pattern.LastIndexOf('/', pattern.AsSpan().IndexOfAny('*', '?')) + 1;
        string root = fixedPart == 0 ? "." : pattern[..fixedPart], rest = pattern[fixedPart..];
        string regex = "^" + Regex.Escape(rest).Replace(@"\*\*/", "(.*/)?").Replace(@"\*", "[^/]*").Replace(@"\?", "[^/]") + "$";
        var which = new EnumerationOptions
        {
            RecurseSubdirectories = rest.Contains('/'), IgnoreInaccessible = false,
            AttributesToSkip = rest.StartsWith('.') ? 0 : Visible.AttributesToSkip,
        };
        string[] files = !Directory.Exists(root) ? [] : [.. Sorted(Directory.EnumerateFiles(root, "*", which)
            .Where(f => Regex.IsMatch(Path.GetRelativePath(root, f).Replace('\\', '/'), regex))
            .Select(f => fixedPart == 0 ? Path.GetRelativePath(root, f) : f))];
        return files.Length > 0 ? files : throw new FcnException($"No file matches '{glob}'.");
    }

    static bool IsImage(string file) => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant());

    static IEnumerable<string> Sorted(IEnumerable<string> files) => files.Order(StringComparer.Ordinal);
}

// Files, folders and patterns → image files, in the order given, those of a folder or pattern by name.
namespace Fcn.Cli;

/// <param name="Files">As they were typed, or below what was typed.</param>
/// <param name="LeftOut">What patterns met and passed by, in sentences.</param>
sealed record InputFiles(IReadOnlyList<string> Files, IReadOnlyList<string> LeftOut)
{
    const int MostLookedAt = 10_000, MostPatterns = 3;

    static readonly string[] Extensions = [".png", ".jpg", ".jpeg"];

    /// <exception cref="FcnException">There is nothing in a folder or behind a pattern.</exception>
    public static InputFiles Find(IEnumerable<string> inputs)
    {
        var (files, leftOut) = (new List<string>(), new List<string>());
        foreach (string input in inputs)
        {
            if (Directory.Exists(input)) files.AddRange(InFolder(input));
            else if (!File.Exists(input) && Glob.IsPattern(input))
            {
                Glob found = Glob.Expand(input);
                if (found.Files.Count == 0) throw new FcnException(string.Join(' ', [$"No file matches '{input}'.", .. found.LeftOut]));
                files.AddRange(found.Files);
                leftOut.AddRange(found.LeftOut);
            }
            else files.Add(input);
        }
        return files.Count > 0
            ? new InputFiles(files, [.. leftOut.Distinct()])
            : throw new FcnException("Give images: files, a folder, or a pattern such as 'photos/*.jpg'.");
    }

    /// A short name for each file, told apart by numbers where files of several folders share one.
    public IReadOnlyList<string> Names()
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>();
        foreach (string file in Files)
        {
            string stem = Path.GetFileNameWithoutExtension(file), name = stem;
            for (int copy = 2; !taken.Add(name); copy++) name = $"{stem}-{copy}";
            names.Add(name);
        }
        return names;
    }

    static IEnumerable<string> InFolder(string folder)
    {
        Glob found = Glob.Expand(Path.Combine(folder, "*"));
        string[] files = [.. found.Files.Where(IsImage)];
        if (files.Length > 0) return files;
        string nothing = $"'{folder}' holds no image ({string.Join(", ", Extensions)}).{Below(folder)}";
        throw new FcnException(string.Join(' ', [nothing, .. found.LeftOut]));
    }

    // Where there are images a little further down, the patterns that take them. What may be all of a disk is not listed to its end.
    static string Below(string folder)
    {
        var nearFirst = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 };
        IEnumerable<string> patterns = Directory.EnumerateFiles(folder, "*", nearFirst).Take(MostLookedAt).Where(IsImage)
            .Select(file => Pattern(folder, file)).Distinct().Take(MostPatterns);
        string advice = string.Join(' ', patterns);
        return advice.Length == 0 ? "" : $" There are some further down: give {advice}.";
    }

    static string Pattern(string folder, string file)
    {
        int depth = Path.GetRelativePath(folder, file).Count(static c => c == Path.DirectorySeparatorChar);
        return $"'{Path.Combine([folder, .. Enumerable.Repeat("*", depth), "*" + Path.GetExtension(file)])}'";
    }

    static bool IsImage(string file) => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant());
}

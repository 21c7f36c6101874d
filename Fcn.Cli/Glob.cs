// A pattern → the files that match, and what was left out on the way. * ? and [ab] stand within a name, ** for any folders in between.
// As in shells, none of them stands for a leading dot. A name that exists as it is written is no pattern.
using System.Text;
using System.Text.RegularExpressions;
using Fcn.Cli.Output;
using Fcn.Training;

namespace Fcn.Cli;

sealed class Glob
{
    const string AnyFolders = "**";

    readonly SortedSet<string> files = new(StringComparer.Ordinal);
    readonly SortedSet<string> runs = new(StringComparer.Ordinal), loops = new(StringComparer.Ordinal);
    readonly SortedSet<string> closed = new(StringComparer.Ordinal);

    Glob() { }

    /// In ordinal order.
    public IReadOnlyCollection<string> Files => files;

    /// One sentence for each reason.
    public IEnumerable<string> LeftOut
    {
        get
        {
            if (runs.Count > 0) yield return $"Left out what fcn wrote: {LongList.Cut(runs)}. Name such a folder to take its pictures.";
            if (loops.Count > 0) yield return $"Left out links to a folder that they lie in: {LongList.Cut(loops)}.";
            if (closed.Count > 0) yield return $"Left out folders that may not be read: {LongList.Cut(closed)}.";
        }
    }

    public static bool IsPattern(string path) => path.AsSpan().IndexOfAny('*', '?', '[') >= 0;

    /// <exception cref="FcnException">What stands in brackets is no range of letters.</exception>
    public static Glob Expand(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        string[] names = pattern[root.Length..].Split(
            [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        var glob = new Glob();
        glob.Walk(new Place(root, null), names is [.., AnyFolders] ? [.. names, "*"] : names);
        return glob;
    }

    void Walk(Place at, ReadOnlySpan<string> names)
    {
        string name = names[0];
        ReadOnlySpan<string> rest = names[1..];
        if (name == AnyFolders)
        {
            Walk(at, rest);
            foreach (FileSystemInfo entry in Entries(at))
                if (entry is DirectoryInfo && Matches("*", entry.Name) && Enters(at, entry, name)) Walk(at.To(entry.Name), names);
        }
        else if (Path.Exists(at.To(name).Path)) Take(at.To(name), rest);
        else if (IsPattern(name))
        {
            foreach (FileSystemInfo entry in Entries(at))
                if (Matches(name, entry.Name) && (rest.IsEmpty || entry is not DirectoryInfo || Enters(at, entry, rest[0])))
                    Take(at.To(entry.Name), rest);
        }
    }

    void Take(Place at, ReadOnlySpan<string> rest)
    {
        if (!rest.IsEmpty && Directory.Exists(at.Path)) Walk(at, rest);
        else if (rest.IsEmpty && !Directory.Exists(at.Path)) files.Add(at.Path);
    }

    // Whether the walk goes into a folder that a pattern chose. Who writes the next name (runs/*/*/masks/*) knows what fcn wrote.
    bool Enters(Place at, FileSystemInfo folder, string next)
    {
        string path = at.To(folder.Name).Path;
        SortedSet<string>? leftOut = folder.LinkTarget is not null && at.LiesIn(Real(path)) ? loops
            : IsPattern(next) && RunFolder.IsOne(path) ? runs : null;
        leftOut?.Add(path);
        return leftOut is null;
    }

    FileSystemInfo[] Entries(Place at)
    {
        try
        {
            return new DirectoryInfo(at.Folder).GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            closed.Add(at.Folder);
            return [];
        }
    }

    static bool Matches(string pattern, string name)
    {
        if (name[0] == '.' && pattern[0] != '.') return false;
        try
        {
            return Regex.IsMatch(name, Expression(pattern), RegexOptions.Singleline | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            const string Expected = "in brackets stand letters or ranges from low to high, such as [ab] or [0-9]";
            throw new FcnException($"'{pattern}' is no pattern: {Expected}.", e);
        }
    }

    static string Expression(string pattern)
    {
        var text = new StringBuilder(@"\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            // A bracket that closes at once is the first letter, and one that is never closed is itself.
            int end = pattern[i] == '[' && i + 2 < pattern.Length ? pattern.IndexOf(']', i + 2) : -1;
            if (end > 0)
            {
                bool isNot = pattern[i + 1] is '!' or '^';
                string letters = pattern[(isNot ? i + 2 : i + 1)..end];
                text.Append(isNot ? "[^" : "[").Append(Regex.Replace(letters, @"[\\\[\]^]", @"\$0")).Append(']');
                i = end;
            }
            else text.Append(pattern[i] switch { '*' => ".*", '?' => ".", var letter => Regex.Escape(letter.ToString()) });
        }
        return text.Append(@"\z").ToString();
    }

    // The path of a folder that exists, without links.
    static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent) return full;
        string here = Path.Combine(Real(parent), Path.GetFileName(full));
        return Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? Real(target.FullName) : here;
    }

    /// A folder or file as it was typed, and the folder that the walk came from.
    sealed record Place(string Path, Place? From)
    {
        public string Folder => Path.Length == 0 ? "." : Path;

        public Place To(string name) => new(System.IO.Path.Combine(Path, name), this);

        /// Whether the walk came through this folder, given without links, or one within.
        public bool LiesIn(string folder)
        {
            string relative = System.IO.Path.GetRelativePath(folder, Real(Folder));
            bool isWithin = relative.Split(System.IO.Path.DirectorySeparatorChar)[0] != ".." && !System.IO.Path.IsPathRooted(relative);
            return isWithin || (From?.LiesIn(folder) ?? false);
        }
    }
}

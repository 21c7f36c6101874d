namespace Fcn.Files;

/// <summary>Paths in commands that messages advise: they can be pasted into a shell.</summary>
public static class ShellWord
{
    // Beside letters and digits, what stands for itself in every shell; the backslash does only on Windows.
    static readonly string plain = OperatingSystem.IsWindows() ? "/._-:+=@\\" : "/._-:+=@";

    /// <summary>A path as one word: in quotes where it has blanks or other signs that a shell reads.</summary>
    public static string Of(string path) =>
        path.Length > 0 && path.All(static c => char.IsLetterOrDigit(c) || plain.Contains(c)) ? path
        : OperatingSystem.IsWindows() ? $"\"{path}\""
        : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

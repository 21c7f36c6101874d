namespace Fcn.Files;

// Turns what the operating system says about a path into a message with the path and the way out.
internal static class FileError
{
    public static bool IsOne(Exception e) => e is IOException or UnauthorizedAccessException;

    public static FcnException Reading(string path, Exception e) => new(e switch
    {
        _ when path.Length == 0 => "Cannot read a file: its path is empty.",
        _ when Directory.Exists(path) => $"Cannot read '{path}': it is a folder, not a file.",
        FileNotFoundException => $"Cannot read '{path}': there is no such file.",
        DirectoryNotFoundException => $"Cannot read '{path}': its folder does not exist.",
        UnauthorizedAccessException => $"Cannot read '{path}': permission denied.",
        _ => $"Cannot read '{path}': {e.Message}",
    }, e);

    public static FcnException Writing(string path, Exception e) => new(e switch
    {
        _ when Directory.Exists(path) => $"Cannot write '{path}': it is a folder.",
        DirectoryNotFoundException => $"Cannot write '{path}': its folder does not exist; create it first.",
        UnauthorizedAccessException => $"Cannot write '{path}': permission denied.",
        _ => $"Cannot write '{path}': {e.Message}",
    }, e);
}

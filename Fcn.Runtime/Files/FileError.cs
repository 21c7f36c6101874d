namespace Fcn.Files;

// Turns what the operating system says about a path into a message with the path and the way out.
internal static class FileError
{
    public static bool IsOne(Exception e) => e is IOException or UnauthorizedAccessException;

    // A path may be wrong; rights that are lacking and a disk that does not answer are the machine's.
    public static FcnException Reading(string path, Exception e) => e switch
    {
        _ when path.Length == 0 => new FcnException("Cannot read a file: its path is empty.", e),
        _ when Directory.Exists(path) => new FcnException($"Cannot read '{path}': it is a folder, not a file.", e),
        FileNotFoundException => new FcnException($"Cannot read '{path}': there is no such file.", e),
        DirectoryNotFoundException => new FcnException($"Cannot read '{path}': its folder does not exist.", e),
        ArgumentException => new FcnException($"Cannot read '{path}': {e.Message}", e),
        UnauthorizedAccessException => new MachineException($"Cannot read '{path}': permission denied.", e),
        _ => new MachineException($"Cannot read '{path}': {Reason(e)}", e),
    };

    public static FcnException Writing(string path, Exception e) => new($"Cannot write '{path}': " + e switch
    {
        _ when Directory.Exists(path) => "it is a folder.",
        _ when FileOnTheWay(path) is { } file => $"'{file}' is a file, not a folder.",
        DirectoryNotFoundException => "its folder does not exist; create it first.",
        UnauthorizedAccessException => "permission denied.",
        PathTooLongException => "a name in it is longer than the file system takes.",
        _ when IsInUse(e) => "another process is writing it.",
        _ => Reason(e),
    }, e);

    // EAGAIN of Linux, that of macOS, and ERROR_SHARING_VIOLATION: a file is locked.
    public static bool IsInUse(Exception e) => e is IOException { HResult: 11 or 35 or unchecked((int)0x80070020) };

    // .NET puts the path, which may be that of the unfinished file, behind the system's words.
    static string Reason(Exception e)
    {
        int path = e.Message.IndexOf(" : '", StringComparison.Ordinal);
        return path < 0 ? e.Message : e.Message[..path] + ".";
    }

    // What stands where a folder of the path should be; null where nothing does.
    static string? FileOnTheWay(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        while (!string.IsNullOrEmpty(folder) && !Path.Exists(folder)) folder = Path.GetDirectoryName(folder);
        return File.Exists(folder) ? folder : null;
    }
}

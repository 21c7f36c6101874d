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
        _ => new MachineException($"Cannot read '{path}': {e.Message}", e),
    };

    public static FcnException Writing(string path, Exception e) => new(e switch
    {
        _ when Directory.Exists(path) => $"Cannot write '{path}': it is a folder.",
        DirectoryNotFoundException => $"Cannot write '{path}': its folder does not exist; create it first.",
        UnauthorizedAccessException => $"Cannot write '{path}': permission denied.",
        _ => $"Cannot write '{path}': {e.Message}",
    }, e);
}

namespace Fcn.Files;

// A pipe where a file is to be written: opening it for writing alone waits for a reader, for ever. Opened for both it does not wait.
internal static class Pipe
{
    public static bool IsOne(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return false;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        return !stream.CanSeek;
    }
}

using Fcn.Files;

namespace Fcn.Data;

// What stands under a path of a data set, asked before it is opened.
static class DataFile
{
    /// Whether there is a file or folder. Where the rights forbid to know, that is the error, not that it were missing.
    public static bool Exists(string path)
    {
        if (Path.Exists(path)) return true;
        try
        {
            _ = File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Reading(path, e);
        }
    }

    /// The path, where something can be read from it at once and again: the examples of a set are read many times, a pipe once.
    public static string Plain(string path)
    {
        try
        {
            if (InputFile.HasLength(path) || !Exists(path)) return path;
            if (File.ResolveLinkTarget(path, returnFinalTarget: true) is { Exists: false } target)
                throw new FcnException($"'{path}' is a link to '{target.FullName}', and there is no such file.");
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Reading(path, e);
        }
        throw new FcnException($"'{path}' is empty, or a pipe or device: data sets are read from plain files.");
    }

    /// Names of the files of a folder whose extension is one of those given, in upper or lower case; hidden ones are none of the set: macOS
    /// puts '._name.jpg' beside 'name.jpg' on foreign disks.
    public static IEnumerable<string> Names(string folder, IReadOnlyList<string> extensions)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Select(static f => Path.GetFileName(f))
                .Where(n => n[0] != '.' && extensions.Contains(Path.GetExtension(n), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException e)
        {
            throw new FcnException($"Cannot list the files of '{folder}': permission denied.", e);
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Reading(folder, e);
        }
    }
}

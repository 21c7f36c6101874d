namespace Fcn.Files;

/// <summary>
/// Writes a file so that whoever opens its path sees the old content or the new one, never a part: into <c>path.partial</c>, flushed to
/// the disk, then renamed. One writer per path at a time.
/// </summary>
public static class AtomicFile
{
    /// <summary>Ends the path of a file that is being written. A crash may leave one; the next write to that path replaces it.</summary>
    public const string Suffix = ".partial";

    /// <summary>Writes a file; on any failure the old file stays and the unfinished one is removed.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="fill">Writes the content.</param>
    /// <exception cref="FcnException">The file cannot be written: no such folder, no permission, disk full, another writer.</exception>
    public static void Write(string path, Action<Stream> fill)
    {
        if (path.Length == 0) throw new FcnException("Cannot write a file: its path is empty.");
        string partial = path + Suffix;
        bool created = false;
        try
        {
            // The lock keeps a second writer out until the rename is done; Windows renames an open file only if deletion is shared.
            FileShare share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;
            using var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, share, bufferSize: 1 << 16);
            created = true;
            fill(stream);
            stream.Flush(flushToDisk: true);
            File.Move(partial, path, overwrite: true);
            created = false;
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(path, e);
        }
        finally
        {
            if (created) File.Delete(partial);
        }
    }

    /// <summary>Writes a text file as UTF-8 without byte order mark.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="text">The content, with '\n' at the end of lines.</param>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}

namespace Fcn.Files;

/// <summary>
/// Writes a file so that whoever opens its path sees the old content or the new one, never a part: into <c>path.partial</c>, flushed to
/// the disk, then renamed. One writer per path at a time. Where the path is a symbolic link, the file that it points to is written.
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
        string? unfinished = null;
        try
        {
            string target = Target(path), partial = Partial(path);
            // The lock keeps a second writer out until the rename is done; Windows renames an open file only if deletion is shared.
            FileShare share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;
            using var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, share, bufferSize: 1 << 16);
            unfinished = partial;
            fill(stream);
            stream.Flush(flushToDisk: true);
            File.Move(partial, target, overwrite: true);
            unfinished = null;
            FolderFlush.Of(target);
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Writing(path, e);
        }
        finally
        {
            if (unfinished is not null) File.Delete(unfinished);
        }
    }

    /// <summary>Writes a text file as UTF-8 without byte order mark.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="text">The content, with '\n' at the end of lines.</param>
    /// <exception cref="FcnException">The file cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// Proves that files can be written later, all of them beside what is there now: takes their space on the disk at once and gives it
    /// back. File systems that cannot set space aside prove rights and path alone.
    /// </summary>
    /// <param name="files">Paths and sizes in bytes; the folders exist.</param>
    /// <exception cref="FcnException">One cannot be written, or they do not fit on the disk together: the numbers are given.</exception>
    public static void Reserve(params ReadOnlySpan<(string Path, long Bytes)> files)
    {
        var taken = new List<FileStream>();
        (string at, long needed, Exception? failure) = ("", 0, null);
        foreach ((string _, long bytes) in files) needed += bytes;
        try
        {
            foreach ((string path, long bytes) in files)
            {
                at = path;
                taken.Add(Take(path, bytes));
            }
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            failure = e;
        }
        finally
        {
            foreach (FileStream stream in taken) stream.Dispose();
        }
        if (failure is null) return;
        // What was taken is free again and counts.
        throw FreeBeside(at) is { } free && free < needed
            ? new FcnException($"Cannot write '{at}': {needed} bytes are needed beside what is there; its disk has {free} free.", failure)
            : FileError.Writing(at, failure);
    }

    static FileStream Take(string path, long bytes) => new(Partial(path), new FileStreamOptions
    {
        Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, PreallocationSize = bytes,
        Options = FileOptions.DeleteOnClose,
    });

    // Null where the system does not say: a network path of Windows is no drive, and what is gone has no disk.
    static long? FreeBeside(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(Target(path)))!).AvailableFreeSpace;
        }
        catch (Exception e) when (FileError.IsOne(e) || e is ArgumentException)
        {
            return null;
        }
    }

    static string Partial(string path)
    {
        string partial = Target(path) + Suffix;
        if (Pipe.IsOne(partial)) File.Delete(partial);
        return partial;
    }

    static string Target(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : path;
}

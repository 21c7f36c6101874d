using Microsoft.Win32.SafeHandles;

namespace Fcn.Files;

/// <summary>
/// Reads files that others made; every failure names the path. Pipes and devices, whose end nobody knows, are read up to a limit.
/// </summary>
public static class InputFile
{
    /// <summary>The most that is read of a pipe or device.</summary>
    public const long MaxStreamBytes = 1L << 28;

    private const int Piece = 1 << 14;

    /// <summary>All bytes of a file, pipe or device.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that make sense; of a pipe or device no more than <see cref="MaxStreamBytes"/> are read.</param>
    /// <exception cref="FcnException">
    /// The file cannot be read or has more bytes; or it is a pipe that nobody opens for writing within 5 s, or that is silent for a
    /// minute.
    /// </exception>
    public static byte[] ReadAll(string path, long limit) => ReadAll(path, limit, TimeSpan.FromMinutes(1));

    // silence: who writes may have to compute in between, but not for ever.
    internal static byte[] ReadAll(string path, long limit, TimeSpan silence)
    {
        using SafeFileHandle handle = Open(path);
        // Devices and what the system makes up (/proc) say that they are empty.
        if (LengthOf(handle) is not (> 0 and var length)) return ReadToEnd(handle, path, Math.Min(limit, MaxStreamBytes), silence);
        if (length > limit) throw new FcnException($"'{path}' has {length} bytes; at most {limit} are read.");
        byte[] bytes = new byte[length];
        Read(handle, path, bytes, 0);
        return bytes;
    }

    // True for a file with bytes in it, also behind a link: it opens at once. Pipes and devices have no length, as empty files have none.
    internal static bool HasLength(string path)
    {
        var file = new FileInfo(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) ?? file) is FileInfo { Exists: true, Length: > 0 };
    }

    // A file that is read at any place: it has a length.
    internal static SafeFileHandle Open(string path, out long length)
    {
        SafeFileHandle handle = Open(path);
        if (LengthOf(handle) is { } known)
        {
            length = known;
            return handle;
        }
        handle.Dispose();
        throw new FcnException($"'{path}' is a pipe or device, but its parts are read in any order: save it to a file first.");
    }

    // Fills all of the target from a place in the file.
    internal static void Read(SafeFileHandle handle, string path, Span<byte> target, long offset)
    {
        try
        {
            while (target.Length > 0)
            {
                int count = RandomAccess.Read(handle, target, offset);
                if (count == 0) throw new FcnException($"'{path}' ended at byte {offset} while it was read; it became shorter.");
                target = target[count..];
                offset += count;
            }
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Reading(path, e);
        }
    }

    private static byte[] ReadToEnd(SafeFileHandle handle, string path, long limit, TimeSpan silence)
    {
        try
        {
            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            using var bytes = new MemoryStream();
            byte[] piece = new byte[Piece];
            while (true)
            {
                Task<int> reading = Apart(() => stream.Read(piece));
                if (Task.WaitAny([reading], silence) < 0)
                    throw new FcnException($"'{path}' is a pipe or device, and nothing came from it for {silence.TotalSeconds:0} s. " +
                        "Save what it brings to a file first.");
                int count = reading.GetAwaiter().GetResult();
                if (count == 0) return bytes.ToArray();
                if (bytes.Length + count > limit)
                    throw new FcnException($"'{path}' does not end within {limit} bytes, the most that is read of a pipe or device.");
                bytes.Write(piece, 0, count);
            }
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            throw FileError.Reading(path, e);
        }
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return HasLength(path) ? OpenNow(path) : OpenSoon(path);
        }
        catch (Exception e) when (FileError.IsOne(e) || e is ArgumentException)
        {
            throw FileError.Reading(path, e);
        }
    }

    private static SafeFileHandle OpenNow(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    // What has no length may be a pipe, and opening one waits until somebody writes into it.
    private static SafeFileHandle OpenSoon(string path)
    {
        TimeSpan patience = TimeSpan.FromSeconds(5);
        Task<SafeFileHandle> opening = Apart(() => OpenNow(path));
        if (Task.WaitAny([opening], patience) == 0) return opening.GetAwaiter().GetResult();
        opening.ContinueWith(static late => late.Result.Dispose(), TaskContinuationOptions.OnlyOnRanToCompletion);
        throw new FcnException($"'{path}' is a pipe, and nobody wrote into it for {patience.TotalSeconds:0} s. Start what writes first.");
    }

    // What may wait for ever does so on a thread of its own; we wait only so long.
    private static Task<T> Apart<T>(Func<T> wait) =>
        Task.Factory.StartNew(wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // Null for a pipe or a terminal.
    private static long? LengthOf(SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}

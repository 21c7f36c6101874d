using System.Security.Cryptography;
using System.Text;
using Fcn.Files;

namespace Fcn.Devices.Cuda;

// Machine code that was assembled before, one file per kernel, card level and build of the driver. The driver has a cache too, but a small
// one that others share, and containers often switch it off. A file is a mark, the SHA-256 of the code, and the code; whatever does not fit
// counts as absent. Files are written beside and renamed; the checksum stands in for flushing them. What was not used for longest goes
// where the folder would grow beyond a limit: every new driver leaves a full set of files behind.
internal sealed class CubinCache(string? folder, long mostBytes = 1L << 30)
{
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes("fcn-cubin-1\n");

    /// FCN_CACHE, or the user's folder for such things; null where there is none.
    public static string? DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable("FCN_CACHE") is { Length: > 0 } given) return Path.Combine(given, "kernels");
        string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return local.Length == 0 ? null : Path.Combine(local, "fcn", "kernels");
    }

    /// <param name="text">The kernel's PTX.</param>
    /// <param name="capability">Of the card.</param>
    /// <param name="driver">Assembles: a repaired build must not be given what it repaired.</param>
    public static string Key(ReadOnlySpan<byte> text, int capability, CudaDriver driver)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(text);
        hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"\nsm_{capability} driver {driver.Version} {driver.Build}")));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// Null where it is not there, or not whole.
    public byte[]? Find(string key)
    {
        if (folder is null) return null;
        byte[] file;
        try
        {
            file = File.ReadAllBytes(PathOf(folder, key));
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            // Mostly: it was never assembled. Otherwise it is assembled as if it had not been.
            return null;
        }
        int start = Mark.Length + SHA256.HashSizeInBytes;
        if (file.Length <= start || !file.AsSpan().StartsWith(Mark)) return null;
        byte[] code = file[start..];
        if (!SHA256.HashData(code).AsSpan().SequenceEqual(file.AsSpan(Mark.Length, SHA256.HashSizeInBytes))) return null;
        Try(() => File.SetLastWriteTimeUtc(PathOf(folder, key), DateTime.UtcNow)); // used: it stays longest
        return code;
    }

    public void Store(string key, byte[] code)
    {
        if (folder is null) return;
        // Processes that start at once write the same file; each has a name of its own beside it.
        string partial = PathOf(folder, $"{key}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(Mark);
                stream.Write(SHA256.HashData(code));
                stream.Write(code);
            }
            File.Move(partial, PathOf(folder, key), overwrite: true);
            RemoveOldest(folder);
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            // A cache that cannot be written (no home, read-only, full) costs seconds at the next start and nothing now.
            Try(() => File.Delete(partial));
        }
    }

    // Rests of writers that were killed have the same ending and go the same way.
    private void RemoveOldest(string folder)
    {
        var files = new DirectoryInfo(folder).GetFiles("*.cubin").OrderByDescending(static f => f.LastWriteTimeUtc).ToList();
        long bytes = 0;
        foreach (var file in files)
        {
            bytes += file.Length;
            if (bytes > mostBytes) Try(file.Delete);
        }
    }

    private static void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (FileError.IsOne(e))
        {
            // The folder is another's, or another process was here first.
        }
    }

    private static string PathOf(string folder, string key) => Path.Combine(folder, key + ".cubin");
}

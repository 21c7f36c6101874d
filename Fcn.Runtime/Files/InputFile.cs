using Microsoft.Win32.SafeHandles;

namespace Fcn.Files;

// Reads files that others made; every failure names the path.
internal static class InputFile
{
    public static SafeFileHandle Open(string path, out long length)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            length = RandomAccess.GetLength(handle);
            return handle;
        }
        catch (Exception e) when (FileError.IsOne(e) || e is ArgumentException)
        {
            handle?.Dispose();
            throw FileError.Reading(path, e);
        }
    }

    public static byte[] ReadAll(string path, long limit)
    {
        using SafeFileHandle handle = Open(path, out long length);
        if (length > limit) throw new FcnException($"'{path}' has {length} bytes; at most {limit} are read.");
        byte[] bytes = new byte[length];
        Read(handle, path, bytes, 0);
        return bytes;
    }

    // Fills all of the target from a place in the file.
    public static void Read(SafeFileHandle handle, string path, Span<byte> target, long offset)
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
}

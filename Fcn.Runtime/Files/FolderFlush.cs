using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Fcn.Files;

// A rename is on the disk when its folder is (fsync(2)). .NET opens no folder, so open(2) is called; Windows journals renames by itself.
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;

    // False where the system refuses: then the rename reaches the disk a little later, and until then the old file is there.
    public static bool Of(string file)
    {
        if (OperatingSystem.IsWindows()) return true;
        using SafeFileHandle folder = Open(Path.GetDirectoryName(Path.GetFullPath(file))!, ReadOnly);
        if (folder.IsInvalid) return false;
        try
        {
            RandomAccess.FlushToDisk(folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}

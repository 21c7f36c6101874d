using System.Runtime.InteropServices;
using Xunit;

namespace Fcn.Tests;

/// <summary>Pipes that have a path (mkfifo(3)); Windows has none.</summary>
static partial class NamedPipe
{
    const uint OwnersAlone = 0x180;

    public static string Make(string path)
    {
        Assert.Equal(0, mkfifo(path, OwnersAlone));
        return path;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}

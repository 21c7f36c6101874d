using System.Runtime.CompilerServices;

namespace Fcn.Tests.Generator;

// Files of the repository that tests read: pages and release notes.
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).Replace("\r\n", "\n");

    private static string Find([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(folder.FullName, "FcnCompiler.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"No repository above {here}.");
        return folder.FullName;
    }
}

using Xunit.Abstractions;

namespace Fcn.Tests;

/// <summary>Real photographs and labels that may lie beside the repository, in <c>../shared/data</c>; tests can do without.</summary>
internal static class SharedData
{
    private static readonly string? Root = Find();

    /// <summary>The path of a file, or null, with a line in the test's output, where it is absent.</summary>
    public static string? File(string relative, ITestOutputHelper output)
    {
        string? path = Root is null ? null : Path.Combine(Root, relative);
        if (path is not null && System.IO.File.Exists(path)) return path;
        output.WriteLine($"Not run: ../shared/data/{relative} is absent.");
        return null;
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "FcnCompiler.sln")))
                return folder.Parent is null ? null : Path.Combine(folder.Parent.FullName, "shared", "data");
        return null;
    }
}

using Fcn.Tests.Generator;

namespace Fcn.Tests.Golden;

// Where the tests find their files.
internal sealed partial class GoldenFile
{
    /// A file that is in the repository.
    public static GoldenFile Own(string name) => new(Path.Combine(Repository.Root, "Fcn.Tests", "Golden", name));

    /// A file of the large set; null in a checkout that stands alone.
    public static GoldenFile? Shared(string name)
    {
        string path = Path.Combine(Repository.Root, "..", "shared", "golden", name);
        return File.Exists(path) ? new(path) : null;
    }
}

namespace Fcn.Tests;

/// <summary>A folder that lives as long as a test.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fcn-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    // Overwrites before it cuts: some file systems flush a file to the disk when it was emptied first, which is a hundred times slower.
    public string Write(string name, byte[] content)
    {
        using var stream = new FileStream(this[name], FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        stream.Write(content);
        stream.SetLength(content.Length);
        return this[name];
    }

    public IEnumerable<string> Names => _folder.EnumerateFileSystemInfos().Select(static f => f.Name).Order(StringComparer.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);
}

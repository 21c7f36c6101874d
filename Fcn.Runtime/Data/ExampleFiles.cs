// Ids → files of one folder.
namespace Fcn.Data;

/// <summary>The photographs of a set, or its labels.</summary>
/// <param name="root">Folder of the set.</param>
/// <param name="folder">Folder in it.</param>
/// <param name="extensions">Extensions in lower case; the first that fits is taken.</param>
sealed class ExampleFiles(string root, string folder, params string[] extensions)
{
    Dictionary<string, string>? listed;

    /// What an id's file is called in messages: <c>JPEGImages/a.jpg|.jpeg|.png</c>, or <c>JPEGImages/a.png (a folder)</c>.
    public string Words(string id) => Array.Find(extensions, e => Directory.Exists(Path(id + e))) is { } extension
        ? $"{folder}/{id}{extension} (a folder)"
        : $"{folder}/{id}{string.Join('|', extensions)}";

    public string Path(string name) => System.IO.Path.Combine(root, folder, name);

    public bool HasExtension(string text) => extensions.Contains(System.IO.Path.GetExtension(text), StringComparer.OrdinalIgnoreCase);

    /// Name of an id's file; null where there is none. The system is asked for plain names first: it knows whether case matters.
    public string? Find(string id)
    {
        foreach (string extension in extensions)
            if (File.Exists(Path(id + extension))) return id + extension;
        return Listed.GetValueOrDefault(id);
    }

    /// All files there are, by id.
    public IReadOnlyDictionary<string, string> Listed => listed ??= List();

    Dictionary<string, string> List()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        ILookup<string, string> names = DataFile.Names(Path(""), extensions)
            .ToLookup(static n => System.IO.Path.GetExtension(n), StringComparer.OrdinalIgnoreCase);
        foreach (string extension in extensions)
            foreach (string name in names[extension]) found.TryAdd(System.IO.Path.GetFileNameWithoutExtension(name), name);
        return found;
    }
}

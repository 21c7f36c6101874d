using System.Globalization;

namespace Fcn.Generator.Text;

// FNV-1a of a text in 64 bits, as sixteen digits: tells texts of one name apart.
internal static class TextHash
{
    public static string Of(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text) hash = unchecked((hash ^ c) * 1099511628211);
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// Every name once. Two texts under one name are an error, for one of them would be run as the other.
    public static IReadOnlyDictionary<string, string> Distinct(IEnumerable<KeyValuePair<string, string>> texts)
    {
        var known = new Dictionary<string, string>();
        foreach (var (name, text) in texts.Select(static t => (t.Key, t.Value)))
        {
            if (!known.TryGetValue(name, out string? other)) known.Add(name, text);
            else if (other != text) throw new InvalidOperationException($"Two texts are named {name}.");
        }
        return known;
    }
}

// What was typed, what there is → "did you mean". Levenshtein 1965: letters put in, left out or replaced.
namespace Fcn.Cli;

static class Nearest
{
    /// The name whose key takes the fewest edits; null where even that one takes more than a third of the letters.
    public static string? To(string typed, IEnumerable<(string Key, string Name)> known)
    {
        (string Name, int Edits)? best = null;
        foreach ((string key, string name) in known)
        {
            int edits = Edits(typed, key);
            if (edits <= Math.Max(typed.Length, key.Length) / 3 && (best is null || edits < best.Value.Edits)) best = (name, edits);
        }
        return best?.Name;
    }

    static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i);
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}

// What was typed, what there is → "did you mean". Damerau 1964: letters put in, left out, replaced, or two swapped.
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
        var edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (swapped) edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        return edits[a.Length, b.Length];
    }
}

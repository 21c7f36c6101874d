namespace Fcn.Generator.Text;

// How far two words are from each other, for "did you mean". Compiled into the generator and into the fcn tool.
internal static class Spelling
{
    /// Letters put in, left out, replaced, or two neighbours swapped (Damerau 1964).
    public static int Edits(string a, string b)
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

    /// Of several names that which was meant most likely, upper and lower case apart.
    public static string Nearest(string typed, IEnumerable<string> names) =>
        names.OrderBy(name => Edits(typed.ToLowerInvariant(), name.ToLowerInvariant())).ThenBy(static name => name, StringComparer.Ordinal).First();
}

namespace Fcn.Generator.Layers;

// "Did you mean": the candidate that takes the fewest typing errors (Levenshtein 1965).
internal static class Spelling
{
    public static string Nearest(string word, IReadOnlyList<string> candidates) => candidates
        .OrderBy(c => Distance(word.ToLowerInvariant(), c.ToLowerInvariant()))
        .ThenBy(static c => c, StringComparer.Ordinal)
        .First();

    private static int Distance(string from, string to)
    {
        int[] row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.Length];
    }
}

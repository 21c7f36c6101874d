namespace Fcn.Generator.Emit;

// The rows of several variants as one text in which every variant's are in its own order. A row that all have stands as it is, one that some have with
// their letters behind its first word: launch:ft is for the variants fp32 and tf32.
internal static class CommonRows
{
    public static string Of(IReadOnlyList<List<string>> variants, IReadOnlyList<char> letters)
    {
        if (letters.Distinct().Count() < letters.Count) throw new InvalidOperationException("Two variants begin with one letter.");
        var all = variants[0].Select(r => (Row: r, Of: letters[0].ToString())).ToList();
        for (int v = 1; v < variants.Count; v++) all = Merge(all, variants[v], letters[v].ToString());
        return string.Join("\n", all.Select(r => r.Of.Length == letters.Count ? r.Row : Marked(r.Row, r.Of)));
    }

    private static string Marked(string row, string of)
    {
        int space = row.IndexOf(' ');
        return $"{row[..space]}:{of}{row[space..]}";
    }

    // Along the longest common subsequence.
    private static List<(string Row, string Of)> Merge(List<(string Row, string Of)> rows, List<string> more, string letter)
    {
        int[,] common = new int[rows.Count + 1, more.Count + 1];
        for (int i = rows.Count - 1; i >= 0; i--)
            for (int j = more.Count - 1; j >= 0; j--)
                common[i, j] = rows[i].Row == more[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var merged = new List<(string, string)>();
        for (int i = 0, j = 0; i < rows.Count || j < more.Count;)
        {
            if (i < rows.Count && j < more.Count && rows[i].Row == more[j]) merged.Add((more[j++], rows[i++].Of + letter));
            else if (j == more.Count || (i < rows.Count && common[i + 1, j] >= common[i, j + 1])) merged.Add(rows[i++]);
            else merged.Add((more[j++], letter));
        }
        return merged;
    }
}

// Kernels that variants have for the same work go by one name, in which a star stands for the variant's: conv_*_128x128.
internal sealed class CommonNames(IReadOnlyList<(string Variant, IEnumerable<string> Kernels)> variants)
{
    private readonly HashSet<string> _common =
    [
        .. variants.SelectMany(static v => v.Kernels.Select(k => Starred(v.Variant, k)).Distinct()).GroupBy(static n => n)
            .Where(static g => g.Count() > 1).Select(static g => g.Key),
    ];

    public string Of(string variant, string kernel) => Starred(variant, kernel) is var name && _common.Contains(name) ? name : kernel;

    private static string Starred(string variant, string kernel) =>
        string.Join("_", kernel.Split('_').Select(word => word == variant ? "*" : word));
}

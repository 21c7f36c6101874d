namespace Fcn.Generator.Emit;

// The rows of several variants as one text in which every variant's are in its own order. A row that some have has their letters behind its first word:
// launch:ft is for the variants fp32 and tf32. Where a word is not the same for all that have the row, there are all theirs, 1024||512, and none stands
// for the one before it.
internal sealed class CommonRows
{
    private readonly List<(string Key, string Letters, List<string[]> Words)> _rows = [];
    private readonly int _variants;

    private CommonRows(int variants) => _variants = variants;

    public static string Of(IReadOnlyList<List<string>> variants, IReadOnlyList<char> letters)
    {
        if (letters.Distinct().Count() < letters.Count) throw new InvalidOperationException("Two variants begin with one letter.");
        var rows = new CommonRows(variants.Count);
        for (int v = 0; v < variants.Count; v++) rows.Merge([.. variants[v].Select(static r => r.Split(' '))], letters[v]);
        return string.Join("\n", rows._rows.Select(r => rows.Text(r.Letters, r.Words)));
    }

    // What makes rows one: the kind, the name (of a launch the kernel too), and how many words there are.
    private static string Key(string[] words) => $"{string.Join(" ", words.Take(words[0] == "launch" ? 3 : 2))} {words.Length}";

    private string Text(string letters, List<string[]> words)
    {
        string mark = letters.Length == _variants ? "" : $":{letters}";
        return string.Join(" ", Enumerable.Range(0, words[0].Length).Select(i => Word([.. words.Select(w => w[i])]) + (i == 0 ? mark : "")));
    }

    private static string Word(string[] all) => all.Distinct().Count() == 1 ? all[0]
        : string.Join("|", all.Select((w, i) => i > 0 && w == all[i - 1] ? "" : w));

    // Along the longest common subsequence.
    private void Merge(IReadOnlyList<string[]> more, char letter)
    {
        string[] keys = [.. more.Select(Key)];
        int[,] common = new int[_rows.Count + 1, keys.Length + 1];
        for (int i = _rows.Count - 1; i >= 0; i--)
            for (int j = keys.Length - 1; j >= 0; j--)
                common[i, j] = _rows[i].Key == keys[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var before = _rows.ToList();
        _rows.Clear();
        for (int i = 0, j = 0; i < before.Count || j < keys.Length;)
        {
            if (i < before.Count && j < keys.Length && before[i].Key == keys[j])
            {
                _rows.Add((keys[j], before[i].Letters + letter, [.. before[i++].Words, more[j++]]));
            }
            else if (j == keys.Length || (i < before.Count && common[i + 1, j] >= common[i, j + 1])) _rows.Add(before[i++]);
            else _rows.Add((keys[j], letter.ToString(), [more[j++]]));
        }
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

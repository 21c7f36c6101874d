namespace Fcn;

// Lists of any length in messages of some.
internal static class LongList
{
    /// a, b, c and 97 more
    public static string Cut(IReadOnlyCollection<string> items, int most = 3) =>
        string.Join(", ", items.Take(most)) + More(items, most, " ");

    /// The same with a line for each. kind: what the rest is more of.
    public static string Lines(IReadOnlyCollection<string> items, int most, string kind = "") =>
        string.Join('\n', items.Take(most).Select(static i => "  " + i)) + More(items, most, "\n  ", kind);

    private static string More(IReadOnlyCollection<string> items, int most, string before, string kind = "") =>
        items.Count <= most ? "" : $"{before}and {items.Count - most} more{(kind.Length == 0 ? "" : " " + kind)}";
}

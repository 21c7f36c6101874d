namespace Fcn.Cli.Output;

/// Lists of any length in messages of some.
static class LongList
{
    /// a, b, c and 97 more
    public static string Cut(IReadOnlyCollection<string> items, int most = 3) =>
        string.Join(", ", items.Take(most)) + (items.Count > most ? $" and {items.Count - most} more" : "");

    /// The same with a line for each.
    public static string Lines(IReadOnlyCollection<string> items, int most) =>
        string.Join('\n', items.Take(most).Select(static i => "  " + i)) + (items.Count > most ? $"\n  and {items.Count - most} more" : "");
}

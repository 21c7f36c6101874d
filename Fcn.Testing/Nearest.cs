// The name that a mistyped one was probably meant to be: fewest letters to insert, delete or replace.
namespace Fcn.Testing;

internal static class Nearest
{
    public static string To(string name, IEnumerable<string> names) => names.MinBy(n => Distance(name, n))!;

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i + 1);
            for (int j = 0; j < b.Length; j++)
                (diagonal, row[j + 1]) = (row[j + 1], Math.Min(Math.Min(row[j], row[j + 1]) + 1, diagonal + (a[i] == b[j] ? 0 : 1)));
        }
        return row[^1];
    }
}

// The name of a snapshot's files by Verify's rules: Type.Method_name=value_name=value.
using System.Globalization;
using System.Text;

namespace Fcn.Testing;

internal static class SnapshotName
{
    // Replaced on every system, so that a snapshot made on one can be checked out on another.
    private const string Forbidden = "\"\\<>|:*?/";

    public static string Of(string type, string method, IReadOnlyList<(string Name, object? Value)> parameters)
    {
        var name = new StringBuilder($"{type}.{method}");
        foreach (var (parameter, value) in parameters) name.Append(CultureInfo.InvariantCulture, $"_{parameter}={Text(value)}");
        return name.ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => Clean(text),
        System.Collections.IEnumerable items => List(items),
        IFormattable number and not DateTime and not DateTimeOffset and not DateOnly and not TimeOnly
            => Clean(number.ToString(null, CultureInfo.InvariantCulture)),
        bool => value.ToString()!,
        _ => throw new ArgumentException($"A {value.GetType().Name} has no name that Verify would give it; pass a string.", nameof(value)),
    };

    private static string List(System.Collections.IEnumerable items)
    {
        string[] texts = [.. items.Cast<object?>().Select(static i => i is System.Collections.IEnumerable and not string ? $"[{Text(i)}]" : Text(i))];
        return texts.Length == 0 ? "[]" : string.Join(',', texts);
    }

    private static string Clean(string text) =>
        string.Concat(text.Select(static c => c < ' ' || Forbidden.Contains(c, StringComparison.Ordinal) ? '-' : c));
}

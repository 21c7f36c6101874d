namespace Fcn.Files;

/// <summary>Comma-separated text, RFC 4180.</summary>
public static class Csv
{
    /// <summary>A line without its end. Fields with a comma, quote or line break stand in quotes, their own quotes doubled.</summary>
    public static string Row(params IEnumerable<string> fields) => string.Join(',', fields.Select(Quoted));

    static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"")}\"";
}

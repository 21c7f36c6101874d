// What a failed snapshot says: Verify's list of files, which its tools parse, then where the texts part.
namespace Fcn.Testing;

internal static class SnapshotMessage
{
    // The end of a text that stops where the other goes on.
    private const string End = "(end of text)";

    public static string Of(string verified, string received, string? agreed, string now)
    {
        string state = agreed is null ? "New" : "NotEqual";
        string files = $"- Received: {Path.GetFileName(received)}\n    Verified: {Path.GetFileName(verified)}";
        return $"Directory: {Path.GetDirectoryName(verified)}\n{state}:\n  {files}\n\n{Difference(agreed, now)}\n"
            + $"To accept what came out: mv \"{received}\" \"{verified}\"";
    }

    private static string Difference(string? agreed, string now)
    {
        if (agreed is null) return "Nothing was agreed on yet. Read the received file.";
        if (agreed.Contains('\r'))
            return "The verified file has \\r\\n ends of lines, which git or an editor made of \\n. Put *.verified.* text eol=lf into .gitattributes and check it out again.";
        if (agreed == now + "\n")
            return "The verified file ends in a newline that the text does not have. Editors add it unless .editorconfig says insert_final_newline = false.";
        string[] old = agreed.Split('\n'), lines = now.Split('\n');
        int line = 0;
        while (line < old.Length && line < lines.Length && old[line] == lines[line]) line++;
        int fromEnd = 0, most = Math.Min(old.Length, lines.Length) - line;
        while (fromEnd < most && old[^(fromEnd + 1)] == lines[^(fromEnd + 1)]) fromEnd++;
        return $"First difference in line {line + 1} of {old.Length}; {old.Length - fromEnd - line} lines agreed on became {lines.Length - fromEnd - line}.\n"
            + $"  agreed:   {At(old, line)}\n  received: {At(lines, line)}";
    }

    private static string At(string[] lines, int line) => line < lines.Length ? lines[line] : End;
}

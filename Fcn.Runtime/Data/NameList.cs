// A text file with one name per line → names with their line numbers, or an error that says which line is wrong. UTF-8, with or without
// byte order mark, or UTF-16 with one, which is what PowerShell's > writes; white space around a name and empty lines do not count.
using System.Text;
using Fcn.Files;

namespace Fcn.Data;

/// <summary>Names from a list file: ids of a split, classes of a set.</summary>
static class NameList
{
    // A million ids of 60 characters; whoever names a video by mistake is told so instead of waiting.
    const int MaxBytes = 1 << 26;

    static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    static readonly Encoding[] Marked =
        [Utf8, new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true)];

    /// <summary>All names of a list file, in order; never none.</summary>
    /// <exception cref="FcnException">The file is missing, too large, not text, empty, or has control characters in a name.</exception>
    public static List<(int Line, string Name)> Read(string path)
    {
        string text = Text(path);
        var names = new List<(int, string)>();
        int line = 0;
        foreach (ReadOnlySpan<char> whole in text.AsSpan().EnumerateLines())
        {
            line++;
            ReadOnlySpan<char> name = whole.Trim();
            if (name.IsEmpty) continue;
            foreach (char c in name)
                if (char.IsControl(c) && c != '\t')
                    throw new FcnException(
                        $"'{path}', line {line}: control character U+{(int)c:X4} in a name; a list is UTF-8 text, one name per line.");
            names.Add((line, name.ToString()));
        }
        return names.Count > 0 ? names : throw new FcnException($"'{path}' names nothing: write one name per line.");
    }

    static string Text(string path)
    {
        ReadOnlySpan<byte> content = InputFile.ReadAll(path, MaxBytes);
        if (FileKind.Of(content) is { } kind) throw kind.Instead(path, "a list of names", "Write one name per line.");
        Encoding encoding = Utf8;
        foreach (Encoding marked in Marked)
        {
            if (!content.StartsWith(marked.Preamble)) continue;
            encoding = marked;
            content = content[marked.Preamble.Length..];
            break;
        }
        try
        {
            // Letters of ASCII in UTF-16 have a zero beside them, and UTF-8 has none.
            return encoding != Utf8 || !content.Contains((byte)0)
                ? encoding.GetString(content)
                : throw new FcnException($"'{path}' has zeros in it: it is no text, or UTF-16 without its mark. Save it as UTF-8.");
        }
        catch (DecoderFallbackException e)
        {
            string bytes = Convert.ToHexString(e.BytesUnknown ?? []);
            string often = encoding == Utf8 ? ", as where it is Latin-1 or Windows-1252" : "";
            throw new FcnException($"'{path}' is not {encoding.WebName.ToUpperInvariant()} text: {bytes} at byte {Math.Max(e.Index, 0)} " +
                $"is no character{often}. Save it as UTF-8.", e);
        }
    }
}

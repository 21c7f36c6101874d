// A text file with one name per line → names with their line numbers, or an error that says which line is wrong. UTF-8, with or without
// byte order mark; '\n' or "\r\n"; white space around a name and empty lines do not count.
using System.Text;
using Fcn.Files;

namespace Fcn.Data;

/// <summary>Names from a list file: ids of a split, classes of a set.</summary>
static class NameList
{
    // A million ids of 60 characters; whoever names a video by mistake is told so instead of waiting.
    const int MaxBytes = 1 << 26;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All names of a list file, in order; never none.</summary>
    /// <exception cref="FcnException">The file is missing, too large, not UTF-8, empty, or has control characters in a name.</exception>
    public static List<(int Line, string Name)> Read(string path)
    {
        string text = Text(path);
        var names = new List<(int, string)>();
        int line = 0;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            line++;
            ReadOnlySpan<char> name = text.AsSpan(range).Trim();
            if (name.IsEmpty) continue;
            foreach (char c in name)
                if (char.IsControl(c) && c != '\t')
                    throw new FcnException(
                        $"'{path}', line {line}: control character U+{(int)c:X4} in a name; a list is plain text, one name per line.");
            names.Add((line, name.ToString()));
        }
        return names.Count > 0 ? names : throw new FcnException($"'{path}' names nothing: write one name per line.");
    }

    static string Text(string path)
    {
        ReadOnlySpan<byte> content = InputFile.ReadAll(path, MaxBytes);
        if (FileKind.Of(content) is { } kind) throw kind.Instead(path, "a list of names", "Write one name per line.");
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        try
        {
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException e)
        {
            throw new FcnException($"'{path}' is not UTF-8 text: {e.Message}", e);
        }
    }
}

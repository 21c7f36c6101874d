namespace Fcn.Tests.Ptx;

internal enum TokenKind { Word, Mark, Quoted, End }

internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool Is(string text) => Kind != TokenKind.Quoted && Text == text;
}

// PTX text in, tokens out. A word is everything between blanks and marks: an opcode with its modifiers, a register, a number, a directive.
internal sealed class PtxLexer
{
    private readonly string _text;
    private readonly string[] _lines;
    private int _at;
    private int _line = 1;

    private PtxLexer(string text)
    {
        _text = text;
        _lines = text.Split('\n');
    }

    public static List<Token> Read(string text)
    {
        var lexer = new PtxLexer(text);
        var tokens = new List<Token>();
        do tokens.Add(lexer.Next());
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private Token Next()
    {
        SkipBlanks();
        if (_at == _text.Length) return new(TokenKind.End, "end of text", _line);
        char c = _text[_at];
        if (c == '"') return Quoted();
        if (IsWord(_at)) return Word();
        if (!"{}[]()<>,;:@!|+-=".Contains(c)) throw Refuse($"unexpected character '{c}'");
        _at++;
        return new(TokenKind.Mark, c.ToString(), _line);
    }

    private Token Word()
    {
        int from = _at;
        while (_at < _text.Length && IsWord(_at)) _at += _text[_at] == ':' ? 2 : 1;
        return new(TokenKind.Word, _text[from.._at], _line);
    }

    private Token Quoted()
    {
        int end = _text.IndexOfAny(['"', '\n'], _at + 1);
        if (end < 0 || _text[end] != '"') throw Refuse("unterminated string");
        var token = new Token(TokenKind.Quoted, _text[(_at + 1)..end], _line);
        _at = end + 1;
        return token;
    }

    // "L1::no_allocate" is one word; the colon of a label is not part of it.
    private bool IsWord(int at)
    {
        char c = _text[at];
        return char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '%' or '.'
            || (c == ':' && at + 2 < _text.Length && _text[at + 1] == ':' && char.IsAsciiLetterOrDigit(_text[at + 2]));
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (c == '\n') _line++;
            else if (Starts("//"))
            {
                while (_at < _text.Length && _text[_at] != '\n') _at++;
                continue;
            }
            else if (Starts("/*"))
            {
                int end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (end < 0) throw Refuse("unterminated comment");
                for (; _at < end + 2; _at++) if (_text[_at] == '\n') _line++;
                continue;
            }
            else if (c is not (' ' or '\t' or '\r')) return;
            _at++;
        }
    }

    private bool Starts(string mark) => string.CompareOrdinal(_text, _at, mark, 0, mark.Length) == 0;

    private PtxSyntaxException Refuse(string problem) => new(_line, problem, _lines[_line - 1]);
}

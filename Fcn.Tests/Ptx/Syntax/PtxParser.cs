using System.Globalization;

namespace Fcn.Tests.Ptx;

// Text of a module in, checked entries out. This file reads the header and the frame of an entry; EntryParser reads the body.
internal sealed class PtxParser(string text)
{
    private readonly List<Token> _tokens = PtxLexer.Read(text);
    private readonly string[] _lines = text.Split('\n');
    private readonly Dictionary<string, SharedArray> _shared = [];
    private int _at;
    private int _staticShared;

    public Token Peek => _tokens[_at];
    public string[] Lines => _lines;
    public PtxLevel Level { get; private set; } = new(new(0, 0), 0);

    public PtxModule Module()
    {
        Header();
        var entries = new List<PtxEntry>();
        while (Peek.Kind != TokenKind.End)
        {
            if (Take(".extern")) DynamicShared();
            else if (Take(".shared")) StaticShared(_shared);
            else if (Take(".visible")) { Expect(".entry"); entries.Add(Entry()); }
            else if (Take(".entry")) entries.Add(Entry());
            else throw Refuse($"expected .visible .entry, .shared or .extern, not '{Peek.Text}'");
            if (entries.Count > 1 && entries.Take(entries.Count - 1).Any(e => e.Name == entries[^1].Name))
                throw Refuse($"entry '{entries[^1].Name}' is there twice");
        }
        return entries.Count > 0 ? new(Level, entries) : throw Refuse("the module has no entry");
    }

    private void Header()
    {
        Expect(".version");
        Token at = Peek;
        if (!System.Version.TryParse(Word("a version"), out Version? version)) throw Refuse("expected a version such as 7.5", at);
        Expect(".target");
        at = Peek;
        if (PtxLevel.Read(version, Word("a target"), out PtxLevel level) is { } problem) throw Refuse(problem, at);
        Level = level;
        while (Take(",")) Word("an option of the target");
        Expect(".address_size");
        at = Peek;
        if (Integer() != 64) throw Refuse("only .address_size 64 is used", at);
    }

    private void DynamicShared()
    {
        Expect(".shared");
        Token at = Peek;
        if (_shared.Values.Any(a => a.IsDynamic)) throw Refuse("one dynamic shared array is enough", at);
        int align = Take(".align") ? Alignment() : 1;
        Expect(".b8");
        at = Peek;
        string name = Word("a name");
        Expect("[");
        Expect("]");
        Expect(";");
        if (!_shared.TryAdd(name, new(-1, align))) throw Refuse($"'{name}' is declared twice", at);
    }

    /// .shared .align 16 .b8 name[bytes];
    public void StaticShared(Dictionary<string, SharedArray> symbols)
    {
        int align = Take(".align") ? Alignment() : 1;
        Token at = Peek;
        if (!PtxTypes.TryParse(Word("a type").TrimStart('.'), out PtxType type) || type.Size() == 0) throw Refuse("expected a type", at);
        align = Math.Max(align, type.Size());
        at = Peek;
        string name = Word("a name");
        long count = 1;
        if (Take("["))
        {
            count = Integer();
            Expect("]");
        }
        Expect(";");
        _staticShared = (_staticShared + align - 1) / align * align;
        if (!symbols.TryAdd(name, new(_staticShared, align))) throw Refuse($"'{name}' is declared twice", at);
        _staticShared = checked(_staticShared + (int)count * type.Size());
        if (_staticShared > 48 * 1024) throw Refuse($"{_staticShared} bytes of static shared memory; 49152 are allowed", at);
    }

    private int Alignment()
    {
        Token at = Peek;
        long align = Integer();
        return align is > 0 and <= 1024 && (align & (align - 1)) == 0 ? (int)align
            : throw Refuse("an alignment is a power of two up to 1024", at);
    }

    private PtxEntry Entry()
    {
        Token at = Peek;
        string name = Word("the entry's name");
        if (name[0] is '.' or '%' || char.IsAsciiDigit(name[0])) throw Refuse($"'{name}' is no name", at);
        var parameters = new List<PtxParameter>();
        if (Take("("))
        {
            if (!Peek.Is(")"))
            {
                do parameters.Add(Parameter(parameters));
                while (Take(","));
            }
            Expect(")");
        }
        int? maxThreads = null;
        bool minBlocks = false;
        while (!Peek.Is("{"))
        {
            at = Peek;
            if (Take(".maxntid") || Take(".reqntid")) maxThreads = Threads(at);
            else if (Take(".minnctapersm")) minBlocks = Integer() > 0;
            else if (Take(".maxnreg")) Integer();
            else throw Refuse($"expected .maxntid, .reqntid, .minnctapersm, .maxnreg or '{{', not '{Peek.Text}'");
        }
        if (minBlocks && maxThreads == null) throw Refuse(".minnctapersm needs .maxntid", at);
        int outside = _staticShared;
        var symbols = new Dictionary<string, SharedArray>(_shared);
        PtxEntry entry = new EntryParser(this, symbols).Body(name, parameters, maxThreads ?? 1024, () => _staticShared);
        _staticShared = outside;
        return entry;
    }

    private int Threads(Token at)
    {
        long threads = Integer();
        for (int i = 0; i < 2 && Take(","); i++) threads *= Integer();
        return threads is > 0 and <= 1024 ? (int)threads : throw Refuse($"a block has 1 to 1024 threads, not {threads}", at);
    }

    private PtxParameter Parameter(List<PtxParameter> before)
    {
        Expect(".param");
        Token at = Peek;
        string typeName = Word("a type");
        if (!PtxTypes.TryParse(typeName.TrimStart('.'), out PtxType type) || typeName[0] != '.' || type.Size() < 4)
            throw Refuse($"'{typeName}' is no type of a parameter (.u32, .u64, .f32, ...)", at);
        if (Take(".ptr"))
        {
            if (!Take(".global")) Take(".shared");
            if (Take(".align")) Alignment();
        }
        at = Peek;
        string name = Word("the parameter's name");
        if (name[0] is '.' or '%') throw Refuse($"'{name}' is no name", at);
        if (before.Any(p => p.Name == name)) throw Refuse($"parameter '{name}' is there twice", at);
        return new(name, type, before.Count);
    }

    public bool Take(string text)
    {
        if (!Peek.Is(text)) return false;
        _at++;
        return true;
    }

    public void Expect(string text)
    {
        // A missing semicolon belongs to the line that lacks it, not to the next.
        Token at = text == ";" && _at > 0 ? _tokens[_at - 1] : Peek;
        if (!Take(text)) throw Refuse($"missing '{text}' before '{Peek.Text}'", at);
    }

    public Token Next() => _tokens[_at++];

    public Token After => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    public string Word(string what) => Peek.Kind == TokenKind.Word ? Next().Text : throw Refuse($"expected {what}, not '{Peek.Text}'");

    public long Integer()
    {
        bool negative = Take("-");
        Token at = Peek;
        string word = Word("a number");
        return Literal.TryInteger(word, out ulong value) ? negative ? -(long)value : (long)value
            : throw Refuse($"'{word}' is no number", at);
    }

    public PtxSyntaxException Refuse(string problem, Token? at = null)
    {
        int line = (at ?? Peek).Line;
        return new(line, problem, _lines[line - 1]);
    }
}

// Where a shared array begins, relative to the block's shared memory; -1 for the one that follows all others.
internal sealed record SharedArray(int Offset, int Align)
{
    public bool IsDynamic => Offset < 0;
}

internal static class Literal
{
    /// Decimal, 0x, 0b or octal, with or without a U behind.
    public static bool TryInteger(string word, out ulong value)
    {
        word = word.TrimEnd('U', 'u');
        value = 0;
        if (word.Length == 0 || !char.IsAsciiDigit(word[0])) return false;
        if (word.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        if (word.StartsWith("0b", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(word.AsSpan(2), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out value);
        if (word.Length == 1 || word[0] != '0') return ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        foreach (char c in word)
        {
            if (c is < '0' or > '7') return false;
            value = value * 8 + (uint)(c - '0');
        }
        return true;
    }

    /// 0fXXXXXXXX, 0dXXXXXXXXXXXXXXXX or a decimal fraction, as a double.
    public static bool TryReal(string word, out double value)
    {
        bool negative = word.StartsWith('-');
        if (negative) word = word[1..];
        value = 0;
        if (word.Length == 10 && word[..2] is "0f" or "0F")
        {
            if (!uint.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint single)) return false;
            value = BitConverter.UInt32BitsToSingle(single);
        }
        else if (word.Length == 18 && word[..2] is "0d" or "0D")
        {
            if (!ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong full)) return false;
            value = BitConverter.UInt64BitsToDouble(full);
        }
        else if (!word.Contains('.') || !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return false;
        if (negative) value = -value;
        return true;
    }
}

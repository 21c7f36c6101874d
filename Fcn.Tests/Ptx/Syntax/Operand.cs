namespace Fcn.Tests.Ptx;

internal enum OperandKind { Word, Vector, Address }

// One operand as written. Word: register, number, label or symbol; Vector: {a, b}; Address: [word + offset].
internal sealed record Operand(OperandKind Kind, string Text)
{
    public bool Negated { get; init; }
    public Operand? Other { get; init; }
    public IReadOnlyList<Operand> Elements { get; init; } = [];
    public long Offset { get; init; }

    public bool IsRegister => Kind == OperandKind.Word && Text.StartsWith('%');
    public bool IsNumber => Kind == OperandKind.Word && (char.IsAsciiDigit(Text[0]) || Text[0] == '-');
    public bool IsName => Kind == OperandKind.Word && !IsRegister && !IsNumber;
}

// One instruction as written; the modifiers of its opcode are taken from left to right, as PTX orders them.
internal sealed class Statement(int line, string opcode, string? guard, bool guardNegated, Operand[] operands, string text)
{
    private readonly string[] _parts = opcode.Split('.');
    private int _next = 1;

    public int Line { get; } = line;
    public string Opcode { get; } = opcode;
    public string Root => _parts[0];
    public string? Guard { get; } = guard;
    public bool GuardNegated { get; } = guardNegated;
    public Operand[] Operands { get; } = operands;

    public PtxSyntaxException Refuse(string problem) => new(Line, problem, text);

    public bool Take(string modifier)
    {
        if (_next == _parts.Length || _parts[_next] != modifier) return false;
        _next++;
        return true;
    }

    public bool TakeAll(params ReadOnlySpan<string> modifiers)
    {
        foreach (string modifier in modifiers) if (!Take(modifier)) throw Unknown($"expected .{modifier}");
        return true;
    }

    public string? Maybe(params ReadOnlySpan<string> modifiers)
    {
        foreach (string modifier in modifiers) if (Take(modifier)) return modifier;
        return null;
    }

    public string OneOf(params string[] modifiers) =>
        Maybe(modifiers) ?? throw Unknown("expected one of ." + string.Join(" .", modifiers));

    public PtxType Type(params PtxType[] allowed)
    {
        if (_next < _parts.Length && PtxTypes.TryParse(_parts[_next], out PtxType type) && allowed.Contains(type))
        {
            _next++;
            return type;
        }
        throw Unknown("expected a type of " + string.Join(" ", allowed.Select(t => t.Name())));
    }

    /// No modifier is left, and the number of operands is right.
    public void End(int operands, int? atMost = null)
    {
        if (_next < _parts.Length) throw Unknown("unknown or misplaced");
        int most = atMost ?? operands;
        if (Operands.Length >= operands && Operands.Length <= most) return;
        string expected = operands == most ? $"{operands}" : $"{operands} to {most}";
        throw Refuse($"'{Opcode}' takes {expected} operands, not {Operands.Length}");
    }

    private PtxSyntaxException Unknown(string expectation) =>
        Refuse(_next < _parts.Length ? $"modifier '.{_parts[_next]}' of '{Opcode}': {expectation}"
            : $"'{Opcode}' is incomplete: {expectation}");
}

namespace Fcn.Tests.Ptx;

// The body of an entry: declarations, labels, instructions. Instructions are decoded as they are read; labels are bound at the end.
internal sealed class EntryParser(PtxParser parser, Dictionary<string, SharedArray> shared)
{
    private readonly RegisterFile _registers = new();
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<Instruction> _code = [];
    private readonly List<(Branch Branch, string Label, Statement At)> _branches = [];

    public PtxEntry Body(string name, IReadOnlyList<PtxParameter> parameters, int maxThreads, Func<int> staticShared)
    {
        var decoder = new Decoder(parser.Level, _registers, parameters, shared);
        Token open = parser.Peek;
        parser.Expect("{");
        while (!parser.Take("}"))
        {
            Token at = parser.Peek;
            if (at.Kind == TokenKind.End) throw parser.Refuse($"'}}' of entry '{name}' is missing", open);
            if (parser.Take(".reg")) Registers();
            else if (parser.Take(".shared")) parser.StaticShared(shared);
            else if (parser.Take(".pragma")) Pragma();
            else if (at.Kind == TokenKind.Word && parser.After.Is(":")) Label();
            else Decode(decoder, ReadStatement());
        }
        foreach (var (branch, label, at) in _branches)
            branch.Target = _labels.TryGetValue(label, out int target) ? target : throw at.Refuse($"undefined label '{label}'");
        if (_code.Count == 0 || _code[^1] is not { Flow: Flow.Exit or Flow.Branch, Guard: < 0 } || _labels.ContainsValue(_code.Count))
            throw parser.Refuse($"entry '{name}' runs over its end: the last instruction is neither ret nor an unconditional bra", open);
        return new()
        {
            Name = name, Parameters = parameters, MaxThreads = maxThreads, Code = [.. _code], Registers = _registers, Lines = parser.Lines,
            StaticSharedBytes = staticShared(), HasDynamicShared = shared.Values.Any(a => a.IsDynamic),
        };
    }

    private void Decode(Decoder decoder, Statement statement)
    {
        Instruction instruction = decoder.Decode(statement);
        if (instruction is Branch branch) _branches.Add((branch, statement.Operands[0].Text, statement));
        _code.Add(instruction);
    }

    private void Registers()
    {
        Token at = parser.Peek;
        string typeName = parser.Word("a type");
        if (typeName[0] != '.' || !PtxTypes.TryParse(typeName[1..], out PtxType type) || type.Size() == 1)
            throw parser.Refuse($"no register has the type '{typeName}'", at);
        do
        {
            at = parser.Peek;
            string name = parser.Word("a register");
            if (name[0] != '%' || name.Length < 2 || name.Contains('.')) throw parser.Refuse($"'{name}' is no name of a register", at);
            if (Decoder.IsSpecial(name)) throw parser.Refuse($"'{name}' is a special register's name", at);
            if (parser.Take("<"))
            {
                long count = parser.Integer();
                parser.Expect(">");
                for (int i = 0; i < count; i++) Declare(FormattableString.Invariant($"{name}{i}"), type, at);
            }
            else Declare(name, type, at);
        }
        while (parser.Take(","));
        parser.Expect(";");
    }

    private void Declare(string name, PtxType type, Token at)
    {
        if (!_registers.TryDeclare(name, type)) throw parser.Refuse($"register '{name}' is declared twice", at);
    }

    private void Pragma()
    {
        Token text = parser.Next();
        if (text.Kind != TokenKind.Quoted || text.Text != "nounroll") throw parser.Refuse($"unknown pragma '{text.Text}'", text);
        parser.Expect(";");
    }

    private void Label()
    {
        Token at = parser.Next();
        parser.Expect(":");
        if (at.Text[0] is '.' or '%' || char.IsAsciiDigit(at.Text[0])) throw parser.Refuse($"'{at.Text}' is no label", at);
        if (!_labels.TryAdd(at.Text, _code.Count)) throw parser.Refuse($"label '{at.Text}' is there twice", at);
    }

    private Statement ReadStatement()
    {
        string? guard = null;
        bool negated = false;
        Token first = parser.Peek;
        if (parser.Take("@"))
        {
            negated = parser.Take("!");
            guard = parser.Word("a predicate");
        }
        string opcode = parser.Word("an instruction");
        if (opcode[0] is '.' or '%') throw parser.Refuse($"'{opcode}' is no instruction", first);
        var operands = new List<Operand>();
        if (!parser.Peek.Is(";") && !parser.Peek.Is("}"))
        {
            do operands.Add(Operand());
            while (parser.Take(","));
        }
        parser.Expect(";");
        return new(first.Line, opcode, guard, negated, [.. operands], parser.Lines[first.Line - 1]);
    }

    private Operand Operand()
    {
        if (parser.Take("["))
        {
            string address = parser.Word("a register, a parameter or a shared array");
            long offset = parser.Take("+") ? parser.Integer() : 0;
            parser.Expect("]");
            return new(OperandKind.Address, address) { Offset = offset };
        }
        if (parser.Take("{"))
        {
            var elements = new List<Operand>();
            do elements.Add(Simple());
            while (parser.Take(","));
            parser.Expect("}");
            return new(OperandKind.Vector, "{}") { Elements = elements };
        }
        Operand one = Simple();
        return parser.Take("|") ? one with { Other = Simple() } : one;
    }

    private Operand Simple()
    {
        bool negated = parser.Take("!");
        string sign = parser.Take("-") ? "-" : "";
        string word = parser.Word("an operand");
        if (word[0] == '.') throw parser.Refuse($"'{word}' is no operand");
        var operand = new Operand(OperandKind.Word, sign + word) { Negated = negated };
        return operand.IsName && parser.Take("+") ? operand with { Offset = parser.Integer() } : operand;
    }
}

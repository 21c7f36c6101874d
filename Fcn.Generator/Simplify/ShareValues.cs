using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Common subexpression elimination. Needs: nothing; best behind passes that write new values. Gives: what a block of statements computes
// more than once as a variable, before its first use. Because: an assembler finds equal values by itself, but a reader and the text do not
// get shorter by it. Values are equal whose operations are; those that read memory or a variable which is assigned stay where they are, and
// so do truths, which machines have few registers for.
internal sealed class ShareValues
{
    private const string Name = "v";

    private readonly Dictionary<(KernelOp, KernelType, string, double, int, int, int), int> _numbers = [];
    private readonly Dictionary<Value, int> _numberOf = [];
    private readonly HashSet<string> _assigned = [];
    private readonly NameScope _names = new();

    private ShareValues(IReadOnlyList<Statement> body) => Collect(body);

    public static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body) => new ShareValues(body).Statements(body, []);

    // Known: variables by the number of what they hold, of this block and those around it.
    private IReadOnlyList<Statement> Statements(IReadOnlyList<Statement> body, Dictionary<int, Value> known)
    {
        var uses = new Dictionary<int, int>();
        Count(body, uses, []);
        var written = new List<Statement>();
        known = new(known);
        foreach (var s in body)
        {
            // What is guarded is computed in any case.
            var (of, before) = s is { Op: KernelOp.If, Name: BranchForm.Guarded } ? (s.Body[0], s) : (s, null);
            Statement shared = of with { Operands = Replaced(of) };
            if (before is not null) shared = before with { Operands = Replaced(before), Body = [shared] };
            else shared = shared with { Body = Statements(s.Body, known), Else = Statements(s.Else, known) };
            written.Add(shared);
            bool keeps = s.Op == KernelOp.Let && !_assigned.Contains(s.Target!.Name) && IsShareable(s.Operands[0]);
            if (keeps) known[Number(s.Operands[0])] = s.Target!;
        }
        return written;

        IReadOnlyList<Value> Replaced(Statement s) =>
            [.. s.Operands.Select(o => this.Replaced(o, known, uses, written, isWhole: s.Op == KernelOp.Let))];
    }

    // The value with its parts replaced by variables; a Let's own value needs no second name.
    private Value Replaced(Value v, Dictionary<int, Value> known, Dictionary<int, int> uses, List<Statement> written, bool isWhole)
    {
        if (v.Sources.Count == 0) return v;
        bool shareable = IsShareable(v);
        int number = shareable ? Number(v) : -1;
        if (shareable && known.TryGetValue(number, out var variable)) return variable;
        Value[] sources = [.. v.Sources.Select(s => Replaced(s, known, uses, written, false))];
        var value = sources.SequenceEqual(v.Sources) ? v : new Value(v.Op, v.Type, sources, v.Name, v.Number);
        if (!shareable || isWhole || uses[number] < 2) return value;
        variable = Value.Variable(_names.Take(Name), v.Type);
        written.Add(new(KernelOp.Let, variable, [value], "", [], []));
        return known[number] = variable;
    }

    // How many operations and statements of the block use each value.
    private void Count(IReadOnlyList<Statement> body, Dictionary<int, int> uses, HashSet<int> seen)
    {
        foreach (var s in body)
        {
            foreach (var operand in s.Operands) Visit(operand);
            Count(s.Body, uses, seen);
            Count(s.Else, uses, seen);
        }

        void Visit(Value v)
        {
            if (v.Sources.Count == 0) return;
            if (IsShareable(v))
            {
                int number = Number(v);
                uses[number] = uses.TryGetValue(number, out int before) ? before + 1 : 1;
                if (!seen.Add(number)) return;
            }
            foreach (var source in v.Sources) Visit(source);
        }
    }

    private void Collect(IReadOnlyList<Statement> body)
    {
        foreach (var s in body)
        {
            if (s.Op == KernelOp.Assign) _assigned.Add(s.Target!.Name);
            else if (s.Target is not null) _names.Take(s.Target.Name);
            if (s.Op is KernelOp.LoadMatrix or KernelOp.MatrixMultiply) foreach (var operand in s.Operands) _assigned.Add(operand.Name);
            Collect(s.Body);
            Collect(s.Else);
        }
    }

    // Worth a variable: not what a target says without an instruction.
    private bool IsShareable(Value v) => v.Sources.Count > 0 && v.Type.Element != Element.Bool
        && v.Op is not (KernelOp.Bits or KernelOp.Lane or KernelOp.Broadcast or KernelOp.Compose)
        && !(v.Op == KernelOp.Convert && v.Sources[0].Sources.Count == 0) && Number(v) >= 0;

    // Equal values have equal numbers. Negative: it may be another value when it is computed again.
    private int Number(Value v)
    {
        if (_numberOf.TryGetValue(v, out int known)) return known;
        int number = -1;
        int[] s = [.. v.Sources.Select(Number)];
        bool changes = v.Op == KernelOp.Load || (v.Op == KernelOp.Variable && _assigned.Contains(v.Name));
        if (!changes && s.Length < 4 && s.All(static n => n >= 0))
        {
            var key = (v.Op, v.Type, v.Name, v.Number, s.ElementAtOrDefault(0), s.ElementAtOrDefault(1), s.ElementAtOrDefault(2));
            if (!_numbers.TryGetValue(key, out number)) _numbers.Add(key, number = _numbers.Count);
        }
        return _numberOf[v] = number;
    }
}

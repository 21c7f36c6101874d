using Fcn.Generator.Kernels;

namespace Fcn.Tests.Schedule;

/// Interval analysis of kernels: which values every whole number of a kernel can take for one launch, in arithmetic that does not overflow.
/// What leaves the range of its type is a fault. Numbers from memory are what kernels stored there, lane by lane, or anything; arithmetic
/// on the bits of floats may wrap.
internal sealed class WholeRanges(Func<string, Range> field, Func<string, string> memory, Dictionary<string, Range> stored)
{
    private readonly Dictionary<string, Range> _variables = [];
    private readonly Dictionary<string, Value> _definitions = [];
    private readonly Dictionary<string, Range[]> _calls = [];
    private Range _item, _thread;

    public Dictionary<string, string> Faults { get; } = [];

    /// Functions called so far, with the values of their arguments over all calls.
    public IReadOnlyDictionary<string, Range[]> Calls => _calls;

    /// What the host computes; faults say so.
    public Range Host(Value value) => Of(value, "host");

    public WholeRanges Launch(Kernel kernel, Int128 items)
    {
        if (items == 0) return this;
        (_item, _thread) = (new(0, items - 1), new(0, Math.Max(0, kernel.Threads - 1)));
        _variables.Clear();
        Body(kernel.Body, kernel.Name);
        return this;
    }

    public void Function(Kernel function, Range[] arguments)
    {
        _variables.Clear();
        foreach (var (parameter, argument) in function.Parameters.Zip(arguments)) _variables[parameter.Name] = argument;
        Body(function.Body, function.Name);
    }

    private void Body(IReadOnlyList<Statement> body, string kernel)
    {
        foreach (var s in body) Statement(s, kernel);
    }

    private void Statement(Statement s, string kernel)
    {
        switch (s.Op)
        {
            case KernelOp.For:
                For(s, kernel);
                return;
            case KernelOp.If:
                Of(s.Operands[0], kernel);
                Under(s.Operands[0], true, () => Body(s.Body, kernel));
                Under(s.Operands[0], false, () => Body(s.Else, kernel));
                return;
        }
        var values = s.Operands.Select(o => Of(o, kernel)).ToArray();
        if (s.Op == KernelOp.Let) Define(s.Target!, s.Operands[0], values[0]);
        else if (s.Op == KernelOp.Store) Keep(s.Operands[0], s.Operands[2], kernel);
        else if (s.Op == KernelOp.Assign) Assign(s.Target!, s.Operands[0], values[0]);
        else if (s.Op == KernelOp.Call)
            _calls[s.Name] = _calls.TryGetValue(s.Name, out var known) ? [.. known.Zip(values, static (a, b) => a.Join(b))] : values;
    }

    private void Define(Value variable, Value value, Range range)
    {
        _variables[variable.Name] = range;
        _definitions[variable.Name] = value;
        foreach (var (lane, kept) in Kept(variable, value)) _variables[lane] = kept;
    }

    private void Assign(Value variable, Value value, Range range)
    {
        _variables[variable.Name] = _variables[variable.Name].Join(range);
        var kept = Kept(variable, value);
        foreach (string lane in Names(variable).Skip(1))
            if (_variables.TryGetValue(lane, out var known)) _variables[lane] = known.Join(kept.GetValueOrDefault(lane, range));
    }

    // Of a variable and its lanes.
    private static IEnumerable<string> Names(Value variable) =>
        [variable.Name, .. Enumerable.Range(0, variable.Type.Lanes).Select(lane => $"{variable.Name}.{lane}")];

    // What is known of a variable's lanes when it is loaded from where a kernel has stored.
    private Dictionary<string, Range> Kept(Value variable, Value value) =>
        value is not { Op: KernelOp.Load, Type.Element: Element.Int } ? [] : Enumerable.Range(0, value.Type.Lanes)
            .Where(lane => stored.ContainsKey($"{memory(Root(value.Sources[0]))}.{lane}"))
            .ToDictionary(lane => $"{variable.Name}.{lane}", lane => stored[$"{memory(Root(value.Sources[0]))}.{lane}"]);

    private void Keep(Value pointer, Value value, string kernel)
    {
        if (value.Type is not { Element: Element.Int, Lanes: > 1 }) return;
        for (int lane = 0; lane < value.Type.Lanes; lane++)
        {
            string place = $"{memory(Root(pointer))}.{lane}";
            var range = Of(value.Op == KernelOp.Compose ? value.Sources[lane] : value, kernel);
            stored[place] = stored.TryGetValue(place, out var known) ? known.Join(range) : range;
        }
    }

    // The field that a pointer starts from.
    private string Root(Value pointer) => pointer.Op switch
    {
        KernelOp.Field => pointer.Name,
        KernelOp.Variable => _definitions.TryGetValue(pointer.Name, out var definition) ? Root(definition) : "",
        _ => Root(pointer.Sources[0]),
    };

    private void For(Statement s, string kernel)
    {
        Range from = Of(s.Operands[0], kernel), to = Of(s.Operands[1], kernel), step = Of(s.Operands[2], kernel);
        if (to.High <= from.Low) return;
        Require(new(from.Low, to.High - 1 + step.High), Range.Int, s.Target!, kernel);
        _variables[s.Target!.Name] = new(from.Low, to.High - 1);
        Int128 turns = (to.High - from.Low + step.Low - 1) / step.Low;
        var assigned = Assigned(s.Body).Where(a => _variables.ContainsKey(a.Target!.Name)).ToList();
        foreach (var one in assigned) Widen(one, turns, kernel);
        string[] settle = [.. assigned.Where(static a => !Moves(a) && IsNumber(a.Target!)).SelectMany(static a => Names(a.Target!))];
        Range[] before = Now();
        Body(s.Body, kernel);
        if (turns > 1 && !before.SequenceEqual(Now())) Body(s.Body, kernel);

        Range[] Now() => [.. settle.Select(name => _variables.GetValueOrDefault(name, Range.Int))];
    }

    // x = x + c moves by c at every turn; what else is assigned is what the body made of it at the turn before.
    private void Widen(Statement assigned, Int128 turns, string kernel)
    {
        var (x, value) = (assigned.Target!, assigned.Operands[0]);
        if (!Moves(assigned) || !IsNumber(x)) return;
        Range by = Of(value.Sources[1], kernel);
        if (value.Op == KernelOp.Subtract) by = Range.Of(0) - by;
        _variables[x.Name] += new Range(Int128.Min(0, by.Low * turns), Int128.Max(0, by.High * turns));
    }

    private static bool Moves(Statement assigned) =>
        assigned.Operands[0] is { Op: KernelOp.Add or KernelOp.Subtract } value && value.Sources[0].Name == assigned.Target!.Name;

    private static bool IsNumber(Value v) => v.Type is { Pointer: false, IsWhole: true };

    private static IEnumerable<Statement> Assigned(IEnumerable<Statement> body) =>
        body.SelectMany(static s => s.Op == KernelOp.Assign ? [s] : Assigned(s.Body).Concat(Assigned(s.Else)));

    // A condition that holds, or does not, bounds what it compares.
    private void Under(Value condition, bool holds, Action body)
    {
        var before = new Dictionary<string, Range>();
        Bound(condition);
        body();
        foreach (var (name, range) in before) _variables[name] = range.Join(_variables[name]);

        void Bound(Value c)
        {
            switch (c.Op)
            {
                case KernelOp.And when holds:
                    foreach (var part in c.Sources) Bound(part);
                    break;
                case KernelOp.Less or KernelOp.LessOrEqual:
                    var (less, more) = holds ? (c.Sources[0], c.Sources[1]) : (c.Sources[1], c.Sources[0]);
                    int open = c.Op == KernelOp.Less == holds ? 1 : 0;
                    Limit(less, new(Int128.MinValue, Of(more, "").High - open));
                    Limit(more, new(Of(less, "").Low + open, Int128.MaxValue));
                    break;
            }
        }

        void Limit(Value v, Range to)
        {
            if (v.Op != KernelOp.Variable || !IsNumber(v) || !_variables.TryGetValue(v.Name, out var known)) return;
            before.TryAdd(v.Name, known);
            _variables[v.Name] = known.Clamp(to);
        }
    }

    private Range Of(Value v, string kernel)
    {
        if (v.Op == KernelOp.MultiplyHigh) return MultiplyHigh(v, kernel);
        var sources = v.Sources.Select(s => Of(s, kernel)).ToArray();
        if (v.Type.Pointer || !(v.Type.IsWhole || v.Type.Element == Element.Bool)) return Range.Int;
        var limits = v.Type.Element switch
        {
            Element.Index => Range.Index,
            Element.Byte => Range.Byte,
            Element.Bool => Range.Truth,
            _ => Range.Int,
        };
        Range value = v.Op switch
        {
            KernelOp.Constant => Range.Of((Int128)v.Number),
            KernelOp.Variable => _variables.GetValueOrDefault(v.Name, limits),
            KernelOp.Field => field(v.Name),
            KernelOp.Item => _item,
            KernelOp.Thread => _thread,
            KernelOp.Add => sources[0] + sources[1],
            KernelOp.Subtract when Remainder(v) is { } by => new(0, Of(by, kernel).High - 1),
            KernelOp.Subtract => sources[0] - sources[1],
            KernelOp.Multiply => sources[0] * sources[1],
            KernelOp.Divide => sources[0] / Divisor(v.Sources[1], kernel),
            KernelOp.Remainder when Divisor(v.Sources[1], kernel) is var by =>
                new(0, Int128.Min(Int128.Max(sources[0].High, 0), by.High - 1)),
            KernelOp.Minimum => new(Int128.Min(sources[0].Low, sources[1].Low), Int128.Min(sources[0].High, sources[1].High)),
            KernelOp.Maximum => new(Int128.Max(sources[0].Low, sources[1].Low), Int128.Max(sources[0].High, sources[1].High)),
            KernelOp.Select => sources[1].Join(sources[2]),
            KernelOp.Convert when v.Sources[0].Type.IsWhole => sources[0],
            KernelOp.And when v.Type.IsWhole && sources.Any(static s => s.Low >= 0) => new(0, sources.Min(Positive)),
            KernelOp.Or or KernelOp.Xor when v.Type.IsWhole =>
                new(Int128.Min(0, sources.Min(static s => s.Low)), Ones(sources.Max(static s => s.High))),
            KernelOp.ShiftLeft => Corner(sources, static (a, b) => a << b),
            KernelOp.ShiftRight => Corner(sources, static (a, b) => a >> b),
            KernelOp.DivisorMagic or KernelOp.DivisorShift when Divisor(v.Sources[0], kernel) is var by => limits,
            KernelOp.Compose => sources.Aggregate(static (a, b) => a.Join(b)),
            KernelOp.Load => stored.GetValueOrDefault(memory(Root(v.Sources[0])), limits),
            KernelOp.Lane => _variables.GetValueOrDefault($"{v.Sources[0].Name}.{v.Number}", sources[0]),
            KernelOp.Broadcast => sources[0],
            _ => limits,
        };
        return Require(value, limits, v, kernel);
    }

    // Nothing is divided by zero, nor by what is below.
    private Range Divisor(Value by, string kernel)
    {
        Range range = Of(by, kernel);
        if (range.Low < 1 && kernel.Length > 0)
            Faults.TryAdd($"{kernel}: division by {KernelPrinter.Text(by)}", $"{range.Low} to {range.High}");
        return new(Int128.Max(range.Low, 1), Int128.Max(range.High, 1));
    }

    // Of numbers without sign: twice a number that is not negative still fits.
    private Range MultiplyHigh(Value v, string kernel)
    {
        Range Factor(Value f)
        {
            Range range = f.Op == KernelOp.ShiftLeft ? Of(f.Sources[0], kernel) * Of(f.Sources[1], kernel).Power : Of(f, kernel);
            return range.High < 0 ? range + Range.Of(uint.MaxValue + Int128.One) : Require(range, new(0, uint.MaxValue), f, kernel);
        }
        Range product = Factor(v.Sources[0]) * Factor(v.Sources[1]);
        return new(product.Low >> 32, product.High >> 32);
    }

    private Range Require(Range value, Range limits, Value v, string kernel)
    {
        if (value.Within(limits) || v.Sources.Any(static s => s.Op == KernelOp.Bits)) return value.Clamp(limits);
        if (kernel.Length > 0) Faults.TryAdd($"{kernel}: {KernelPrinter.Text(v)}", $"{value.Low} to {value.High}");
        return value.Clamp(limits);
    }

    // x - x / d * d is the remainder of x by d, and costs a product less.
    private Value? Remainder(Value v) =>
        v.Sources[1] is { Op: KernelOp.Multiply } product && Quotient(Definition(product.Sources[0])) is { } quotient
            && Same(quotient.Of, v.Sources[0]) && Same(quotient.By, product.Sources[1]) ? product.Sources[1] : null;

    private Value? Definition(Value v) => v.Op == KernelOp.Variable ? _definitions.GetValueOrDefault(v.Name) : v;

    // By a division, or by DivideByFields.
    private static (Value Of, Value By)? Quotient(Value? v) => v switch
    {
        { Op: KernelOp.Divide } => (v.Sources[0], v.Sources[1]),
        { Op: KernelOp.ShiftRight } when v.Sources[0] is { Op: KernelOp.MultiplyHigh } product
            && product.Sources[1].Name.EndsWith("_magic", StringComparison.Ordinal) =>
            (product.Sources[0].Sources[0], Value.Field(product.Sources[1].Name[..^"_magic".Length], KernelType.Int)),
        _ => null,
    };

    private static bool Same(Value a, Value b) => KernelPrinter.Text(a) == KernelPrinter.Text(b);

    private static Int128 Positive(Range r) => r.Low < 0 ? Int128.MaxValue : r.High;

    private static Int128 Ones(Int128 high) => high <= 0 ? 0 : (Int128.One << (128 - (int)Int128.LeadingZeroCount(high))) - 1;

    private static Range Corner(Range[] s, Func<Int128, int, Int128> of) => new(of(s[0].Low, (int)s[1].Low), of(s[0].High, (int)s[1].High));
}

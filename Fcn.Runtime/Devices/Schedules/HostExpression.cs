using System.Globalization;
using System.Numerics;

namespace Fcn.Devices.Schedules;

// Arithmetic of the host in a schedule: whole numbers in 64 bits over the slots of a frame, parsed once and evaluated for every shape.
//   expression = sum [("==" | "<") sum]          1 or 0
//   sum        = product {("+" | "-") product}
//   product    = factor {("*" | "/" | "%") factor}
//   factor     = number | slot | function "(" expression {"," expression} ")" | "(" expression ")"
internal sealed class HostExpression
{
    private const int Deepest = 64;

    private readonly List<Step> _steps = [];

    private HostExpression()
    {
    }

    private enum Code
    {
        Number, Slot, Add, Subtract, Multiply, Divide, Remainder, Same, Less, Min, Max, Ceil, If, Magic, Shift,
    }

    /// Slots that it reads.
    public IEnumerable<int> Slots => _steps.Where(static s => s.Code == Code.Slot).Select(static s => (int)s.Operand);

    /// <param name="text">Without spaces.</param>
    /// <param name="slot">Number of a slot by its name.</param>
    /// <exception cref="FormatException">The text is no expression.</exception>
    public static HostExpression Parse(string text, Func<string, int> slot)
    {
        var parsed = new HostExpression();
        var reader = new Reader(text, slot, parsed._steps);
        reader.Expression();
        reader.End();
        return parsed;
    }

    /// <exception cref="OverflowException">A number leaves 64 bits.</exception>
    public long Value(ReadOnlySpan<long> slots)
    {
        if (_steps is [var only]) return only.Code == Code.Number ? only.Operand : slots[(int)only.Operand];
        Span<long> stack = stackalloc long[Deepest];
        int top = -1;
        foreach (var step in _steps)
        {
            if (step.Code is Code.Number or Code.Slot)
            {
                stack[++top] = step.Code == Code.Number ? step.Operand : slots[(int)step.Operand];
                continue;
            }
            int operands = Operands(step.Code);
            top -= operands - 1;
            stack[top] = Apply(step.Code, stack.Slice(top, operands));
        }
        return stack[0];
    }

    private static int Operands(Code code) => code switch
    {
        Code.Magic or Code.Shift => 1,
        Code.If => 3,
        _ => 2,
    };

    private static long Apply(Code code, ReadOnlySpan<long> on) => checked(code switch
    {
        Code.Add => on[0] + on[1],
        Code.Subtract => on[0] - on[1],
        Code.Multiply => on[0] * on[1],
        Code.Divide => on[0] / on[1],
        Code.Remainder => on[0] % on[1],
        Code.Same => on[0] == on[1] ? 1 : 0,
        Code.Less => on[0] < on[1] ? 1 : 0,
        Code.Min => Math.Min(on[0], on[1]),
        Code.Max => Math.Max(on[0], on[1]),
        Code.Ceil => on[0] >= 0 ? (on[0] + on[1] - 1) / on[1] : -(-on[0] / on[1]),
        Code.If => on[0] != 0 ? on[1] : on[2],
        Code.Magic => Magic(on[0]),
        Code.Shift => Shift(on[0]),
        _ => throw new InvalidOperationException($"{code} is no operation."),
    });

    /// The two numbers of a division by a product: a / d is the upper half of 2 a magic, shifted. Divisor in the generator has the proof.
    public static int Magic(long d) => unchecked((int)(uint)(((1UL << (31 + Shift(d))) + (ulong)d - 1) / (ulong)d));

    /// ⌈log2 d⌉.
    public static int Shift(long d) => 64 - BitOperations.LeadingZeroCount((ulong)d - 1);

    private readonly record struct Step(Code Code, long Operand = 0);

    // Recursive descent; every rule leaves one value on the stack.
    private sealed class Reader(string text, Func<string, int> slot, List<Step> steps)
    {
        private int _at;
        private int _waiting;

        public void Expression()
        {
            Sum();
            if (Takes("==")) Second(Sum, Code.Same);
            else if (Takes("<")) Second(Sum, Code.Less);
        }

        public void End()
        {
            if (_at != text.Length) throw Fault("goes on");
        }

        private void Sum()
        {
            Product();
            while (true)
            {
                if (Takes("+")) Second(Product, Code.Add);
                else if (Takes("-")) Second(Product, Code.Subtract);
                else return;
            }
        }

        private void Product()
        {
            Factor();
            while (true)
            {
                if (Takes("*")) Second(Factor, Code.Multiply);
                else if (Takes("/")) Second(Factor, Code.Divide);
                else if (Takes("%")) Second(Factor, Code.Remainder);
                else return;
            }
        }

        private void Factor()
        {
            if (Takes("("))
            {
                Expression();
                Expect(")");
                return;
            }
            string word = Word();
            if (char.IsAsciiDigit(word[0])) Add(new Step(Code.Number, long.Parse(word, CultureInfo.InvariantCulture)));
            else if (Takes("(")) Call(word);
            else Add(new Step(Code.Slot, slot(word)));
        }

        private void Call(string function)
        {
            Code code = function switch
            {
                "min" => Code.Min,
                "max" => Code.Max,
                "ceil" => Code.Ceil,
                "if" => Code.If,
                "magic" => Code.Magic,
                "shift" => Code.Shift,
                _ => throw Fault($"calls '{function}', which is no function"),
            };
            for (int i = 0; i < Operands(code); i++)
            {
                if (i > 0) Expect(",");
                Expression();
            }
            Expect(")");
            Add(new Step(code));
        }

        private void Second(Action operand, Code code)
        {
            operand();
            Add(new Step(code));
        }

        // Numbers wait on the stack for the operation that takes them.
        private void Add(Step step)
        {
            steps.Add(step);
            _waiting += step.Code is Code.Number or Code.Slot ? 1 : 1 - Operands(step.Code);
            if (_waiting > Deepest) throw Fault("is nested too deep");
        }

        // A number or a name; names have dots in them, and '@' where the engine gives what they stand for.
        private string Word()
        {
            int from = _at;
            while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '.' or '@')) _at++;
            return _at > from ? text[from.._at] : throw Fault("lacks an operand");
        }

        private void Expect(string token)
        {
            if (!Takes(token)) throw Fault($"lacks '{token}'");
        }

        private bool Takes(string token)
        {
            if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0) return false;
            _at += token.Length;
            return true;
        }

        private FormatException Fault(string what) => new($"The expression '{text}' {what} at {_at}.");
    }
}

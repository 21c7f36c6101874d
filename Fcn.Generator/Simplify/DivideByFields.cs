using System.Runtime.CompilerServices;
using Fcn.Generator.Kernels;

namespace Fcn.Generator.Simplify;

// Invariant integer division. Needs: Int fields that a kernel divides by are 1 or more, and what it divides is not negative
// (KernelOp.Divide). Gives: a / f and a % f as products and shifts by two more fields, f_magic and f_shift. Because: GPUs have no
// instruction that divides whole numbers, and the sequence that stands for one costs as much as twenty; the host computes the two numbers
// once for a launch.
internal static class DivideByFields
{
    private const string Magic = "_magic", Shift = "_shift";

    // Kernels of many launches share a body, and go on to share one.
    private static readonly ConditionalWeakTable<IReadOnlyList<Statement>, IReadOnlyList<Statement>> Known = new();

    public static Kernel Run(Kernel kernel) => kernel with { Body = Known.GetValue(kernel.Body, Run) };

    private static IReadOnlyList<Statement> Run(IReadOnlyList<Statement> body)
    {
        var quotients = new Dictionary<(Value, string), Value>();
        return new KernelRewrite(Divided).Of(body);

        Value Divided(Value v)
        {
            if (v.Op is not (KernelOp.Divide or KernelOp.Remainder) || v.Sources[1] is not { Op: KernelOp.Field } by) return v;
            if (by.Type != KernelType.Int) return v;
            var key = (v.Sources[0], by.Name);
            if (!quotients.TryGetValue(key, out var quotient)) quotients.Add(key, quotient = Quotient(v.Sources[0], by.Name));
            return v.Op == KernelOp.Divide ? quotient : v.Sources[0] - quotient * by;
        }
    }

    /// What a field f_magic or f_shift is bound to, given what f is: constants where that is one, else what the host computes. Null for
    /// other fields.
    public static Value? Argument(Value field, Func<Value, Value> given) => Divisor(field) is not { } divisor ? null
        : field.Name.EndsWith(Magic, StringComparison.Ordinal) ? Value.DivisorMagic(given(divisor)) : Value.DivisorShift(given(divisor));

    /// The field f of a field f_magic or f_shift; null for other fields.
    public static Value? Divisor(Value field)
    {
        string? ending = new[] { Magic, Shift }.FirstOrDefault(e => field.Name.EndsWith(e, StringComparison.Ordinal));
        return ending is null ? null : Field(field.Name.Substring(0, field.Name.Length - ending.Length));
    }

    // A divisor of 1 is why the number is doubled: see Divisor.
    private static Value Quotient(Value a, string by) => Value.ShiftRight(Value.MultiplyHigh(a << 1, Field(by + Magic)), Field(by + Shift));

    private static Value Field(string name) => Value.Field(name, KernelType.Int);
}

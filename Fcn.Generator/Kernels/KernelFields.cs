using System.Runtime.CompilerServices;

namespace Fcn.Generator.Kernels;

// The parameters of a GPU kernel: its fields, in the order in which they are first read. Kernels share bodies, so what is known of a body
// is kept with it.
internal static class KernelFields
{
    private static readonly ConditionalWeakTable<IReadOnlyList<Statement>, IReadOnlyList<Value>> Known = new();

    public static IReadOnlyList<Value> Of(Kernel kernel) => Known.GetValue(kernel.Body, Find);

    private static IReadOnlyList<Value> Find(IReadOnlyList<Statement> kernel)
    {
        var fields = new List<Value>();
        var names = new HashSet<string>();
        var seen = new HashSet<Value>();
        Body(kernel);
        return fields;

        void Body(IReadOnlyList<Statement> body)
        {
            foreach (var statement in body)
            {
                foreach (var operand in statement.Operands) Visit(operand);
                Body(statement.Body);
                Body(statement.Else);
            }
        }

        void Visit(Value value)
        {
            if (!seen.Add(value)) return;
            if (value.Op == KernelOp.Field && names.Add(value.Name)) fields.Add(value);
            foreach (var source in value.Sources) Visit(source);
        }
    }
}

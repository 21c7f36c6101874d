namespace Fcn.Generator.Schedule.Gpu;

// The parameters of a GPU kernel: its fields, in the order in which they are first read.
internal static class KernelFields
{
    public static IReadOnlyList<Value> Of(Kernel kernel)
    {
        var fields = new List<Value>();
        var names = new HashSet<string>();
        var seen = new HashSet<Value>();
        Body(kernel.Body);
        return fields;

        void Body(IReadOnlyList<Statement> body)
        {
            foreach (var statement in body)
            {
                foreach (var operand in statement.Operands) Find(operand);
                Body(statement.Body);
                Body(statement.Else);
            }
        }

        void Find(Value value)
        {
            if (!seen.Add(value)) return;
            if (value.Op == KernelOp.Field && names.Add(value.Name)) fields.Add(value);
            foreach (var source in value.Sources) Find(source);
        }
    }
}

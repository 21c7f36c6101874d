using Fcn.Generator.Kernels;

namespace Fcn.Generator.Targets.Ilgpu;

// Variables that matrix units read and write, and all Words, which nothing else knows: they are registers of inline assembly for as long as
// the kernel runs.
internal static class IlgpuResidents
{
    public static IReadOnlyDictionary<string, KernelType> Of(IReadOnlyList<Statement> body)
    {
        var residents = new Dictionary<string, KernelType>();
        Visit(body);
        return residents;

        void Visit(IReadOnlyList<Statement> statements)
        {
            foreach (var s in statements)
            {
                if (s.Op is KernelOp.MatrixMultiply) foreach (var operand in s.Operands) Add(operand);
                if (s is { Op: KernelOp.Let, Target.Type: var type } && type == KernelType.Word) Add(s.Target);
                Visit(s.Body);
                Visit(s.Else);
            }
        }

        void Add(Value operand)
        {
            while (operand.Op == KernelOp.Bits) operand = operand.Sources[0];
            residents[operand.Name] = operand.Type;
        }
    }
}

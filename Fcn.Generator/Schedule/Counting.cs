using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// Numbers that grow with the batch: items of a launch, pixels of a map. The host computes them in 64 bits, and refuses a batch with a
// larger one than Extents.MostCounted of the runtime; below it, kernels count in 32 bits, and a few times as far.
internal static class Counting
{
    public const long Most = 1_000_000_000;

    /// The same number, computed in 64 bits from the first step on.
    public static Value Wide(Value number)
    {
        Value At(int i) => Wide(number.Sources[i]);
        return number.Op switch
        {
            KernelOp.Constant => (Value)(long)number.Number,
            KernelOp.Add => At(0) + At(1),
            KernelOp.Subtract => At(0) - At(1),
            KernelOp.Multiply => At(0) * At(1),
            KernelOp.Divide => At(0) / At(1),
            KernelOp.Minimum => Value.Min(At(0), At(1)),
            KernelOp.Maximum => Value.Max(At(0), At(1)),
            KernelOp.Select => Value.Select(number.Sources[0], At(1), At(2)),
            KernelOp.Convert => At(0),
            KernelOp.Field => number.To(Element.Index),
            _ => throw new InvalidOperationException($"{KernelPrinter.Text(number)} counts nothing."),
        };
    }
}

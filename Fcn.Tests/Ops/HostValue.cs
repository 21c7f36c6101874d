using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule.Gpu;

namespace Fcn.Tests.Ops;

// What the host computes from a frame: whole numbers, and addresses as pointer + offset. Overflow and division by nothing are errors.
internal static class HostValue
{
    public static long Of(Value v, Func<string, long> field)
    {
        long At(int i) => Of(v.Sources[i], field);
        checked
        {
            return v.Op switch
            {
                KernelOp.Constant => (long)v.Number,
                KernelOp.Field => field(v.Name),
                KernelOp.Convert => At(0),
                KernelOp.Add when v.Type.Pointer => At(0) + At(1) * GpuMap.BytesOf(v.Type.Element),
                KernelOp.Add => Fits(v, At(0) + At(1)),
                KernelOp.Subtract => Fits(v, At(0) - At(1)),
                KernelOp.Multiply => Fits(v, At(0) * At(1)),
                KernelOp.Divide => At(0) >= 0 ? At(0) / At(1) : throw new InvalidOperationException($"{KernelPrinter.Text(v)} divides {At(0)}."),
                KernelOp.Minimum => Math.Min(At(0), At(1)),
                KernelOp.Maximum => Math.Max(At(0), At(1)),
                KernelOp.Less => At(0) < At(1) ? 1 : 0,
                KernelOp.LessOrEqual => At(0) <= At(1) ? 1 : 0,
                KernelOp.Equal => At(0) == At(1) ? 1 : 0,
                KernelOp.DivisorMagic => Fcn.Extents.DivisorMagic((int)At(0)),
                KernelOp.DivisorShift => Fcn.Extents.DivisorShift((int)At(0)),
                KernelOp.Select => At(0) != 0 ? At(1) : At(2),
                _ => throw new InvalidOperationException($"A host does not compute {KernelPrinter.Text(v)}."),
            };
        }
    }

    private static long Fits(Value v, long number) => v.Type.Element == Element.Index || number == (int)number
        ? number : throw new OverflowException($"{KernelPrinter.Text(v)} is {number}.");
}

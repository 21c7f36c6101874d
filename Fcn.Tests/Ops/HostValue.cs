using Fcn.Devices.Schedules;
using Fcn.Generator.Kernels;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;

namespace Fcn.Tests.Ops;

// What the host computes from a frame: whole numbers, and addresses as pointer + offset. Overflow and division by nothing are errors.
internal static class HostValue
{
    /// Adds the sizes and counts of a mode to what the engine gives: N, H, W and the like.
    public static void Measure(ModeSchedule mode, Dictionary<string, long> frame)
    {
        foreach (var (height, width, size) in mode.Sizes)
            (frame[height], frame[width]) = (size.At((int)frame["H"]), size.At((int)frame["W"]));
        foreach (var count in mode.Counts) frame[count.Name] = Of(count.Value, frame);
    }

    public static long Of(Value v, IReadOnlyDictionary<string, long> frame) => Of(
        v, name => frame.TryGetValue(name, out long value) ? value : throw new InvalidOperationException($"The frame has no '{name}' now."));

    /// The field that a pointer starts from.
    public static Value Root(Value pointer) => pointer.Op == KernelOp.Field ? pointer : Root(pointer.Sources[0]);

    public static long Of(Value v, Func<string, long> field)
    {
        long At(int i) => Of(v.Sources[i], field);
        checked
        {
            return v.Op switch
            {
                KernelOp.Constant => (long)v.Number,
                KernelOp.Field => field(v.Name),
                KernelOp.Convert or KernelOp.Bits => At(0),
                KernelOp.Add when v.Type.Pointer => At(0) + At(1) * GpuMap.BytesOf(v.Type.Element),
                KernelOp.Add => Fits(v, At(0) + At(1)),
                KernelOp.Subtract when v.Type.Pointer => At(0) - At(1) * GpuMap.BytesOf(v.Type.Element),
                KernelOp.Subtract => Fits(v, At(0) - At(1)),
                KernelOp.Multiply => Fits(v, At(0) * At(1)),
                KernelOp.Divide => Positive(v, At(0)) / At(1),
                KernelOp.Remainder => Positive(v, At(0)) % At(1),
                KernelOp.Minimum => Math.Min(At(0), At(1)),
                KernelOp.Maximum => Math.Max(At(0), At(1)),
                KernelOp.Less => At(0) < At(1) ? 1 : 0,
                KernelOp.LessOrEqual => At(0) <= At(1) ? 1 : 0,
                KernelOp.Equal => At(0) == At(1) ? 1 : 0,
                KernelOp.DivisorMagic => Fcn.Devices.Schedules.HostExpression.Magic((int)At(0)),
                KernelOp.DivisorShift => Fcn.Devices.Schedules.HostExpression.Shift((int)At(0)),
                KernelOp.Select => Select(At(0), At(1), At(2)),
                _ => throw new InvalidOperationException($"A host does not compute {KernelPrinter.Text(v)}."),
            };
        }
    }

    // Both are computed, as by HostExpression.
    private static long Select(long condition, long yes, long no) => condition != 0 ? yes : no;

    private static long Positive(Value v, long dividend) =>
        dividend >= 0 ? dividend : throw new InvalidOperationException($"{KernelPrinter.Text(v)} divides {dividend}.");

    private static long Fits(Value v, long number) => v.Type.Element == Element.Index || number == (int)number
        ? number : throw new OverflowException($"{KernelPrinter.Text(v)} is {number}.");
}

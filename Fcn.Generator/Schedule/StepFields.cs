using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule;

// Kernel → the same kernel with what changes from step to step read from memory: a captured graph is replayed with other numbers. The order
// is that of StepNumbers in the runtime; reals are loaded as the bits of an int.
internal static class StepFields
{
    private static readonly string[] Order = ["Accumulate", "Seed", "LossScale", "Rate", "Momentum", "Decay", "GradientScale"];

    public static Value Step => Value.Field("Step", KernelType.To(Element.Int));

    public static Kernel Run(Kernel kernel) =>
        KernelFields.Of(kernel).Any(IsOfStep) ? kernel with { Body = new KernelRewrite(Loaded).Of(kernel.Body) } : kernel;

    private static bool IsOfStep(Value field) => !field.Type.Pointer && Order.Contains(field.Name);

    private static Value Loaded(Value value) => value.Op == KernelOp.Field && IsOfStep(value)
        ? Step.Load(Array.IndexOf(Order, value.Name)).Bits(value.Type.Element) : value;
}

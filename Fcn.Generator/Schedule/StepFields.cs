namespace Fcn.Generator.Schedule;

// Kernel → the same kernel with what changes from step to step read from memory: a captured graph is replayed with other numbers. The order is that
// of StepNumbers in the runtime; reals are loaded as the bits of an int.
internal static class StepFields
{
    private static readonly string[] Order = ["Accumulate", "Seed", "LossScale", "Rate", "Momentum", "Decay", "GradientScale"];

    public static Value Step => Value.Field("Step", KernelType.To(Element.Int));

    public static Kernel Run(Kernel kernel) => KernelFields.Of(kernel).Any(IsOfStep) ? kernel with { Body = Body(kernel.Body) } : kernel;

    private static bool IsOfStep(Value field) => !field.Type.Pointer && Order.Contains(field.Name);

    private static IReadOnlyList<Statement> Body(IReadOnlyList<Statement> body) =>
        [.. body.Select(static s => s with { Operands = [.. s.Operands.Select(Loaded)], Body = Body(s.Body), Else = Body(s.Else) })];

    private static Value Loaded(Value value)
    {
        if (value.Op == KernelOp.Field && IsOfStep(value)) return Step.Load(Array.IndexOf(Order, value.Name)).Bits(value.Type.Element);
        var sources = value.Sources.Select(Loaded).ToList();
        return sources.SequenceEqual(value.Sources) ? value : new(value.Op, value.Type, sources, value.Name, value.Number);
    }
}

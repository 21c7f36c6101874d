using Fcn.Generator.Kernels;
using Xunit;

namespace Fcn.Tests.Kernels;

// One kernel on the bench: write it, run it, read what it left.
internal static class Bench
{
    public static readonly Value Out = Value.Field("out", KernelType.To(Element.Float));

    public static Value Floats(string name) => Value.Field(name, KernelType.To(Element.Float));

    public static Kernel Kernel(Action<KernelBuilder> write, string name = "bench")
    {
        var builder = new KernelBuilder();
        write(builder);
        return builder.Build(name, "");
    }

    /// Runs one item and returns out.
    public static double[] Run(
        Action<KernelBuilder> write, KernelFrame? frame = null, int length = 1, bool single = false, bool poison = false)
    {
        var kernel = Kernel(write);
        Assert.Empty(KernelSpec.Faults([kernel], KernelFamily.Cpu));
        var output = new KernelBuffer("out", Element.Float, length);
        new KernelInterpreter([kernel]) { Single = single, Poison = poison }.Run("bench", (frame ?? new()).Set(output), 0, 1);
        return output.ToArray();
    }

    /// What a value of floats comes to.
    public static double[] Evaluate(Value value, KernelFrame? frame = null, bool single = false) =>
        Run(k => k.Store(Out, 0, value), frame, value.Type.Lanes, single);

    /// The fault that a kernel ends in.
    public static string Fault(Action<KernelBuilder> write, KernelFrame? frame = null, int items = 1, params Kernel[] functions)
    {
        var interpreter = new KernelInterpreter([Kernel(write), .. functions]);
        return Assert.Throws<KernelFault>(() => interpreter.Run("bench", frame ?? new(), 0, items)).Message;
    }
}

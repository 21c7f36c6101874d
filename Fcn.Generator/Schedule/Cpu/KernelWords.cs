using Fcn.Generator.Graph;
using Fcn.Generator.Ops;

namespace Fcn.Generator.Schedule;

// What a kernel is called: what it does, which layers have in common. conv_bias_relu, max_pool2x2_gradient, upsample4x4_stride2_add.
internal static class KernelWords
{
    public static string Of(Node node)
    {
        var (core, tail) = node.Op is Fused fused ? (fused.Core, fused.Tail) : (node.Op, []);
        string bias = core is Conv && HasBias(node) ? "_bias" : "";
        return string.Concat([Core(core), bias, .. tail.Select(static op => $"_{op.Word}")]);
    }

    public static bool HasBias(Node node) => ((node.Op as Fused)?.CoreInputs ?? node.Inputs.Count) > 2;

    // The word of an op, with its window where that shapes the code.
    private static string Core(Op op) => op switch
    {
        MaxPool pool => Window("max_pool", pool.Kernel, pool.Stride, pool.Kernel),
        MaxPoolIndex index => Window("max_pool", index.Pool.Kernel, index.Pool.Stride, index.Pool.Kernel) + "_index",
        MaxPoolGradient gradient => Window("max_pool", gradient.Pool.Kernel, gradient.Pool.Stride, gradient.Pool.Kernel) + "_gradient",
        Upsample upsample => Window("upsample", upsample.Kernel, upsample.Stride, 1),
        UpsampleGradient gradient => Window("upsample", gradient.Upsample.Kernel, gradient.Upsample.Stride, 1) + "_gradient",
        _ => op.Word,
    };

    private static string Window(string what, int kernel, int stride, int usual) =>
        FormattableString.Invariant($"{what}{kernel}x{kernel}") + (stride == usual ? "" : FormattableString.Invariant($"_stride{stride}"));
}

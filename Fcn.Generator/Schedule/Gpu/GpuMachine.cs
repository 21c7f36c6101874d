using Fcn.Generator.Kernels;

namespace Fcn.Generator.Schedule.Gpu;

// What a GPU schedule must know of its machine: the form in which convolutions read their factors, and the units that multiply them.
// Whoever adds wgmma adds a machine of capability 90 here and its tile beside the others'.
internal sealed record GpuMachine(string Name, string Precision, int Capability, Element Factor, MatrixUnit Unit)
{
    /// Threads of a block (a workgroup), where nothing asks for another number.
    public const int Threads = 256;

    /// Plain multiply-adds in fp32: every card, and the reference of the other machines.
    public static readonly GpuMachine Plain = new("plain", "Fp32", 75, Element.Float, MatrixUnit.None);

    /// Three TF32 products per factor pair: accurate to fp32.
    public static readonly GpuMachine Fp32 = new("fp32", "Fp32", 80, Element.Float, MatrixUnit.SplitTensorFloat);

    public static readonly GpuMachine Tf32 = new("tf32", "Tf32", 80, Element.TensorFloat, MatrixUnit.TensorFloat);

    public static readonly GpuMachine Bf16 = new("bf16", "Bf16", 80, Element.BFloat16, MatrixUnit.BFloat16);

    public static readonly IReadOnlyList<GpuMachine> All = [Plain, Fp32, Tf32, Bf16];

    /// Bytes of a factor in memory.
    public int Bytes => GpuMap.BytesOf(Factor);
}

internal enum MatrixUnit
{
    None,
    TensorFloat,

    /// Both factors split into two TF32 numbers.
    SplitTensorFloat,
    BFloat16,
}

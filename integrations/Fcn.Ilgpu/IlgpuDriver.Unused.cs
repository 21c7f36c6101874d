using Fcn.Devices.Cuda;

namespace Fcn.Devices.Ilgpu;

// What NVIDIA's driver is asked for and never this one: cards are found by IlgpuMachine, kernels compiled by IlgpuKernels, and launches are
// not captured.
internal sealed unsafe partial class IlgpuDriver
{
    public override int Version => throw Unused();

    public override string Build => throw Unused();

    public override int Cards => throw Unused();

    public override void Start() => throw Unused();

    public override string Name(int card) => throw Unused();

    public override int Attribute(int card, CudaAttribute attribute) => throw Unused();

    public override byte[] Assemble(ReadOnlySpan<byte> text, string name) => throw Unused();

    public override nint Load(ReadOnlySpan<byte> machineCode) => throw Unused();

    public override void Unload(nint module) => throw Unused();

    public override nint Function(nint module, string name) => throw Unused();

    public override int Attribute(nint function, CudaFunctionAttribute attribute) => throw Unused();

    public override void SetAttribute(nint function, CudaFunctionAttribute attribute, int value) => throw Unused();

    public override int BlocksPerProcessor(nint function, int threads, int sharedBytes) => throw Unused();

    public override void BeginCapture(nint stream) => throw Unused();

    public override nint EndCapture(nint stream) => throw Unused();

    public override void AbandonCapture(nint stream) => throw Unused();

    public override void LaunchGraph(nint graph, nint stream) => throw Unused();

    public override void DestroyGraph(nint graph) => throw Unused();

    protected override (string? Name, string? Sentence) Describe(int code) => throw Unused();

    private static NotSupportedException Unused() => new("ILGPU does this another way.");
}

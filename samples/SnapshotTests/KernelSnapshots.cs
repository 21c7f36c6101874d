// Verifies what this project's network was compiled to. The agreed texts lie beside this file: KernelSnapshots.*.verified.*.
using Fcn.Testing;
using Xunit;

namespace SnapshotTests;

public class KernelSnapshots
{
    private static readonly GeneratedKernels Kernels = GeneratedKernels.Of<Crossroads>();

    [Fact]
    public void Layers() => Snapshot.Verify(Kernels.LayerTable);

    [Fact]
    public void ConvolutionOfTheImage() => Snapshot.Verify(Kernels.Text("conv_bias_relu_from3", KernelTarget.Cpu), "cs");

    [Fact]
    public void PoolingOnGpus() => Snapshot.Verify(Kernels.Text("max_pool_k2_s2_fp32", KernelTarget.Ptx), "ptx");

    [Theory]
    [InlineData("max_pool2x2")]
    [InlineData("max_pool2x2_index")]
    public void Pooling(string kernel) => Snapshot.Verify(Kernels.Text(kernel, KernelTarget.Cpu), "cs", [("kernel", kernel)]);
}

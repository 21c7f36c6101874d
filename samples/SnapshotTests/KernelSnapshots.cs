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
    public void ForwardOfConv1() => Snapshot.Verify(Kernels.Text("conv1", KernelTarget.Avx2), "cs");

    [Fact]
    public void ScoresOnGpus() => Snapshot.Verify(Kernels.Text("score", KernelTarget.Ptx), "ptx");

    [Theory]
    [InlineData("pool1", KernelTarget.Avx512)]
    [InlineData("pool1", KernelTarget.Portable)]
    public void Pooling(string kernel, KernelTarget target) =>
        Snapshot.Verify(Kernels.Text(kernel, target), "cs", [("kernel", kernel), ("target", target)]);
}

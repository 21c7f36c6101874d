// The texts that snapshots verify are those in the assembly: PTX is data there, C# kernels are methods.
using System.Reflection;
using System.Text;
using Fcn.Generated.Networks.SnapshotTests.Crossroads;
using Fcn.Testing;
using Xunit;

namespace SnapshotTests;

public class TextIsWhatRuns
{
    private static readonly GeneratedKernels Kernels = GeneratedKernels.Of<Crossroads>();

    [Fact]
    public void PtxIsWhatTheDriverGets()
    {
        var assembled = Cuda.Program.Variants.SelectMany(static v => v.Kernels).DistinctBy(static k => k.Name).ToList();
        Assert.Equal(assembled.Select(static k => k.Name), Kernels.Names(KernelTarget.Ptx));
        Assert.All(assembled, static k =>
        {
            string text = Encoding.UTF8.GetString(k.Text());
            Assert.Equal(text.TrimEnd('\n'), Kernels.Text(k.Name, KernelTarget.Ptx));
            Assert.Contains($".entry {k.Name}(", text);
        });
    }

    [Fact]
    public void KernelsAreTheMethodsOfTheirClass()
    {
        var methods = typeof(CpuKernels).GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Select(static m => m.Name);
        Assert.Equal(methods.Order(StringComparer.Ordinal), Kernels.Names(KernelTarget.Cpu).Order(StringComparer.Ordinal));
        Assert.All(Kernels.Names(KernelTarget.Cpu), static name =>
        {
            string text = Kernels.Text(name, KernelTarget.Cpu);
            Assert.StartsWith("// ", text);
            Assert.Contains($" {name}<V>(void* arguments, int item) where V : struct, IBlock<V>\n{{ unchecked {{\n", text);
            Assert.EndsWith("\n} }", text);
        });
    }
}

// What an NVIDIA GPU would get, without one: ILGPU's PTX back end works where no driver is.
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace Fcn.Integrations.Tests.Ilgpu;

public sealed class IlgpuPtxTests
{
    [Fact]
    public void KernelsCompileToPtx()
    {
        using var context = Context.Create(static b => b.CPU().EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null);
        foreach (var (name, kernel) in LinearScoreIlgpu.Program.Kernels)
        {
            var entry = EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method);
            var compiled = (PTXCompiledKernel)backend.Compile(entry, new KernelSpecialization(LinearScoreIlgpu.Threads, null));
            Assert.Contains(".maxntid 128", compiled.PTXAssembly);
            Assert.DoesNotContain(".extern .func", compiled.PTXAssembly);
            // A kernel's entry is named after its method, not after itself.
            Assert.Contains($"Kernel_{kernel.Method.Name}", compiled.PTXAssembly);
            Assert.NotEqual(name, kernel.Method.Name);
        }
    }

    // Every kernel of a network, those for matrix units among them: ILGPU takes the text, and the instructions are there.
    [Fact]
    public void GeneratedKernelsCompileToPtx()
    {
        using var context = Context.Create(static b => b.CPU().EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null);
        var program = Generated.Networks.Fcn.Integrations.Tests.Ilgpu.Crossing.Ilgpu.Program;
        Assert.NotEmpty(program.Kernels);
        var products = new List<string>();
        foreach (var method in program.Kernels.Values.Select(static k => k.Method).Distinct())
        {
            var entry = EntryPointDescription.FromExplicitlyGroupedKernel(method);
            string text = ((PTXCompiledKernel)backend.Compile(entry, new KernelSpecialization(256, null))).PTXAssembly;
            Assert.DoesNotContain(".extern .func", text);
            if (!text.Contains("mma.sync", StringComparison.Ordinal)) continue;
            products.Add(method.Name);
            Assert.True(text.Contains("ldmatrix", StringComparison.Ordinal) || text.Contains("ld.shared.b32", StringComparison.Ordinal), method.Name);
            Assert.Contains("cp.async", text);
        }
        // Layers share kernels: of each precision a convolution and a weight gradient.
        foreach (string kind in new[] { "conv_", "weight_gradient_" })
            foreach (string precision in new[] { "fp32", "tf32", "bf16" })
                Assert.Contains(products, name => name.StartsWith($"{kind}{precision}_", StringComparison.Ordinal));
    }
}

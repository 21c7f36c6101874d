using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Fcn.Devices.Cuda;
using Fcn.Devices.Ilgpu;
using Fcn.Generator;
using Fcn.Testing;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Tests.Generator;

// Kernels for ILGPU: when they are emitted, that they are a method for every CUDA kernel, and how they read.
public sealed partial class IlgpuOutput : IDisposable
{
    private static readonly Lazy<IReadOnlyList<(string Name, string Text)>> Tiny = new(static () => Compilations.Files(Compilations.WithIlgpu(Sources.Tiny)));

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WithoutTheReferenceThereAreNone() =>
        Assert.DoesNotContain(Compilations.Files(Compilations.Of(Sources.Tiny)), static f => f.Name.Contains("Ilgpu") || f.Text.Contains("Ilgpu.Program"));

    [Fact]
    public void TheReferenceAddsFilesAndChangesOneLineOfTheOthers()
    {
        var without = Compilations.Files(Compilations.Of(Sources.Tiny));
        var with = Tiny.Value.Where(static f => !f.Name.Contains("Ilgpu")).ToList();
        Assert.Equal(without.Select(static f => f.Name), with.Select(static f => f.Name));
        var changed = Assert.Single(without.Zip(with), static pair => pair.First.Text != pair.Second.Text);
        Assert.Equal("User.Tiny.Code.g.cs", changed.First.Name);
        Assert.Equal(changed.First.Text.Replace("Tiny.Cuda.Program, null)", "Tiny.Cuda.Program, global::Fcn.Generated.Networks.User.Tiny.Ilgpu.Program)"), changed.Second.Text);
    }

    [Fact]
    public void AnEditElsewhereCompilesNothing()
    {
        var project = Compilations.WithIlgpu(Sources.Tiny, "public static class Other;");
        var driver = Compilations.Driver().RunGenerators(project);
        driver = driver.RunGenerators(project.ReplaceSyntaxTree(project.SyntaxTrees.Last(), Compilations.Parse("public static class Changed;")));
        var reasons = driver.GetRunResult().Results.Single().TrackedSteps[Steps.Kernels].SelectMany(static s => s.Outputs).Select(static o => o.Reason);
        Assert.All(reasons, static r => Assert.Equal(IncrementalStepRunReason.Cached, r));
    }

    [Fact]
    public void AUsersBuildHasNoWarning() => Assert.Empty(Compilations.Warnings(Compilations.WithIlgpu(Sources.Tiny)));

    // Without a pooling nothing is upsampled: places between coarse cells are all 0.
    [Fact]
    public void ANetworkOfStrideOneHasNoWarning() => Assert.Empty(Compilations.Warnings(Compilations.WithIlgpu("""
        using Fcn;
        namespace User;
        [Fcn(Classes = 3), Conv("conv1", 8, Groups = 1, Dropout = 0.5), Conv("conv2", 12, Kernel = 1, Pad = 0), Score("score_fr"), Upsample(1)]
        public partial class Flat;
        """)));

    // Argument by argument as the schedules give them: a pointer is a view or an address.
    [Fact]
    public void EveryCudaKernelHasItsMethod()
    {
        Compilations.Driver().RunGeneratorsAndUpdateCompilation(Compilations.WithIlgpu(Sources.Tiny), out var complete, out _);
        var assembly = Compilations.Load(complete);
        T Program<T>(string kind) => (T)assembly.GetType($"Fcn.Generated.Networks.User.Tiny.{kind}")!.GetProperty("Program", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        var (cuda, ilgpu) = (Program<CudaProgram>("Cuda"), Program<IlgpuProgram>("Ilgpu"));
        var kernels = cuda.Variants.SelectMany(static v => v.Kernels).DistinctBy(static k => k.Name).ToList();
        Assert.Equal(kernels.Select(static k => k.Name).Order(), ilgpu.Kernels.Keys.Order());
        foreach (var kernel in kernels)
            Assert.Equal(
                Parameter().Matches(Encoding.UTF8.GetString(kernel.Text())).Select(static m => m.Groups["type"].Value),
                ilgpu.Kernels[kernel.Name].Method.GetParameters().Select(static p => p.ParameterType switch
                {
                    { IsGenericType: true } => "u64",
                    var number when number == typeof(long) => "u64",
                    var number when number == typeof(int) => "u32",
                    var number when number == typeof(float) => "f32",
                    var number => number.Name,
                }));
    }

    [Fact]
    public void PublishedNetworksHaveAMethodForEveryKernel()
    {
        var files = Compilations.Files(Compilations.WithIlgpu(Sources.Fcn8s));
        string text = files.Single(static f => f.Name == "User.Fcn8s.Ilgpu.g.cs").Text, cuda = files.Single(static f => f.Name == "User.Fcn8s.Cuda.g.cs").Text;
        var launched = Entry().Matches(cuda).Select(static m => m.Groups["name"].Value).ToHashSet();
        Assert.Equal(launched.Order(), Listed().Matches(text).Select(static m => m.Groups["name"].Value).Order());
        Assert.Contains("public static void conv_plain_64x64(", text);
        Assert.Contains("public static void max_pool_k2_s2_fp32(", text);
    }

    // A method may be called as its layer, but not as what the text calls by simple names.
    [Fact]
    public void ALayerMayBeCalledAsATypeOfIlgpu() => Assert.Empty(Compilations.Warnings(Compilations.WithIlgpu("""
        using Fcn;
        namespace User;
        [Fcn(Classes = 2), Conv("Group", 8), MaxPool("Interop"), Conv("Float4", 8), MaxPool("Grid"), Score("Real"), Upsample(4)]
        public partial class Awkward;
        """)));

    [Theory]
    [InlineData("max_pool_k2_s2_fp32")]
    [InlineData("conv_plain_64x64")]
    [InlineData("conv_bf16_128x32_to_fp32")]
    [InlineData("update")]
    public void Reads(string kernel)
    {
        foreach (var (name, text) in Tiny.Value) File.WriteAllText(_folder[name], text);
        Snapshot.Verify(GeneratedKernels.In(Path.GetDirectoryName(_folder["x"])!, "User.Tiny").Text(kernel, KernelTarget.Ilgpu), "cs", [("kernel", kernel)]);
    }

    [GeneratedRegex(@"\.param \.(?<type>\w+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"new\(""(?<name>\w+)"", \d+, \d+, static")]
    private static partial Regex Entry();

    [GeneratedRegex(@"^        \[""(?<name>\w+)""\] = ", RegexOptions.Multiline)]
    private static partial Regex Listed();
}

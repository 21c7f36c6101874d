using System.Globalization;
using System.Reflection;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Tests.Devices.Cuda;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Fcn.Tests.Generator;

// What a project's properties FcnTargets, FcnPrecisions and FcnModes leave out is not compiled, and whoever asks for it at run time is told the
// property.
public sealed class SelectionTests
{
    private const string Street = """
        using Fcn;
        namespace User;
        [Fcn(Classes = 2), Conv("conv1", 8), MaxPool("pool1"), Score, Upsample(2)]
        public partial class Street;
        """;

    private static readonly InputBatch Batch = new(1, 4, 4, 3, new float[48]);

    [Theory]
    [InlineData("", "Code Cpu CpuKernels Cuda Ilgpu Ptx")]
    [InlineData("FcnTargets=", "Code Cpu CpuKernels Cuda Ilgpu Ptx")]
    [InlineData("FcnTargets=cpu", "Code Cpu CpuKernels")]
    [InlineData("FcnTargets=cuda", "Code Cuda Ptx")]
    [InlineData("FcnTargets=ilgpu", "Code Cuda Ilgpu")]
    [InlineData("FcnTargets= CUDA , cpu,,cpu", "Code Cpu CpuKernels Cuda Ptx")]
    [InlineData("FcnTargets=cuda;ilgpu", "Code Cuda Ilgpu Ptx")]
    public void Targets_are_files(string properties, string expected)
    {
        var files = Files(properties, Compilations.WithIlgpu(Street));
        string[] own = [.. files.Select(static f => f.Name.Split('.')).Where(static n => n[0] == "User").Select(static n => n[^3])];
        Assert.Equal(expected, string.Join(' ', own.Where(static n => n != "Street")));
        foreach (var (file, shared) in new[] { ("Ptx", "Ptx"), ("Ilgpu", "Ilgpu") })
            Assert.Equal(own.Contains(file), files.Any(f => f.Name.StartsWith($"Fcn.Generated.{shared}", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "Fp32 75, Fp32 80, Tf32 80, Bf16 80")]
    [InlineData("FcnPrecisions=fp32", "Fp32 75, Fp32 80")]
    [InlineData("FcnPrecisions=bf16,tf32", "Tf32 80, Bf16 80")]
    public void Precisions_are_variants(string properties, string expected)
    {
        var code = Code(properties);
        Assert.Equal(expected, string.Join(", ", code.Cuda!.Variants.Select(static v => $"{v.Precision} {v.Capability}")));
        Assert.NotNull(code.Cpu);
    }

    [Theory]
    [InlineData("", "Segment Scores Training PrepareTraining", "Segment Scores Training Prepare PrepareTraining Update")]
    [InlineData("FcnModes=inference", "Segment Scores", "Segment Scores Prepare")]
    [InlineData("FcnModes=training", "Training PrepareTraining", "Training Prepare PrepareTraining Update")]
    public void Modes_are_schedules(string properties, string cpu, string gpu)
    {
        var code = Code(properties);
        Assert.Equal(cpu, string.Join(' ', code.Cpu!.Table("Street").Modes));
        Assert.All(code.Cuda!.Variants, v => Assert.Equal(gpu, string.Join(' ', v.Table("Street").Modes)));
    }

    [Theory]
    [InlineData("FcnTargets", "cpu,vulkan", "vulkan", "cpu, cuda, ilgpu")]
    [InlineData("FcnPrecisions", "Int8", "int8", "fp32, tf32, bf16")]
    [InlineData("FcnModes", "inference;serving", "serving", "inference, training")]
    public void An_unknown_word_is_told_once(string property, string value, string word, string known)
    {
        var project = Compilations.Of(Street, Street.Replace("Street", "Yard"));
        var run = Compilations.Driver(properties: $"{property}={value}").RunGenerators(project).GetRunResult();
        var problem = Assert.Single(run.Diagnostics);
        Assert.Equal(("FCN4005", DiagnosticSeverity.Error), (problem.Id, problem.Severity));
        Assert.Equal(
            $"The property {property} of this project has '{word}', which is left out of account. It takes a list of: {known}.",
            problem.GetMessage(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("FcnTargets=cpu")]
    [InlineData("FcnTargets=cuda")]
    [InlineData("FcnTargets=ilgpu")]
    [InlineData("FcnPrecisions=bf16")]
    [InlineData("FcnModes=inference")]
    [InlineData("FcnModes=training")]
    public void A_user_with_a_left_out_part_has_no_warning(string properties)
    {
        var project = Compilations.WithIlgpu(Street);
        Compilations.Driver(properties: properties).RunGeneratorsAndUpdateCompilation(project, out var complete, out _);
        Assert.Empty(complete.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning));
    }

    [Fact]
    public void A_target_that_was_left_out_names_its_property()
    {
        using var card = PtxCard.Open();
        using var cpu = new CpuDevice(1);
        const string Declares = "of the project that declares it.";
        Assert.Equal(
            $"Street was compiled without kernels for CPUs. Add 'cpu' to the property FcnTargets {Declares}",
            Refusal.Of(() => Open("FcnTargets=cuda", cpu)));
        foreach (string properties in new[] { "FcnTargets=cpu", "FcnTargets=ilgpu" })
            Assert.Equal(
                $"Street was compiled without kernels for NVIDIA GPUs. Add 'cuda' to the property FcnTargets {Declares}",
                Refusal.Of(() => Open(properties, card)));
    }

    [Fact]
    public void A_precision_that_was_left_out_names_its_property()
    {
        using var card = PtxCard.Open(CudaPrecision.Bf16);
        Assert.EndsWith(
            "cannot run Street in bf16: it was compiled without kernels of this precision. Add 'bf16' to the property FcnPrecisions of the "
            + "project that declares it. It can in fp32, tf32 (--precision).",
            Refusal.Of(() => Open("FcnPrecisions=fp32,tf32", card)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_mode_that_was_left_out_names_its_property(bool gpu)
    {
        using var card = gpu ? PtxCard.Open() : null;
        using var cpu = new CpuDevice(1);
        Device device = card is null ? cpu : card;
        using (var serving = Open("FcnModes=inference", device))
        {
            serving.Engine.Segment(Batch, new byte[16]);
            Assert.Equal(
                "Street was compiled without its training mode. Add 'training' to the property FcnModes of the project that declares it.",
                Refusal.Of(() => serving.Engine.Backward(Batch, new byte[16], new(1, 0, true))));
        }
        using var training = Open("FcnModes=training", device);
        training.Engine.Backward(Batch, new byte[16], new(1, 0, true));
        training.Engine.Update(new(0.1f, 0.9f, 0, 1));
        const string Inference =
            "Street was compiled without its inference modes. Add 'inference' to the property FcnModes of the project that declares it.";
        Assert.Equal(Inference, Refusal.Of(() => training.Engine.Segment(Batch, new byte[16])));
        Assert.Equal(Inference, Refusal.Of(() => training.Engine.Scores(Batch, new float[32])));
    }

    private static List<(string Name, string Text)> Files(string properties, Compilation project) =>
    [
        .. Compilations.Driver(properties: properties).RunGenerators(project).GetRunResult().Results.Single().GeneratedSources
            .Select(static s => (s.HintName, s.SourceText.ToString())).OrderBy(static s => s.HintName, StringComparer.Ordinal),
    ];

    private static Type Compiled(string properties)
    {
        Compilations.Driver(properties: properties).RunGeneratorsAndUpdateCompilation(Compilations.Of(Street), out var complete, out _);
        return Compilations.Load((CSharpCompilation)complete).GetType("User.Street")!;
    }

    private static NetworkCode Code(string properties) =>
        (NetworkCode)Compiled(properties).GetMethod("Code", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, null)!;

    private static Network Open(string properties, Device device)
    {
        try
        {
            return (Network)Activator.CreateInstance(Compiled(properties), device)!;
        }
        catch (TargetInvocationException thrown)
        {
            throw thrown.InnerException!;
        }
    }
}

using Fcn.Testing;
using Xunit;

namespace Fcn.Tests.Testing;

// Kernels read from generated files, here written by hand; samples/SnapshotTests reads those of a build.
public sealed class GeneratedKernelsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Folder => Path.GetDirectoryName(_folder["file"])!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLayerTableIsTheCommentAtTheHeadOfTheFirstFile() =>
        Assert.Equal("Street: 2 classes from one channel.\n\nlayer  channels\nconv1        16", Street().LayerTable);

    [Fact]
    public void CSharpKernelsStandAtIndentation0WithCommentAndAttributes()
    {
        var street = Street();
        Assert.Equal(["conv1", "pool1"], street.Names(KernelTarget.Cpu));
        Assert.Equal(
            "/// conv1: conv\n[MethodImpl(MethodImplOptions.AggressiveOptimization)]\ninternal static void conv1<V>(void* arguments, int item) where V : struct, IBlock<V>\n"
            + "{ unchecked {\n    if (item > 0)\n    {\n\n        return;\n    }\n} }",
            street.Text("conv1", KernelTarget.Cpu));
        Assert.Equal("internal static void pool1(void* arguments, int item)\n{ unchecked {\n} }", street.Text("pool1", KernelTarget.Cpu));
    }

    [Fact]
    public void PtxKernelsAreRawStringsOfTheNetworkOrOfItsAssembly()
    {
        var street = Street();
        Assert.Equal(["data", "conv1_forward"], street.Names(KernelTarget.Ptx));
        Assert.Equal("// data\n.visible .entry data(\n)\n{\n\tret;\n}", street.Text("data", KernelTarget.Ptx));
        Assert.Equal("// conv1\n.visible .entry conv1_forward(\n)\n{\n}", street.Text("conv1_forward", KernelTarget.Ptx));
    }

    [Fact]
    public void IlgpuKernelsAreMethodsOfTheNetworkOrOfItsAssembly()
    {
        var street = Street();
        Write("Ilgpu.g.cs", Ilgpu);
        File.WriteAllText(_folder["Fcn.Generated.Ilgpu.conv1_forward_bf16_1a2b3c4d.g.cs"], IlgpuTile);
        Assert.Equal(["data", "update", "update_fp32", "conv1_forward_bf16"], street.Names(KernelTarget.Ilgpu));
        Assert.Equal(street.Text("update", KernelTarget.Ilgpu), street.Text("update_fp32", KernelTarget.Ilgpu));
        Assert.Equal(
            "/// Copies the image.\n/// Twice.\npublic static void data(\n    ArrayView<float> x,\n    ArrayView<float> y)\n{ unchecked {\n    y[0] = x[0];\n} }",
            street.Text("data", KernelTarget.Ilgpu));
        Assert.Equal("/// conv1\npublic static void conv1_forward_bf16_1a2b3c4d(ArrayView<float> x)\n{ unchecked {\n} }", street.Text("conv1_forward_bf16", KernelTarget.Ilgpu));
    }

    // What the runtime computes itself has no text here.
    [Fact]
    public void KernelsOfALayerAreThoseThatItsRowsLaunch()
    {
        var street = Street();
        Write("Cpu.g.cs", Table);
        Assert.Equal(["conv1", "pool1"], street.Launched("conv1", KernelTarget.Cpu));
        Assert.Equal(["conv1"], street.Launched("conv1.weight.gradient", KernelTarget.Cpu));
        Assert.Empty(street.Launched("data", KernelTarget.Cpu));
        Assert.Equal(["conv1_forward"], street.Launched("conv1", KernelTarget.Ptx));
        Assert.Equal(
            "Town.Street launches nothing under 'conv2' for Cpu. Did you mean 'conv1'? All 3: data, conv1, conv1.weight.gradient.",
            Fails(() => street.Launched("conv2", KernelTarget.Cpu)));
    }

    [Fact]
    public void AnUnknownKernelIsToldWithTheNearestAndAll() =>
        Assert.Equal(
            "Town.Street has no kernel 'conv1_foward' for Ptx. Did you mean 'conv1_forward'? All 2: data, conv1_forward.",
            Fails(() => Street().Text("conv1_foward", KernelTarget.Ptx)));

    [Fact]
    public void ANetworkWithoutIlgpuSaysWhatToReference() =>
        Assert.Contains("reference the package ILGPU", Fails(() => Street().Names(KernelTarget.Ilgpu)));

    [Fact]
    public void ATargetThatIsNotThereIsTold()
    {
        var street = Street();
        File.Delete(_folder["Town.Street.CpuKernels.g.cs"]);
        Assert.StartsWith("Town.Street was compiled without kernels for Cpu", Fails(() => street.Text("conv1", KernelTarget.Cpu)));
    }

    [Fact]
    public void ASharedFileThatIsGoneIsTold()
    {
        var street = Street();
        File.Delete(_folder[Shared]);
        Assert.Contains("conv1_forward_60322ce9.g.cs is not in", Fails(() => street.Text("data", KernelTarget.Ptx)));
    }

    [Fact]
    public void AFolderOfAnotherBuildIsTold() =>
        Assert.Contains("EmitCompilerGeneratedFiles", Fails(() => GeneratedKernels.In(Folder, "Town.Street")));

    [Fact]
    public void AFolderThatIsGoneIsTold() =>
        Assert.Contains("The folder is gone", Fails(() => GeneratedKernels.In(_folder["obj"], "Town.Street")));

    [Fact]
    public void AnAssemblyThatTellsNoFolderSaysWhatToImport() =>
        Assert.Contains("build/Fcn.Testing.props", Fails(() => GeneratedKernels.Of(typeof(GeneratedKernelsTests))));

    [Fact]
    public void ANetworkWithErrorsHasNoTable()
    {
        Write("g.cs", "// <auto-generated/>\n#nullable enable\n\npublic partial class Street\n{\n}\n");
        Assert.Contains("its declaration has errors", Fails(() => GeneratedKernels.In(Folder, "Town.Street").LayerTable));
    }

    [Fact]
    public void FilesOfNetworksThatDifferInCaseAreToldApart()
    {
        File.WriteAllText(_folder["Town.STREET.g.cs"], "// STREET: 2 classes\n");
        Write("2.g.cs", "// Street: 3 classes\n");
        Assert.Equal("STREET: 2 classes", GeneratedKernels.In(Folder, "Town.STREET").LayerTable);
        Assert.Equal("Street: 3 classes", GeneratedKernels.In(Folder, "Town.Street").LayerTable);
    }

    private const string Shared = "Fcn.Generated.Ptx.conv1_forward_60322ce9.g.cs";

    private const string Ilgpu = """
        internal static class Ilgpu
        {
            /// Copies the image.
            /// Twice.
            public static void data(
                ArrayView<float> x,
                ArrayView<float> y)
            { unchecked {
                y[0] = x[0];
            } }

            /// Not a kernel.
            private static float Half(float x) => x / 2;

            public static void update(ArrayView<float> x)
            { unchecked {
            } }

            /// The method of every kernel.
            public static IlgpuProgram Program { get; } = new(new Dictionary<string, Delegate>
            {
                ["data"] = data,
                ["update"] = update,
                ["update_fp32"] = update,
                ["conv1_forward_bf16"] = global::Fcn.Generated.Ilgpu.conv1_forward_bf16_1a2b3c4d,
            });
        }
        """;

    private const string IlgpuTile = """
        internal static partial class Ilgpu
        {
            /// conv1
            public static void conv1_forward_bf16_1a2b3c4d(ArrayView<float> x)
            { unchecked {
            } }
        }
        """;

    private const string Table = """
            kernel conv1 x y
            mode Segment 1 # launches conv1 pool1
            launch data pad_image N Image image
            launch conv1 conv1 N*H image conv1
            launch conv1 pool1 N*H conv1 conv1
            mode Training 1
            launch conv1 conv1 N*H image conv1
            launch conv1.weight.gradient conv1 1 image Gradients
        """;

    private GeneratedKernels Street()
    {
        Write("g.cs", "// <auto-generated/>\n\n// Street: 2 classes from one channel.\n//\n// layer  channels\n// conv1        16\npublic partial class Street\n");
        Write("CpuKernels.g.cs", """
            internal static unsafe class CpuKernels
            {
                /// conv1: conv
                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                internal static void conv1<V>(void* arguments, int item) where V : struct, IBlock<V>
                { unchecked {
                    if (item > 0)
                    {

                        return;
                    }
                } }

                internal static void pool1(void* arguments, int item)
                { unchecked {
                } }
            }
            """);
        Write("Cuda.g.cs", """
                        new("data", 256, 0, static () => Ptx.data),
                        new("conv1_forward", 256, 8192, static () => global::Fcn.Generated.Ptx.conv1_forward_60322ce9),
                        new("data", 256, 0, static () => Ptx.data),
            mode Segment 1
            launch data data N Image data
            launch conv1 conv1_forward N*H data conv1
            """);
        Write("Ptx.g.cs", "    internal static ReadOnlySpan<byte> data =>\n\"\"\"\n// data\n.visible .entry data(\n)\n{\n\tret;\n}\n\n\"\"\"u8;\n\n}\n");
        File.WriteAllText(_folder[Shared],
            "    internal static ReadOnlySpan<byte> conv1_forward_60322ce9 =>\n\"\"\"\n// conv1\n.visible .entry conv1_forward(\n)\n{\n}\n\"\"\"u8;\n\n}\n");
        return GeneratedKernels.In(Folder, "Town.Street");
    }

    private void Write(string ending, string text) => File.WriteAllText(_folder[$"Town.Street.{ending}"], text);

    private static string Fails(Func<object?> read) => Assert.Throws<FcnException>(read).Message;
}

using Fcn.Generator;
using Fcn.Generator.Emit;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Generator.Targets.Ptx;
using Fcn.Tests.Generator;
using Xunit;

namespace Fcn.Tests.Schedule;

// What layers share: the text of a GPU kernel depends on its tile, its element and what becomes of its sums, never on a layer's channels, window or place.
public sealed class GpuKernelTexts
{
    // Other channels, windows, strides, pads and dilations, in the same tiles.
    private const string Other = """
        using Fcn;
        [Fcn(Classes = 30)]
        [Conv("a", 40), Conv("b", 56, Kernel = 5, Pad = 2), MaxPool("p"), Conv("c", 96, Dilation = 2, Pad = 2), MaxPool("q"), Conv("d", 200, Kernel = 1, Pad = 0)]
        [Score, Upsample(4)]
        public partial class Other;
        """;

    private const string AtOnce = """
        using Fcn;
        [Fcn(Classes = 3)]
        [Conv("a", 40), MaxPool("p"), Conv("b", 56), MaxPool("q"), Conv("c", 96)]
        [Score, Skip("p", Scale = 0.01), Upsample(2)]
        public partial class AtOnce;
        """;

    private static readonly Lazy<IReadOnlyList<PtxKernel>> OfVgg = new(() => Kernels(Sources.Fcn8s));

    [Fact]
    public void A_network_of_other_channels_and_windows_brings_no_contraction_of_its_own()
    {
        var known = Contractions(OfVgg.Value);
        var others = Contractions(Kernels(Other));
        Assert.NotEmpty(others);
        Assert.All(others, kernel => Assert.Equal((kernel.Key, known.GetValueOrDefault(kernel.Key)), (kernel.Key, kernel.Value)));
    }

    [Fact]
    public void Names_say_what_a_kernel_does_and_not_for_whom()
    {
        string[] layers = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "score", "pool1", "pool2", "pool3", "pool4", "pool5"];
        Assert.All(OfVgg.Value, kernel => Assert.DoesNotContain(layers, layer => kernel.Name.Contains(layer, StringComparison.Ordinal)));
        string[] names = ["conv_bf16_128x128", "weight_gradient_tf32_64x128", "pack_weights_bf16", "max_pool_k2_s2_fp32", "weight_gradient_sum", "pixel_table"];
        foreach (string name in names)
            Assert.Contains(OfVgg.Value, kernel => kernel.Name == name);
    }

    // A crop or a scale of scores would each be a tile's text for every machine.
    [Theory]
    [InlineData(Sources.SixConvolutions, "add_at_1_fp32")]
    [InlineData(AtOnce, "scale_0_01_bf16")]
    public void What_usual_endings_have_not_is_a_kernel_behind_the_convolution(string source, string kernel)
    {
        var kernels = Kernels(source);
        Assert.Contains(kernel, kernels.Select(static k => k.Name));
        string[] usual = ["conv_plain", "conv_fp32", "conv_tf32", "conv_bf16", "conv_split_sum"];
        Assert.All(kernels.Where(static k => k.Name.StartsWith("conv_", StringComparison.Ordinal)), k => Assert.Contains(usual, k.Name.StartsWith));
    }

    // Every build of a user's project reads it: six million characters, when layers had texts of their own.
    [Fact]
    public void Text_of_six_convolutions_for_all_targets_is_less_than_a_million_characters() => Assert.InRange(Volume(Sources.SixConvolutions), 1, 950_000);

    [Fact]
    public void Text_of_FCN_8s_is_less_than_a_million_and_a_half() => Assert.InRange(Volume(Sources.Fcn8s), 1, 1_150_000);

    private static long Volume(string source) => Compilations.Files(Compilations.Of(source)).Sum(static f => (long)f.Text.Length);

    private static Dictionary<string, string> Contractions(IReadOnlyList<PtxKernel> kernels) => kernels
        .Where(static k => new[] { "conv_", "weight_gradient_", "pack_" }.Any(k.Name.StartsWith))
        .ToDictionary(static k => k.Name, static k => k.Code);

    private static IReadOnlyList<PtxKernel> Kernels(string source)
    {
        var aligned = CollapseBorder.Run(Compiler.Understand(Compilations.Declare(source), default).Graph!);
        var (plan, inference) = (GpuParameterPlan.Of(aligned), DropDropout.Run(aligned));
        NetworkGraph Fused(NetworkGraph graph) => Fuse.Run(DropDead.Run(graph));
        (string, NetworkGraph)[] graphs =
        [
            (Modes.Segment, Fused(AddArgMax.Run(inference, (Output.Scores)inference.Outputs[0]))),
            (Modes.Scores, Fused(inference)),
            (Modes.Training, Fused(BuildBackward.Run(aligned))),
        ];
        return new PtxKernels([.. GpuMachine.All.Select(machine => GpuVariant.Of(machine, plan, graphs, default))], default).All;
    }
}

using Fcn.Devices;
using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Tests.Generator;
using Fcn.Tests.Golden;
using Microsoft.CodeAnalysis.CSharp;

namespace Fcn.Tests.Ops;

// A network of the golden files, declared as a user declares it, compiled by the generator itself: FCN-8s, layer for layer the published
// one, at widths that train in seconds; small ones with more than one head or input.
internal sealed class GoldenNetwork
{
    /// As ../shared/golden has it.
    public static readonly GoldenNetwork Narrow = new("FcnNarrow", 5, [[8, 8], [12, 12], [16, 16, 16], [24, 24, 24], [24, 24, 24]], 40);

    /// As the repository has it.
    public static readonly GoldenNetwork Tiny = new("FcnTiny", 4, [[3, 3], [4, 4], [5, 5, 5], [6, 6, 6], [7, 7, 7]], 8);

    /// Branches from one map, concatenated and summed where they meet.
    public static readonly GoldenNetwork Branches = new("Branches", 4, """
        [Conv("conv1", 6, Pad = 4), MaxPool("pool1")]
        [Conv("a", 16, Kernel = 1, Pad = 0)]
        [Conv("b", 5, Pad = 0, From = "pool1")]
        [Concat("cat", "a", "b", "pool1"), Conv("c", 16), Sum("sum", "c", "a", Relu = true)]
        [Score, Upsample(2)]
        """);

    /// Batch normalisation before a pooling, of settings of its own, and without a ReLU.
    public static readonly GoldenNetwork Normed = new("Normed", 4, """
        [Conv("conv1", 12, Pad = 4, Bias = false, Relu = false), BatchNorm("bn1"), MaxPool("pool1")]
        [Conv("conv2", 18, Pad = 0, Bias = false, Relu = false), BatchNorm("bn2", Momentum = 0.3, Eps = 1e-3)]
        [Conv("conv3", 9, Bias = false, Relu = false), BatchNorm("bn3", Relu = false)]
        [Score, Upsample(2)]
        """);

    /// As two_heads.safetensors has it: the second head has a skip, classes and a loss weight of its own.
    public static readonly GoldenNetwork TwoHeads = new("TwoHeads", 3, """
        [Conv("conv1", 6, Pad = 3), MaxPool("pool1"), Conv("conv2", 9), MaxPool("pool2")]
        [Score, Upsample(4)]
        [Score("parts", Classes = 5, LossWeight = 0.4), Skip("pool1", Upsample = 2), Upsample(2)]
        """);

    /// As two_inputs.safetensors has it.
    public static readonly GoldenNetwork TwoInputs = new("TwoInputs", 5, """
        [Input, Input("depth", Channels = 1, Mean = new float[0])]
        [Conv("conv1", 6), Conv("conv_d", 6, From = "depth"), Sum("both", "conv1", "conv_d"), MaxPool("pool1")]
        [Conv("conv2", 8, Pad = 3), Score, Upsample(2)]
        """);

    private readonly Lazy<Type> _type;

    private GoldenNetwork(string name, int classes, int[][] widths, int fc) : this(name, classes, Fcn8s(widths, fc)) { }

    public GoldenNetwork(string name, int classes, string layers)
    {
        Source = $"""
            using Fcn;
            namespace Golden;

            [Fcn(Classes = {classes})]
            {layers}
            public partial class {name};
            """;
        _type = new(() =>
        {
            var project = Compilations.Of(Source);
            Compilations.Driver().RunGeneratorsAndUpdateCompilation(project, out var complete, out _);
            return Compilations.Load((CSharpCompilation)complete).GetType($"Golden.{name}")!;
        });
    }

    /// Those whose numbers are in the repository, by the names of their files.
    public static IReadOnlyDictionary<string, GoldenNetwork> Own { get; } =
        new Dictionary<string, GoldenNetwork> { ["fcn8s_tiny"] = Tiny, ["branches"] = Branches, ["normed"] = Normed };

    public string Source { get; }

    /// The network as a graph, its skips aligned.
    public NetworkGraph Graph => Compiler.Understand(Compilations.Declare(Source), default).Graph!;

    private static string Fcn8s(int[][] widths, int fc)
    {
        var stream = widths.Select((block, i) => string.Concat(block.Select((width, j) =>
            $"Conv(\"conv{i + 1}_{j + 1}\", {width}{(i + j == 0 ? ", Pad = 100" : "")}), ")) + $"MaxPool(\"pool{i + 1}\")");
        return $"""
            {string.Join("\n", stream.Select(s => $"[{s}]"))}
            [Conv("fc6", {fc}, Kernel = 7, Pad = 0), Conv("fc7", {fc}, Kernel = 1, Pad = 0)]
            [Score, Skip("pool4", Upsample = 2), Skip("pool3", Upsample = 2), Upsample(8)]
            """;
    }

    public Network Open(Device device) => (Network)Activator.CreateInstance(_type.Value, device)!;

    /// The network with the golden weights.
    public Network Open(GoldenFile file, Device device)
    {
        var network = Open(device);
        foreach (var parameter in network.Description.Parameters)
        {
            float[] values = Array.ConvertAll(file[$"weights.{parameter.Name}"], v => (float)v);
            network.SetParameter(parameter.Name, new Tensor(parameter.Shape, values));
        }
        return network;
    }
}

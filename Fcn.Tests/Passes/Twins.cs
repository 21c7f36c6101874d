using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Passes;
using Fcn.Tests.Generator;
using Fcn.Tests.Ops;

namespace Fcn.Tests.Passes;

// A network as it is declared, as the pass leaves it, and with one row more collapsed than the pass allows; the same random weights, images
// and labels for all. Narrow: two to eight channels, so that hundreds of sizes can be run.
internal sealed class Twins
{
    private const string Trunk = """
        [Conv("conv1_1", 3, Pad = 100), Conv("conv1_2", 3), MaxPool("pool1"), Conv("conv2_1", 3), Conv("conv2_2", 4), MaxPool("pool2")]
        [Conv("conv3_1", 4), Conv("conv3_2", 4), Conv("conv3_3", 4), MaxPool("pool3"), Conv("conv4_1", 4), Conv("conv4_2", 4), Conv("conv4_3", 4), MaxPool("pool4")]
        [Conv("conv5_1", 4), Conv("conv5_2", 4), Conv("conv5_3", 4), MaxPool("pool5"), Conv("fc6", 4, Kernel = 7, Pad = 0), Conv("fc7", 4, Kernel = 1, Pad = 0)]
        """;

    /// FCN-8s, layer for layer.
    public static readonly Twins Vgg = new("Vgg", $"{Trunk} [Score, Skip(\"pool4\"), Skip(\"pool3\"), Upsample(8)]");

    /// Convolutional AlexNet: kernel 11 with stride 4, pooling 3x3 with stride 2, groups.
    public static readonly Twins AlexNet = new("AlexNet", """
        [Conv("conv1", 4, Kernel = 11, Stride = 4, Pad = 100), MaxPool("pool1", Kernel = 3), Conv("conv2", 6, Kernel = 5, Pad = 2, Groups = 2), MaxPool("pool2", Kernel = 3)]
        [Conv("conv3", 6), Conv("conv4", 6), Conv("conv5", 6, Groups = 2), MaxPool("pool5", Kernel = 3), Conv("fc6", 8, Kernel = 6, Pad = 0)]
        [Score, Upsample(32, Kernel = 63)]
        """);

    /// Kernel 5 with stride 2 in front, dilation, padded pooling of clipped windows on either side.
    public static readonly Twins Strided = new("Strided", """
        [Conv("conv1", 8, Kernel = 5, Stride = 2, Pad = 60), Conv("conv2", 2, Kernel = 5, Dilation = 2, Pad = 0), MaxPool("pool1", Kernel = 3, Pad = 1)]
        [Conv("conv3", 6), Conv("conv4", 8, Kernel = 7, Pad = 0)]
        [Score, Upsample(4, Kernel = 7)]
        """);

    /// The convolution in front alone makes the map coarser; ReLU and score ride on it.
    public static readonly Twins Patches = new("Patches", """
        [Conv("conv1", 5, Kernel = 15, Stride = 3, Pad = 100), Conv("conv2", 3, Kernel = 5, Pad = 0)]
        [Score, Upsample(3, Kernel = 5)]
        """);

    public static readonly IReadOnlyList<Twins> All = [Vgg, AlexNet, Strided, Patches];

    private Twins(string name, string layers)
    {
        Name = name;
        Declared = Compiler.Understand(Compilations.Declare($"using Fcn; namespace Golden; [Fcn(Classes = 3)] {layers} public partial class {name};"), default).Graph!;
        Collapsed = CollapseBorder.Run(Declared);
        if (Collapsed == Declared) throw new InvalidOperationException($"Nothing is collapsed in {name}.");
        TooFar = Further(Collapsed);
    }

    public string Name { get; }

    public NetworkGraph Declared { get; }

    public NetworkGraph Collapsed { get; }

    public NetworkGraph TooFar { get; }

    public Node Repeated => Collapsed.Nodes.Single(static n => n.Op is Repeat);

    public Repeat Repeat => (Repeat)Repeated.Op;

    public int Pad => ((Conv)Collapsed.Nodes.First(static n => n.Op is Conv).Op).Pad;

    public int Stride => (int)Coordinates.Stride(Repeated).Numerator;

    /// The map that is made whole again, or was whole, is "y", scores are "scores", loss and gradients "training".
    public OpGraph At(NetworkGraph graph, int height, int width, bool training = false)
    {
        var random = new Random(height * 1000 + width);
        string name = Name + (graph == Declared ? "Declared" : graph == Collapsed ? "Collapsed" : "TooFar");
        double[] pixels = Normal(random, 3 * height * width, 1);
        byte[] labels = [.. Enumerable.Range(0, height * width).Select(_ => (byte)random.Next(3))];
        var op = OpGraph.Of(name, graph, Weights, 1, height, width, pixels, labels);
        _ = op.Plan; // of all parameters, also those that the map does not need
        var (scores, gradients) = (op.Graphs["y"], op.Graphs["training"]);
        op.Graphs.Clear();
        op.Graphs["y"] = Map(graph);
        if (graph != TooFar) op.Graphs["scores"] = scores;
        if (training) op.Graphs["training"] = gradients;
        return op;
    }

    // Behind a crop by nothing, so that the same kernels yield the map that leaves and the map that is repeated.
    private NetworkGraph Map(NetworkGraph graph)
    {
        var map = graph[graph == Declared ? Repeated.Inputs[0].Name : Repeated.Name];
        var leaves = new Node("leaves", new Crop(0, map.Map.Size), [map], map.Map);
        return Fuse.Run(DropDead.Run(new([.. graph.Nodes, leaves], [new Output.Scores(leaves, OpGraph.Only)])));
    }

    // One row more on either side, and as much less padding.
    private NetworkGraph Further(NetworkGraph graph)
    {
        string first = graph.Nodes.First(static n => n.Op is Conv).Name;
        var (repeat, pad, stride) = (Repeat, Pad, Stride);
        return graph.Map((node, _) => node.Name == first ? With(node, (Conv)node.Op with { Pad = pad - stride })
            : node.Op is Repeat ? With(node, repeat with { Count = repeat.Count + 1 })
            : node);

        static Node With(Node node, Op op) => new(node.Name, op, node.Inputs, op.Infer(node.Inputs));
    }

    // He's deviation, biases large enough to tell a row of padding from a border.
    private double[] Weights(string name)
    {
        var shape = (Fcn.Generator.Graph.WeightShape)Declared[name].Shape;
        bool bias = Declared[name].Op is Parameter { Bias: true };
        var random = new Random(name.Sum(static c => c) * 31 + name.Length);
        return Normal(random, shape.Out * shape.In * shape.Kernel * shape.Kernel, bias ? 0.3 : Math.Sqrt(2.0 / (shape.In * shape.Kernel * shape.Kernel)));
    }

    private static double[] Normal(Random random, int count, double deviation)
    {
        double Next() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return [.. Enumerable.Range(0, count).Select(_ => deviation * Next())];
    }
}

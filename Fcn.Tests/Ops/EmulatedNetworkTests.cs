using Fcn.Generator;
using Fcn.Generator.Graph;
using Fcn.Generator.Ops;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Generator;
using Fcn.Tests.Golden;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Ops;

// Whole networks as a target's code on every GPU machine: a small one with everything that a network can have against the interpreter, FCN-8s
// against PyTorch.
public abstract class EmulatedNetworkTests
{
    // Borders, strides, dilation, groups, windows that overlap, dropout, a scaled skip, a learned deconvolution.
    private const string Small = """
        using Fcn;
        [Fcn(Classes = 5)]
        [Conv("conv1", 9, Pad = 12), Conv("conv1b", 12, Groups = 3, Relu = false), MaxPool("pool1")]
        [Conv("conv2", 20, Dilation = 2, Pad = 2), MaxPool("pool2", Kernel = 3)]
        [Conv("conv3", 24, Kernel = 2, Pad = 0, Dropout = 0.4)]
        [Score, Skip("pool1", Upsample = 2, Kernel = 3, Learned = true, Scale = 0.5), Upsample(2)]
        public partial class Small;
        """;

    private readonly ITestOutputHelper _output;
    private readonly IKernelTarget _target;

    private protected EmulatedNetworkTests(ITestOutputHelper output, IKernelTarget target) => (_output, _target) = (output, target);

    private static readonly OpGraph SmallGraph = SmallNetwork();
    private static readonly IReadOnlyDictionary<string, Lazy<Outcome>> Interpreted = SmallGraph.Graphs.Keys.ToDictionary(
        static g => g, static g => new Lazy<Outcome>(() => new InterpretedSchedule(SmallGraph, g, InterpretedSchedule.Scalar).Run()));

    // Tolerances: the formats round factors by up to 2^-12 (TF32) or 2^-9 (bfloat16), some ten roundings follow each other; gradients meet values near 0
    // and near maxima that rounding sends the other way.
    [Theory]
    [InlineData("plain", 1e-6, 2e-6, 0)]
    [InlineData("fp32", 1e-6, 2e-6, 0)]
    [InlineData("tf32", 2e-3, 2e-3, 1)]
    [InlineData("bf16", 1e-2, 1e-1, 8)]
    public void Small_network(string name, double scores, double gradients, int labels)
    {
        using var emulated = new EmulatedSchedule(SmallGraph, GpuMachine.All.Single(m => m.Name == name), _target).Packed();
        Within(scores, emulated.Run("y").Map, Interpreted["y"].Value.Map, "scores");
        int differ = emulated.Run("labels").Map.Zip(Interpreted["labels"].Value.Map, static (a, b) => a == b ? 0 : 1).Sum();
        Assert.True(differ <= labels, $"{differ} labels differ");
        var (trained, expected) = (emulated.Run("training"), Interpreted["training"].Value);
        Within(scores, [trained.Loss], [expected.Loss], "loss");
        Assert.Equal(expected.Gradients.Keys.Order(), trained.Gradients.Keys.Order());
        foreach (var (parameter, gradient) in trained.Gradients) Within(gradients, gradient, expected.Gradients[parameter], parameter);
    }

    // What the compiler calls buffers, sizes and fields of its own: the numbers are those of other names, bit for bit.
    [Theory]
    [InlineData("plain")]
    [InlineData("bf16")]
    public void Names_of_layers_change_no_number(string name)
    {
        string[] plain = ["conv1b", "conv1", "pool1", "conv2", "pool2", "conv3"];
        string[] awkward = ["pool2_index", "Image", "H", "H_pixels", "score_fr_weight_packed", "loss_partial"];
        string source = plain.Zip(awkward).Aggregate(
            Small, static (text, pair) => text.Replace($"\"{pair.First}\"", $"\"{pair.Second}\""));
        var machine = GpuMachine.All.Single(m => m.Name == name);
        using EmulatedSchedule named = new EmulatedSchedule(SmallNetwork(source), machine, _target).Packed(),
            other = new EmulatedSchedule(SmallGraph, machine, _target).Packed();
        foreach (string graph in SmallGraph.Graphs.Keys)
        {
            var (actual, expected) = (named.Run(graph), other.Run(graph));
            Assert.Equal(expected.Map, actual.Map);
            Assert.Equal(expected.Loss, actual.Loss);
            Assert.Equal(expected.Gradients.Values.Select(Total).Order(), actual.Gradients.Values.Select(Total).Order());
        }

        static double Total(double[] gradient) => gradient.Select(static (v, i) => v * (i + 1)).Sum();
    }

    [Fact]
    public void A_step_of_the_solver_reaches_the_packed_weights()
    {
        var graph = SmallNetwork();
        using var network = new EmulatedSchedule(graph, GpuMachine.Fp32, _target).Packed();
        network.Run("training");
        network.Update(1e-3f, 0.9f, 5e-4f, 1, static p => p.EndsWith(".bias", StringComparison.Ordinal) ? (2, 0) : (1, 1));
        foreach (string parameter in graph.Parameters.ToList())
            graph.With(parameter, Array.ConvertAll(network.Values(parameter), static v => (double)v));
        double[] after = network.Packed().Run("y").Map;
        Within(1e-6, after, new InterpretedSchedule(graph, "y", InterpretedSchedule.Scalar).Run().Map, "scores after a step");
        Assert.True(Close.Distance(after, Interpreted["y"].Value.Map) > 0.01);
    }

    [Fact]
    public void Fcn8s_in_fp32()
    {
        var file = GoldenFile.Own("fcn8s_tiny.safetensors");
        using var network = Open(GoldenNetwork.Tiny, file, "21x27", GpuMachine.Fp32);
        var trained = network.Run("training");
        Within(1e-5, [trained.Loss], file["loss.00"], "loss");
        Assert.Equal(file.Names.Count(static n => n.StartsWith("gradient.", StringComparison.Ordinal)), trained.Gradients.Count);
        foreach (var (parameter, gradient) in trained.Gradients) Within(1e-5, gradient, file[$"gradient.{parameter}"], parameter);
    }

    // Branches that are concatenated and summed, and batch normalisation: gradients and state of the first step, the losses of ten, and the scores of the
    // weights they began with. Formats round as above; a loss follows all steps before it.
    [Theory]
    [InlineData("branches", "plain", 1e-5, 1e-5, 1e-4)]
    [InlineData("branches", "fp32", 1e-5, 1e-5, 1e-4)]
    [InlineData("branches", "tf32", 2e-3, 5e-3, 1e-2)]
    [InlineData("branches", "bf16", 2e-2, 1e-1, 5e-2)]
    [InlineData("normed", "plain", 1e-5, 1e-4, 1e-3)]
    [InlineData("normed", "fp32", 1e-5, 1e-4, 1e-3)]
    [InlineData("normed", "tf32", 2e-3, 5e-3, 1e-2)]
    [InlineData("normed", "bf16", 2e-2, 1e-1, 5e-2)]
    public void Ten_steps(string network, string machine, double scores, double gradients, double losses)
    {
        var (golden, file) = (GoldenNetwork.Own[network], GoldenFile.Own($"{network}.safetensors"));
        string size = file.Settings["train"];
        using var emulated = Open(golden, file, size, GpuMachine.All.Single(m => m.Name == machine));
        Within(scores, emulated.Run("y").Map, file[$"{size}.logits"], "scores");
        var parameters = golden.Graph.Nodes.Where(static n => n.Op is Parameter).ToDictionary(static n => n.Name, static n => (Parameter)n.Op);
        float rate = network == "branches" ? 2e-5f : 1e-4f;
        for (int step = 0; step < 10; step++)
        {
            var trained = emulated.Packed().Run("training");
            Within(losses, [trained.Loss], file[$"loss.{step:00}"], $"loss of step {step}");
            if (step == 0)
            {
                Assert.Equal(parameters.Where(static p => !p.Value.IsState).Select(static p => p.Key).Order(), trained.Gradients.Keys.Order());
                foreach (var (parameter, gradient) in trained.Gradients) Within(gradients, gradient, file[$"gradient.{parameter}"], parameter);
                foreach (string state in parameters.Where(static p => p.Value.IsState).Select(static p => p.Key))
                    Within(scores, Array.ConvertAll(emulated.Values(state), static v => (double)v), file[$"after1.{state}"], state);
            }
            emulated.Update(rate, 0.9f, 5e-4f, 1, p => ((float)parameters[p].Rate, (float)parameters[p].Decay));
        }
    }

    // Before fc6, whose few pixels are rectified, all gradients change with one that rounding sends across 0: there they have to point the same way.
    [Fact]
    public void Fcn8s_in_bf16()
    {
        var file = GoldenFile.Own("fcn8s_tiny.safetensors");
        using var network = Open(GoldenNetwork.Tiny, file, "21x27", GpuMachine.Bf16);
        var trained = network.Run("training");
        Within(1e-2, [trained.Loss], file["loss.00"], "loss");
        foreach (var (parameter, gradient) in trained.Gradients)
        {
            bool head = parameter.StartsWith("score", StringComparison.Ordinal) || parameter.StartsWith("fc7", StringComparison.Ordinal);
            Within(head ? 2e-2 : 0.8, gradient, file[$"gradient.{parameter}"], parameter);
        }
    }

    [Theory]
    [InlineData("plain", 1e-5)]
    [InlineData("tf32", 2e-3)]
    [InlineData("bf16", 2e-2)]
    public void Shared_fcn8s(string name, double scores)
    {
        if (Narrow() is not { } file) return;
        string size = file.Names.Where(static n => n.EndsWith(".image", StringComparison.Ordinal)).MinBy(n => file[n].Length)![..^".image".Length];
        using var network = Open(GoldenNetwork.Narrow, file, size, GpuMachine.All.Single(m => m.Name == name), training: false);
        Within(scores, network.Run("y").Map, file[$"{size}.logits"], $"scores at {size}");
    }

    private protected GoldenFile? Narrow()
    {
        var file = GoldenFile.Shared("fcn8s_narrow.safetensors");
        if (file is null) _output.WriteLine("Not run: ../shared/golden is absent; the repository's own network stands for it.");
        return file;
    }

    private protected void Within(double tolerance, IReadOnlyList<double> actual, IReadOnlyList<double> expected, string what)
    {
        _output.WriteLine(FormattableString.Invariant($"{what}: {Close.Distance(actual, expected):g3}"));
        Close.Within(tolerance, actual, expected, what);
    }

    private static OpGraph SmallNetwork(string source = Small)
    {
        const int images = 2, height = 13, width = 10;
        var front = Compiler.Understand(Compilations.Declare(source), default);
        Assert.True(front.Problems.Count == 0, string.Join(" ", front.Problems.SelectMany(p => p.Arguments.Prepend(p.Id.ToString()))));
        var aligned = CollapseBorder.Run(front.Graph!);
        var random = new Random(5);
        double[] Normal(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) * scale)];
        var shapes = aligned.Nodes.Where(n => n.Op is Parameter).ToDictionary(n => n.Name, n => (WeightShape)n.Shape);
        var labels = new byte[images * height * width];
        for (int i = 0; i < labels.Length; i++) labels[i] = i % 7 == 0 ? (byte)255 : (byte)random.Next(5);
        return OpGraph.Of("small", aligned, name =>
        {
            var shape = shapes[name];
            int inputs = shape.In * shape.Kernel * shape.Kernel;
            return Normal(shape.Out * inputs, Math.Sqrt(2.0 / inputs));
        }, images, height, width, Normal(images * 3 * height * width, 1), labels);
    }

    private protected EmulatedSchedule Open(GoldenNetwork golden, GoldenFile file, string size, GpuMachine machine, bool training = true)
    {
        int[] shape = file.Shape($"{size}.image");
        var network = OpGraph.Of(
            "network", CollapseBorder.Run(golden.Graph), name => file[$"weights.{name}"], shape[0], shape[2], shape[3],
            file[$"{size}.image"], Array.ConvertAll(file[$"{size}.label"], v => (byte)v));
        network.Graphs.Remove("labels");
        if (!training) network.Graphs.Remove("training");
        return new EmulatedSchedule(network, machine, _target).Packed();
    }
}

public sealed class PtxNetworkTests(ITestOutputHelper output) : EmulatedNetworkTests(output, EmulatedPtx.Target);

public sealed class IlgpuNetworkTests(ITestOutputHelper output) : EmulatedNetworkTests(output, Compiled)
{
    // Kept from test to test: several run the same network.
    private static readonly EmulatedIlgpu Compiled = new();

    // The emulated card does the same for PTX: GoldenNetworkTests.
    [Fact]
    public void Shared_fcn8s_trains()
    {
        if (Narrow() is not { } file) return;
        using var network = Open(GoldenNetwork.Narrow, file, "45x61", GpuMachine.Plain);
        var trained = network.Run("training");
        Within(1e-5, [trained.Loss], file["loss.00"], "loss");
        Assert.Equal(file.Names.Count(static n => n.StartsWith("gradient.", StringComparison.Ordinal)), trained.Gradients.Count);
        foreach (var (parameter, gradient) in trained.Gradients) Within(1e-3, gradient, file[$"gradient.{parameter}"], parameter);
        network.Update(1e-7f, 0.9f, 5e-4f, 1, static p => p.EndsWith(".bias", StringComparison.Ordinal) ? (2, 0) : (1, 1));
        Within(1e-4, [network.Packed().Run("training").Loss], file["loss.01"], "loss after an update");
    }
}

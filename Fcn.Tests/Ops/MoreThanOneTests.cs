using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Generator.Passes;
using Fcn.Generator.Schedule;
using Fcn.Generator.Schedule.Gpu;
using Fcn.Tests.Devices.Cuda;
using Fcn.Tests.Golden;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Ops;

// Networks of two heads and of two inputs against PyTorch on every target: each head's scores, the gradients of the weighted sum of the
// losses, and ten steps of Caffe's SGD. The CPU and the emulated card run the generated program through the engine; the interpreter and
// ILGPU's stand-in run its schedules.
public sealed class MoreThanOneTests(ITestOutputHelper output)
{
    private const float Rate = 1e-4f, Momentum = 0.9f, Decay = 5e-4f;
    private const int Steps = 10;

    private static readonly EmulatedIlgpu Ilgpu = new();

    private static readonly Dictionary<string, (GoldenNetwork Network, string[] Inputs, string[] Heads)> Networks = new()
    {
        ["two_heads"] = (GoldenNetwork.TwoHeads, ["data"], ["score_fr", "parts"]),
        ["two_inputs"] = (GoldenNetwork.TwoInputs, ["data", "depth"], ["score_fr"]),
    };

    [Theory]
    [InlineData("two_heads", SimdLevel.Portable)]
    [InlineData("two_heads", SimdLevel.Avx2)]
    [InlineData("two_heads", SimdLevel.Avx512)]
    [InlineData("two_inputs", SimdLevel.Portable)]
    [InlineData("two_inputs", SimdLevel.Avx2)]
    [InlineData("two_inputs", SimdLevel.Avx512)]
    public void On_the_cpu(string name, SimdLevel level)
    {
        if (!CpuDevice.Supports(level))
        {
            output.WriteLine($"Not run: this processor lacks {level}.");
            return;
        }
        using var device = new CpuDevice(2, level) { Poison = true };
        Check(name, device);
    }

    // Plain kernels are those of sm_75.
    [Theory]
    [InlineData("two_heads", 75)]
    [InlineData("two_heads", 90)]
    [InlineData("two_inputs", 75)]
    [InlineData("two_inputs", 90)]
    public void On_an_emulated_card(string name, int capability)
    {
        using var device = PtxCard.Open(CudaPrecision.Fp32, capability);
        Check(name, device);
    }

    [Theory]
    [InlineData("two_heads")]
    [InlineData("two_inputs")]
    public void Interpreted(string name)
    {
        var (file, op) = Graphs(name);
        foreach (string head in Networks[name].Heads)
            Close.Within(1e-4, new InterpretedSchedule(op, Of("y", name, head), InterpretedSchedule.Scalar).Run().Map, file[$"logits.{head}"], $"scores of {head}");
        var velocity = new Dictionary<string, double[]>();
        for (int step = 0; step < Steps; step++)
        {
            var trained = new InterpretedSchedule(op, "training", Machine.Avx512).Run();
            Compare(file, name, step, trained);
            foreach (var (parameter, gradient) in trained.Gradients)
            {
                var (rate, decay) = Multipliers(parameter);
                double[] values = op.Values(parameter), before = velocity.GetValueOrDefault(parameter, new double[values.Length]);
                double[] change = [.. values.Select((v, i) => Momentum * before[i] + rate * Rate * (gradient[i] + decay * Decay * v))];
                velocity[parameter] = change;
                op.With(parameter, [.. values.Zip(change, static (v, c) => v - c)]);
            }
        }
        foreach (string parameter in op.Parameters) Close.Within(1e-3, op.Values(parameter), file[$"after10.{parameter}"], parameter);
    }

    [Theory]
    [InlineData("two_heads", "plain")]
    [InlineData("two_inputs", "fp32")]
    public void As_ilgpu_kernels(string name, string machine)
    {
        var (file, op) = Graphs(name);
        using var run = new EmulatedSchedule(op, GpuMachine.All.Single(m => m.Name == machine), Ilgpu).Packed();
        foreach (string head in Networks[name].Heads) Close.Within(1e-4, run.Run(Of("y", name, head)).Map, file[$"logits.{head}"], $"scores of {head}");
        for (int step = 0; step < Steps; step++)
        {
            Compare(file, name, step, run.Run("training"));
            run.Update(Rate, Momentum, Decay, 1, Multipliers);
            run.Packed();
        }
        foreach (string parameter in op.Parameters)
            Close.Within(1e-3, Array.ConvertAll(run.Values(parameter), static v => (double)v), file[$"after10.{parameter}"], parameter);
    }

    // What only another head needs is in no launch: not its layers, not its inputs.
    [Fact]
    public void A_head_computes_nothing_of_the_other()
    {
        var (_, op) = Graphs("two_heads");
        foreach (string machine in new[] { "plain", "bf16" })
        {
            var preparation = new Preparation();
            string[] Launched(string graph) => [.. new GpuPlanner(op.Graphs[graph], op.GpuPlan, GpuMachine.All.Single(m => m.Name == machine), preparation)
                .Plan(graph).Launches.Select(static l => l.Label)];
            Assert.Contains("score_fr", Launched("labels"));
            Assert.DoesNotContain(Launched("labels"), static l => l.StartsWith("parts", StringComparison.Ordinal));
            Assert.Contains("parts", Launched("labels.parts"));
            Assert.DoesNotContain("score_fr", Launched("labels.parts"));
        }
    }

    [Fact]
    public void A_head_without_labels_adds_nothing()
    {
        var (file, (network, _, _)) = (GoldenFile.Own("two_heads.safetensors"), Networks["two_heads"]);
        using var device = new CpuDevice(2);
        using var compiled = network.Open(file, device);
        var input = Batch(file, "two_heads");
        byte[] labels = Labels(file, "two_heads");
        labels.AsSpan(labels.Length / 2).Fill(LabelMap.Ignore);
        var losses = new double[2];
        double total = compiled.Engine.Backward(input, labels, new BackwardStep(1, 0, First: true), losses);
        Assert.True(total > 0);
        Assert.Equal([total, 0], losses);
        var gradient = new float[file["gradient.parts.weight"].Length];
        compiled.Engine.Read(ParameterStore.Gradients, compiled.Description.Parameters.ToList().FindIndex(static p => p.Name == "parts.weight"), gradient);
        Assert.All(gradient, static g => Assert.Equal(0, g));
    }

    [Fact]
    public void What_is_asked_for_and_is_not_there_is_named()
    {
        using var device = new CpuDevice(1);
        using Network heads = GoldenNetwork.TwoHeads.Open(GoldenFile.Own("two_heads.safetensors"), device);
        using Network inputs = GoldenNetwork.TwoInputs.Open(GoldenFile.Own("two_inputs.safetensors"), device);
        Image colour = new(9, 8, new byte[9 * 8 * 3]), depth = new(9, 8, new byte[9 * 8], channels: 1), small = new(5, 8, new byte[5 * 8], channels: 1);
        Dictionary<string, Image> both = new() { ["data"] = colour, ["depth"] = depth };

        Assert.Equal((9, 8), (heads.Segment(colour, "parts").Width, inputs.Segment(both).Height));
        Assert.Equal([1, 5, 8, 9], heads.Scores(colour, "parts").Shape);
        Assert.Equal("TwoHeads has no head 'part'. It has: score_fr, parts.", Refusal.Of(() => heads.Segment(colour, "part")));
        Assert.Equal("TwoInputs reads 2 inputs (data, depth): give it an image for each, by name.", Refusal.Of(() => inputs.Segment(colour)));
        Assert.Equal(
            "TwoInputs reads the input 'depth', for which there is no image. It has: data, depth.",
            Refusal.Of(() => inputs.Segment(new Dictionary<string, Image> { ["data"] = colour })));
        Assert.Equal(
            "TwoInputs has no input 'infrared'. It has: data, depth.", Refusal.Of(() => inputs.Segment(new Dictionary<string, Image>(both) { ["infrared"] = depth })));
        Assert.Equal(
            "All inputs of TwoInputs have one size: 'data' is 9x8, 'depth' is 5x8. Resize one of them.",
            Refusal.Of(() => inputs.Scores(new Dictionary<string, Image> { ["data"] = colour, ["depth"] = small })));
        Assert.StartsWith(
            "Input 'depth': The network reads 1 channel but the image has 3 channels.",
            Refusal.Of(() => inputs.Segment(new Dictionary<string, Image> { ["data"] = colour, ["depth"] = colour })));
        Assert.Equal(
            "TwoInputs reads 2 inputs (data, depth); the batch has 1.", Refusal.Of(() => inputs.Engine.Segment(new InputBatch(1, 2, 2, 3, new float[12]), new byte[4])));
        byte[] labels = new byte[8];
        labels[6] = 5;
        Assert.Equal(
            "Label 5 at row 1, column 0 of image 1 for 'parts' is neither a class (0 to 4) nor 255 (ignored).",
            Refusal.Of(() => heads.Engine.Backward(new InputBatch(1, 2, 2, 3, new float[12]), labels, default)));
    }

    private static void Check(string name, Device device)
    {
        var (file, (golden, _, heads)) = (GoldenFile.Own($"{name}.safetensors"), Networks[name]);
        using var network = golden.Open(file, device);
        var input = Batch(file, name);
        Assert.Equal(heads, network.Description.Heads.Select(static h => h.Name));
        for (int head = 0; head < heads.Length; head++)
        {
            double[] logits = file[$"logits.{heads[head]}"];
            var scores = new float[logits.Length];
            network.Engine.Scores(input, scores, head);
            Close.Within(1e-4, Array.ConvertAll(scores, static s => (double)s), logits, $"scores of {heads[head]}");
            var labels = new byte[input.Images * input.Height * input.Width];
            network.Engine.Segment(input, labels, head);
            Assert.Equal(Best(scores, network.Description.Heads[head].Classes, input), labels);
        }
        byte[] truth = Labels(file, name);
        var losses = new double[heads.Length];
        for (int step = 0; step < Steps; step++)
        {
            double total = network.Engine.Backward(input, truth, new BackwardStep(1, 0, First: true), losses);
            var gradients = network.Description.Parameters.ToDictionary(static p => p.Name, p => Read(ParameterStore.Gradients, p.Name));
            Compare(file, name, step, new Outcome([], gradients, total) { Losses = losses });
            network.Engine.Update(new SolverStep(Rate, Momentum, Decay, 1));
        }
        foreach (var parameter in network.Description.Parameters)
            Close.Within(1e-3, Read(ParameterStore.Values, parameter.Name), file[$"after10.{parameter.Name}"], parameter.Name);

        double[] Read(ParameterStore store, string parameter)
        {
            int index = network.Description.Parameters.ToList().FindIndex(p => p.Name == parameter);
            var values = new float[Tensor.Count(network.Description.Parameters[index].Shape)];
            network.Engine.Read(store, index, values);
            return Array.ConvertAll(values, static v => (double)v);
        }
    }

    private static void Compare(GoldenFile file, string name, int step, Outcome trained)
    {
        Close.Within(1e-3, [trained.Loss], file[$"loss.{step:00}"], $"loss before update {step}");
        Assert.Equal(Networks[name].Heads.Length, trained.Losses.Count);
        foreach (var (head, loss) in Networks[name].Heads.Zip(trained.Losses))
            Close.Within(1e-3, [loss], file[$"loss_{head}.{step:00}"], $"loss of {head} before update {step}");
        if (step > 0) return;
        Assert.Equal(file.Names.Count(static n => n.StartsWith("gradient.", StringComparison.Ordinal)), trained.Gradients.Count);
        foreach (var (parameter, gradient) in trained.Gradients) Close.Within(1e-3, gradient, file[$"gradient.{parameter}"], parameter);
    }

    private static (GoldenFile File, OpGraph Graphs) Graphs(string name)
    {
        var (file, (golden, _, _)) = (GoldenFile.Own($"{name}.safetensors"), Networks[name]);
        int[] shape = file.Shape("image.data");
        return (file, OpGraph.Of(
            name, CollapseBorder.Run(golden.Graph), parameter => file[$"weights.{parameter}"], shape[0], shape[2], shape[3],
            input => file[$"image.{input}"], Labels(file, name)));
    }

    private static string Of(string graph, string name, string head) => head == Networks[name].Heads[0] ? graph : $"{graph}.{head}";

    private static (float Rate, float Decay) Multipliers(string parameter) => parameter.EndsWith(".bias", StringComparison.Ordinal) ? (2, 0) : (1, 1);

    private static byte[] Labels(GoldenFile file, string name) =>
        [.. Networks[name].Heads.SelectMany(head => file[$"label.{head}"]).Select(static l => (byte)l)];

    // (N, C, H, W) to channels innermost.
    private static InputBatch Batch(GoldenFile file, string name)
    {
        int[] shape = file.Shape("image.data");
        return new(shape[0], shape[2], shape[3], [.. Networks[name].Inputs.Select(input =>
        {
            double[] image = file[$"image.{input}"];
            int channels = file.Shape($"image.{input}")[1], plane = shape[2] * shape[3];
            var pixels = Enumerable.Range(0, image.Length)
                .Select(i => (float)image[(i / (plane * channels) * channels + i % channels) * plane + i / channels % plane]);
            return new InputPixels(channels, [.. pixels]);
        })]);
    }

    // The first of the highest scores of every pixel.
    private static byte[] Best(float[] scores, int classes, InputBatch input)
    {
        int plane = input.Height * input.Width;
        return [.. Enumerable.Range(0, input.Images * plane).Select(i =>
            (byte)Enumerable.Range(0, classes).MaxBy(c => scores[(i / plane * classes + c) * plane + i % plane]))];
    }
}

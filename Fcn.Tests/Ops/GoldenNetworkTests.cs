using System.Globalization;
using System.Text.RegularExpressions;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Generator.Schedule;
using Fcn.Tests.Devices.Cuda;
using Fcn.Tests.Golden;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Ops;

// A whole network, declared, generated, compiled and trained, against PyTorch at every level of vectors: scores of four sizes, a single
// pixel among them, labels, all gradients, and the loss of every step of Caffe's SGD.
public sealed partial class GoldenNetworkTests(ITestOutputHelper output)
{
    public static TheoryData<string, SimdLevel> Own
    {
        get
        {
            var data = new TheoryData<string, SimdLevel>();
            foreach (string name in GoldenNetwork.Own.Keys)
                foreach (var level in Enum.GetValues<SimdLevel>()) data.Add(name, level);
            return data;
        }
    }

    [Theory, MemberData(nameof(Own))]
    public void Own_network(string name, SimdLevel level) => Check(GoldenNetwork.Own[name], GoldenFile.Own($"{name}.safetensors"), level);

    [Theory]
    [InlineData(SimdLevel.Portable)]
    [InlineData(SimdLevel.Avx2)]
    [InlineData(SimdLevel.Avx512)]
    public void Shared_network(SimdLevel level)
    {
        if (GoldenFile.Shared("fcn8s_narrow.safetensors") is { } file) Check(GoldenNetwork.Narrow, file, level);
        else output.WriteLine("Not run: ../shared/golden is absent; the repository's own network stands for it.");
    }

    // The generated program, the engine and the kernels' PTX, on the emulated card; plain kernels are those of sm_75.
    [Theory]
    [InlineData("fcn8s_tiny", CudaPrecision.Fp32, 75, 2)]
    [InlineData("fcn8s_tiny", CudaPrecision.Fp32, 90, 3)]
    [InlineData("branches", CudaPrecision.Fp32, 75, 2)]
    [InlineData("branches", CudaPrecision.Fp32, 90, 3)]
    [InlineData("normed", CudaPrecision.Fp32, 75, 2)]
    [InlineData("normed", CudaPrecision.Fp32, 90, 3)]
    public void Own_network_on_an_emulated_card(string name, CudaPrecision precision, int capability, int steps)
    {
        var file = GoldenFile.Own($"{name}.safetensors");
        using var device = PtxCard.Open(precision, capability);
        using var network = GoldenNetwork.Own[name].Open(file, device);
        foreach (string size in Sizes(file).OrderBy(s => file[$"{s}.image"].Length).Take(2)) Forward(network, file, size);
        Train(network, file, steps);
    }

    [Fact]
    public void Shared_network_on_an_emulated_card()
    {
        if (GoldenFile.Shared("fcn8s_narrow.safetensors") is not { } file)
        {
            output.WriteLine("Not run: ../shared/golden is absent; the repository's own network stands for it.");
            return;
        }
        using var device = PtxCard.Open();
        using var network = GoldenNetwork.Narrow.Open(file, device);
        foreach (string size in new[] { "1x1", "45x61" }) Forward(network, file, size);
        Train(network, file, steps: 2);
    }

    [Theory]
    [InlineData("fcn8s_tiny", "33x7")]
    [InlineData("branches", "9x5")]
    [InlineData("normed", "9x5")]
    public void The_number_of_threads_changes_no_bit_and_gradients_add_up(string name, string scored)
    {
        var file = GoldenFile.Own($"{name}.safetensors");
        var batch = Batch(file, file.Settings["train"]);
        byte[] labels = Array.ConvertAll(file[$"{file.Settings["train"]}.label"], v => (byte)v);
        float[][]? first = null;
        foreach (int threads in new[] { 1, 2, 5 })
        {
            using var device = new CpuDevice(threads) { Poison = true };
            using var network = GoldenNetwork.Own[name].Open(file, device);
            var scores = new float[file[$"{scored}.logits"].Length];
            network.Engine.Scores(Batch(file, scored), scores);
            network.Engine.Backward(batch, labels, new(0.5f, 0, true));
            float[][] once = [scores, .. Gradients(network)];
            first ??= once;
            for (int i = 0; i < once.Length; i++) Assert.Equal(first[i], once[i]);

            network.Engine.Backward(batch, labels, new(0.5f, 0, false));
            float[][] twice = Gradients(network);
            for (int p = 0; p < twice.Length; p++)
            {
                double[] doubled = Array.ConvertAll(once[p + 1], v => 2.0 * v);
                Close.Within(1e-5, Array.ConvertAll(twice[p], v => (double)v), doubled, $"gradient {p} added to itself");
            }
        }

        static float[][] Gradients(Network network) => [.. network.Description.Parameters.Select((parameter, p) =>
        {
            var values = new float[Tensor.Count(parameter.Shape)];
            network.Engine.Read(ParameterStore.Gradients, p, values);
            return values;
        })];
    }

    [Theory]
    [InlineData("fcn8s_tiny")]
    [InlineData("branches")]
    [InlineData("normed")]
    public void Own_network_interpreted(string name)
    {
        var (golden, file) = (GoldenNetwork.Own[name], GoldenFile.Own($"{name}.safetensors"));
        Close.Within(1e-4, Interpret(golden, file, "1x1", "y", InterpretedSchedule.Scalar).Map, file["1x1.logits"], "scores of one pixel");
        var trained = Interpret(golden, file, file.Settings["train"], "training", Machine.Avx512);
        Close.Within(1e-3, [trained.Loss], file["loss.00"], "loss");
        foreach (var (parameter, gradient) in trained.Gradients) Close.Within(1e-3, gradient, file[$"gradient.{parameter}"], parameter);
        Assert.Equal(file.Names.Count(n => n.StartsWith("gradient.", StringComparison.Ordinal)), trained.Gradients.Count);
    }

    [Fact]
    public void Shared_network_interpreted()
    {
        if (GoldenFile.Shared("fcn8s_narrow.safetensors") is { } file)
            Close.Within(1e-4, Interpret(GoldenNetwork.Narrow, file, "45x61", "y", InterpretedSchedule.Scalar).Map, file["45x61.logits"], "scores");
        else output.WriteLine("Not run: ../shared/golden is absent; the repository's own network stands for it.");
    }

    private static Outcome Interpret(GoldenNetwork golden, GoldenFile file, string size, string graph, Machine machine)
    {
        int[] shape = file.Shape($"{size}.image");
        var network = OpGraph.Of(
            "network", golden.Graph, name => file[$"weights.{name}"], shape[0], shape[2], shape[3],
            file[$"{size}.image"], Array.ConvertAll(file[$"{size}.label"], v => (byte)v));
        return new InterpretedSchedule(network, graph, machine).Run();
    }

    private void Check(GoldenNetwork golden, GoldenFile file, SimdLevel level)
    {
        if (!CpuDevice.Supports(level))
        {
            output.WriteLine($"Not run: this processor lacks {level}.");
            return;
        }
        using var device = new CpuDevice(2, level) { Poison = true };
        using var network = golden.Open(file, device);
        var sizes = Sizes(file);
        Assert.Equal(4, sizes.Count);
        foreach (string size in sizes) Forward(network, file, size);
        Train(network, file);
    }

    private static List<string> Sizes(GoldenFile file) =>
        [.. file.Names.Where(n => n.EndsWith(".image", StringComparison.Ordinal)).Select(n => n[..^".image".Length])];

    private static void Forward(Network network, GoldenFile file, string size)
    {
        var input = Batch(file, size);
        double[] logits = file[$"{size}.logits"];
        var scores = new float[logits.Length];
        network.Engine.Scores(input, scores);
        Close.Within(1e-4, Array.ConvertAll(scores, s => (double)s), logits, $"scores at {size}");

        // Where the best class leads by more than rounding, labels are PyTorch's.
        int plane = input.Height * input.Width, classes = network.Description.Classes;
        var labels = new byte[input.Images * plane];
        network.Engine.Segment(input, labels);
        double clear = 1e-3 * logits.Max(Math.Abs);
        for (int i = 0; i < labels.Length; i++)
        {
            var ranked = Enumerable.Range(0, classes).Select(c => (Class: c, Score: logits[(i / plane * classes + c) * plane + i % plane]))
                .OrderByDescending(c => c.Score).Take(2).ToList();
            if (ranked[0].Score - ranked[1].Score > clear) Assert.Equal(ranked[0].Class, labels[i]);
        }
    }

    private static void Train(Network network, GoldenFile file, int? steps = null)
    {
        var parameters = network.Description.Parameters;
        string size = file.Settings.TryGetValue("train", out string? at) ? at : "45x61";
        float rate = float.Parse(RateText().Match(file.Settings["solver"]).Groups[1].Value, CultureInfo.InvariantCulture);
        var input = Batch(file, size);
        byte[] labels = Array.ConvertAll(file[$"{size}.label"], v => (byte)v);
        int recorded = file.Names.Count(n => n.StartsWith("loss.", StringComparison.Ordinal));
        Assert.True(recorded >= 10);
        for (int step = 0; step < (steps ?? recorded); step++)
        {
            double loss = network.Engine.Backward(input, labels, new(1, 0, true)), expected = file[$"loss.{step:00}"][0];
            Assert.True(Math.Abs(loss - expected) <= 1e-3 * expected, $"loss before update {step}: {loss}, PyTorch has {expected}");
            for (int p = 0; step == 0 && p < parameters.Count; p++)
            {
                bool isState = parameters[p].Kind == ParameterKind.State;
                Compare(isState ? ParameterStore.Values : ParameterStore.Gradients, p, isState ? "after1" : "gradient");
            }
            network.Engine.Update(new(rate, 0.9f, 5e-4f, 1));
        }
        for (int p = 0; steps is null && p < parameters.Count; p++) Compare(ParameterStore.Values, p, $"after{recorded}");

        void Compare(ParameterStore store, int parameter, string what)
        {
            string name = $"{what}.{parameters[parameter].Name}";
            var values = new float[file[name].Length];
            network.Engine.Read(store, parameter, values);
            Close.Within(1e-3, Array.ConvertAll(values, v => (double)v), file[name], name);
        }
    }

    // (N, 3, H, W) to channels innermost.
    private static InputBatch Batch(GoldenFile file, string size)
    {
        int[] shape = file.Shape($"{size}.image");
        double[] image = file[$"{size}.image"];
        int channels = shape[1], plane = shape[2] * shape[3];
        var pixels = Enumerable.Range(0, image.Length).Select(i => (float)image[(i / channels / plane * channels + i % channels) * plane + i / channels % plane]);
        return new(shape[0], shape[2], shape[3], channels, [.. pixels]);
    }

    [GeneratedRegex(@"lr ([0-9.e+-]+)")]
    private static partial Regex RateText();
}

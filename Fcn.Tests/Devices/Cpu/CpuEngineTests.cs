using Fcn.Devices.Cpu;
using Xunit;

namespace Fcn.Tests.Devices.Cpu;

public sealed class CpuEngineTests
{
    private const int Channels = LinearScore.Channels;
    private const int Classes = LinearScore.Classes;

    private static readonly float[] Weight = Numbers(Classes * Channels, 1);
    private static readonly float[] Bias = Numbers(Classes, 2);

    private static CpuEngine Open(int threads = 2, bool poison = true)
    {
        var engine = (CpuEngine)new CpuDevice(threads) { Poison = poison }.Open(LinearScore.Summary, LinearScore.Code);
        engine.Write(ParameterStore.Values, 0, Weight);
        engine.Write(ParameterStore.Values, 1, Bias);
        return engine;
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray();
    }

    private static InputBatch Batch(int images, int height, int width, int seed = 5) =>
        new(images, height, width, Channels, Numbers(images * height * width * Channels, seed));

    private static byte[] Truth(InputBatch input)
    {
        var random = new Random(9);
        int pixels = input.Images * input.Height * input.Width;
        return Enumerable.Range(0, pixels).Select(i => (byte)(i % 7 == 0 ? 255 : random.Next(Classes))).ToArray();
    }

    private static double Score(InputBatch input, float[] weight, float[] bias, int pixel, int k) =>
        bias[k] + Enumerable.Range(0, Channels).Sum(i => (double)weight[k * Channels + i] * input.Pixels[pixel * Channels + i]);

    private static double Loss(InputBatch input, byte[] truth, float[] weight, float[] bias)
    {
        double loss = 0;
        for (int p = 0; p < truth.Length; p++)
        {
            if (truth[p] == 255) continue;
            double sum = Enumerable.Range(0, Classes).Sum(k => Math.Exp(Score(input, weight, bias, p, k)));
            loss += Math.Log(sum) - Score(input, weight, bias, p, truth[p]);
        }
        return loss;
    }

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(1, 7, 13)]
    [InlineData(3, 40, 33)]
    [InlineData(2, 300, 200)]
    public void ScoresAndLabelsComeOut(int images, int height, int width)
    {
        using var engine = Open();
        var input = Batch(images, height, width);
        int plane = height * width;
        var scores = new float[images * plane * Classes];
        var labels = new byte[images * plane];
        engine.Scores(input, scores);
        engine.Segment(input, labels);
        for (int p = 0; p < images * plane; p++)
        {
            var expected = Enumerable.Range(0, Classes).Select(k => Score(input, Weight, Bias, p, k)).ToArray();
            for (int k = 0; k < Classes; k++) Assert.Equal(expected[k], scores[(p / plane * Classes + k) * plane + p % plane], 1e-5);
            Assert.Equal(Array.IndexOf(expected, expected.Max()), labels[p]);
        }
    }

    [Fact]
    public void GradientsAreSlopesOfTheLoss()
    {
        using var engine = Open();
        var input = Batch(2, 9, 11);
        var truth = Truth(input);
        double loss = engine.Backward(input, truth, new BackwardStep(0.25f, 1, First: true));
        Assert.Equal(Loss(input, truth, Weight, Bias), loss, 1e-4);
        var weightGradient = new float[Weight.Length];
        var biasGradient = new float[Bias.Length];
        engine.Read(ParameterStore.Gradients, 0, weightGradient);
        engine.Read(ParameterStore.Gradients, 1, biasGradient);
        for (int i = 0; i < Weight.Length; i++) Assert.Equal(0.25 * Slope(Weight, i), weightGradient[i], 2e-3);
        for (int k = 0; k < Classes; k++) Assert.Equal(0.25 * Slope(Bias, k), biasGradient[k], 2e-3);

        // Not first: added to; the loss is the same.
        Assert.Equal(loss, engine.Backward(input, truth, new BackwardStep(0.25f, 1, First: false)));
        var twice = new float[Weight.Length];
        engine.Read(ParameterStore.Gradients, 0, twice);
        for (int i = 0; i < twice.Length; i++) Assert.Equal(2 * weightGradient[i], twice[i]);

        double Slope(float[] of, int at)
        {
            const float step = 1f / 1024;
            float value = of[at];
            var moved = (float[])of.Clone();
            moved[at] = value + step;
            double above = of == Weight ? Loss(input, truth, moved, Bias) : Loss(input, truth, Weight, moved);
            moved[at] = value - step;
            double below = of == Weight ? Loss(input, truth, moved, Bias) : Loss(input, truth, Weight, moved);
            return (above - below) / (2 * step);
        }
    }

    [Fact]
    public void TrainingIsTheSameForAnyNumberOfThreads()
    {
        var runs = new[] { 1, 2, 5 }.Select(threads =>
        {
            using var engine = Open(threads);
            var input = Batch(2, 30, 31);
            var losses = Enumerable.Range(0, 20).Select(i =>
            {
                double loss = engine.Backward(input, Truth(input), new BackwardStep(1f / 1860, (ulong)i, First: true));
                engine.Update(new SolverStep(0.5f, 0.9f, 0.0005f, 1));
                return loss;
            }).ToArray();
            var weight = new float[Weight.Length];
            engine.Read(ParameterStore.Values, 0, weight);
            return (losses, weight);
        }).ToArray();
        Assert.True(runs[0].losses[^1] < 0.95 * runs[0].losses[0], $"the loss goes from {runs[0].losses[0]} to {runs[0].losses[^1]}");
        foreach (var run in runs)
        {
            Assert.Equal(runs[0].losses, run.losses);
            Assert.Equal(runs[0].weight, run.weight);
        }
    }

    [Fact]
    public void ArenasFollowThePlan()
    {
        using var engine = Open(poison: false);
        var device = LinearScore.Code.Cpu!;
        long planned = device.Memory(LinearScore.Summary, RunMode.Segment, 1, 100, 100).Bytes;
        Assert.Equal(planned, engine.PlannedBytes(RunMode.Segment, 1, 100, 100));
        Assert.Equal(0, engine.ArenaBytes);
        Run(100);
        Assert.Equal(engine.PlannedBytes(RunMode.Segment, 1, 100, 100), engine.ArenaBytes);
        Run(400);
        long large = engine.PlannedBytes(RunMode.Segment, 1, 400, 400);
        Assert.Equal(large, engine.ArenaBytes);
        // Smaller runs live in it; after sixteen that need less than a quarter it is cut to what they need.
        for (int i = 0; i < 15; i++) Run(60 + i);
        Assert.Equal(large, engine.ArenaBytes);
        Run(30);
        Assert.Equal(engine.PlannedBytes(RunMode.Segment, 1, 74, 74), engine.ArenaBytes);
        // More shapes than plans are kept.
        for (int i = 0; i < 80; i++) Run(2 + i);
        Run(100);

        void Run(int size)
        {
            var labels = new byte[size * size];
            var input = Batch(1, size, size);
            engine.Segment(input, labels);
            for (int p = 0; p < labels.Length; p += 97)
            {
                double best = Enumerable.Range(0, Classes).Max(k => Score(input, Weight, Bias, p, k));
                Assert.Equal(best, Score(input, Weight, Bias, p, labels[p]), 1e-5);
            }
        }
    }

    [Fact]
    public void MemoryIsListedBufferByBuffer()
    {
        var plan = LinearScore.Code.Cpu!.Memory(LinearScore.Summary, RunMode.Training, 2, 10, 20);
        Assert.Equal(["image", "score.slopes", "losses"], plan.Buffers.Select(static b => b.Name));
        Assert.Equal([2L * 12 * 22 * 3 * 4, 2L * 10 * 20 * 5 * 4, 2L * 10 * 8], plan.Buffers.Select(static b => b.Bytes));
        Assert.Equal(plan.LiveBytes, plan.Bytes);
    }

    [Fact]
    public void OnlyTrainingTakesMemoryForTraining()
    {
        using var engine = Open();
        long values = LinearScore.Code.Cpu!.ParameterBytes;
        Assert.Equal((48 + 16) * sizeof(float), values);
        var momentum = new float[Weight.Length];
        Array.Fill(momentum, 1);
        engine.Read(ParameterStore.Momentum, 0, momentum);
        Assert.All(momentum, static m => Assert.Equal(0, m));
        Assert.Equal(values, engine.ParameterBytes);
        engine.Backward(Batch(1, 4, 4), new byte[16], new BackwardStep(1, 0, true));
        Assert.Equal(2 * values, engine.ParameterBytes);
        engine.Update(new SolverStep(0.1f, 0.9f, 0, 1));
        Assert.Equal(3 * values, engine.ParameterBytes);
    }

    [Fact]
    public void StepsAllocateNothing()
    {
        using var engine = Open(poison: false);
        var input = Batch(1, 20, 20);
        var truth = Truth(input);
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            engine.Backward(input, truth, new BackwardStep(1, 0, true));
            engine.Update(new SolverStep(0.1f, 0.9f, 0.001f, 1));
        }
    }
}

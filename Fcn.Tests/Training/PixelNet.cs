// The smallest network that trains: softmax(W · pixel + b + f) at every pixel, f frozen, inputs dropped out. Loops in the plainest order.
using Fcn.Data;

namespace Fcn.Tests.Training;

sealed class PixelNet(int classes = 3, double dropout = 0, string name = "PixelNet", float biasRate = 2)
    : Network(Describe(classes, name, biasRate), new PixelEngine(classes, biasRate, dropout))
{
    public new PixelEngine Engine => (PixelEngine)base.Engine;

    public static PixelNet Initialized(int classes = 3, double dropout = 0, ulong seed = 7)
    {
        var net = new PixelNet(classes, dropout);
        net.Initialize(seed);
        net.SetParameter("frozen.bias", new Tensor([classes], [.. Enumerable.Range(0, classes).Select(c => 0.25f * c)]));
        return net;
    }

    internal static NetworkSummary Describe(int classes, string name, float biasRate) => new(
        name, classes, new InputSummary(3, ChannelOrder.Bgr, [110, 120, 130], 1f / 64), [],
        [
            new ParameterSummary("score.weight", [classes, 3, 1, 1], Fill.He, Rate: 1, Decay: 1),
            new ParameterSummary("score.bias", [classes], Fill.Zero, biasRate, Decay: 0),
            new ParameterSummary("frozen.bias", [classes], Fill.Zero, Rate: 0, Decay: 1),
        ]);
}

sealed class PixelEngine : Engine
{
    readonly NetworkSummary network;
    readonly int classes;
    readonly double dropout;
    readonly float[][] values, gradients, momentum;
    readonly double[] probabilities, pixel = new double[3];

    public PixelEngine(int classes, float biasRate, double dropout)
    {
        network = PixelNet.Describe(classes, "", biasRate);
        (this.classes, this.dropout, probabilities) = (classes, dropout, new double[classes]);
        float[][] Zeros() => [.. network.Parameters.Select(static p => new float[Tensor.Count(p.Shape)])];
        (values, gradients, momentum) = (Zeros(), Zeros(), Zeros());
    }

    public List<BackwardStep> Steps { get; } = [];

    // Called before a pass; lets a test count or fail there.
    public Action? Training { get; set; }

    public Action? Segmenting { get; set; }

    public List<SolverStep> Updates { get; } = [];

    public override string Device => "pixels";

    public override void Read(ParameterStore store, int parameter, Span<float> into) => Store(store)[parameter].CopyTo(into);

    public override void Write(ParameterStore store, int parameter, ReadOnlySpan<float> from) => from.CopyTo(Store(store)[parameter]);

    public override void Segment(InputBatch input, Span<byte> labels, int head = 0)
    {
        Segmenting?.Invoke();
        for (int i = 0; i < labels.Length; i++)
        {
            Load(input, i, seed: null);
            Score();
            if (!Array.TrueForAll(probabilities, static p => float.IsFinite((float)p))) throw new NotFiniteException("The scores of a pixel are not finite.");
            labels[i] = (byte)Array.IndexOf(probabilities, probabilities.Max());
        }
    }

    // (N, H · W, C) → (N, C, H · W)
    public override void Scores(InputBatch input, Span<float> scores, int head = 0)
    {
        int plane = input.Height * input.Width;
        for (int i = 0; i < input.Images * plane; i++)
        {
            Load(input, i, seed: null);
            Score();
            for (int c = 0; c < classes; c++) scores[(i / plane * classes + c) * plane + i % plane] = (float)probabilities[c];
        }
    }

    public override double Backward(InputBatch input, ReadOnlySpan<byte> labels, in BackwardStep step, Span<double> losses = default)
    {
        Training?.Invoke();
        Steps.Add(step);
        if (step.First) foreach (float[] gradient in gradients) Array.Clear(gradient);
        double loss = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == LabelMap.Ignore) continue;
            Load(input, i, step.Seed);
            Score();
            double most = probabilities.Max(), truth = probabilities[labels[i]], sum = 0;
            for (int c = 0; c < classes; c++) sum += probabilities[c] = Math.Exp(probabilities[c] - most);
            loss += Math.Log(sum) + most - truth;
            for (int c = 0; c < classes; c++)
            {
                double slope = probabilities[c] / sum - (c == labels[i] ? 1 : 0);
                for (int k = 0; k < 3; k++) gradients[0][c * 3 + k] += (float)(slope * pixel[k]) * step.LossScale;
                gradients[1][c] += (float)slope * step.LossScale;
                gradients[2][c] += (float)slope * step.LossScale;
            }
        }
        return loss;
    }

    public override void Update(in SolverStep step)
    {
        Updates.Add(step);
        for (int p = 0; p < values.Length; p++)
        {
            (float rate, float decay) = (step.Rate * network.Parameters[p].Rate, step.Decay * network.Parameters[p].Decay);
            for (int i = 0; i < values[p].Length; i++)
            {
                float gradient = gradients[p][i] * step.GradientScale + decay * values[p][i];
                momentum[p][i] = step.Momentum * momentum[p][i] + rate * gradient;
                values[p][i] -= momentum[p][i];
            }
        }
    }

    public override long PlannedBytes(RunMode mode, int images, int height, int width, int head = 0) => 0;

    public override void Dispose() { }

    // All bits of parameters and momentum, for comparisons.
    public int[] Bits() => [.. values.Concat(momentum).SelectMany(static v => v).Select(BitConverter.SingleToInt32Bits)];

    float[][] Store(ParameterStore store) => store switch
    {
        ParameterStore.Values => values,
        ParameterStore.Gradients => gradients,
        ParameterStore.Momentum => momentum,
    };

    void Load(InputBatch input, int index, ulong? seed)
    {
        var random = new RandomStream(seed ?? 0, index);
        for (int k = 0; k < 3; k++)
        {
            bool dropped = seed is not null && random.Unit() < dropout;
            pixel[k] = dropped ? 0 : input.Pixels[index * 3 + k] / (seed is null ? 1 : 1 - dropout);
        }
    }

    void Score()
    {
        for (int c = 0; c < classes; c++)
        {
            probabilities[c] = values[1][c] + values[2][c];
            for (int k = 0; k < 3; k++) probabilities[c] += values[0][c * 3 + k] * pixel[k];
        }
    }
}

// The trainer's arithmetic against Caffe's SGD written out by hand, and its invariants: accumulation is one big batch, sum and mean differ
// by a factor.
using Fcn.Data;
using Fcn.Training;
using Xunit;

namespace Fcn.Tests.Training;

public class SolverTests
{
    // Softmax regression in double precision, straight from the formulas, on the same examples in the same order.
    [Theory]
    [InlineData(LossMode.Sum)]
    [InlineData(LossMode.Mean)]
    public void SixUpdatesAreCaffes(LossMode mode)
    {
        var set = new ColourSet(4);
        var solver = new SolverSettings
        {
            BaseRate = mode == LossMode.Sum ? 0.004 : 0.1, Policy = new RatePolicy.Step(0.5, 2),
            Momentum = 0.9, WeightDecay = 0.01, Accumulate = 2, Loss = mode,
        };
        using PixelNet net = PixelNet.Initialized();
        double[] w = Values(net, "score.weight"), b = Values(net, "score.bias"), frozen = Values(net, "frozen.bias");
        double[] vw = new double[9], vb = new double[3];
        var order = new BatchSettings { Order = SampleOrder.Sequential };
        using var trainer = new Trainer(net, set, new TrainerSettings { Solver = solver }, order);
        for (int iteration = 0; iteration < 6; iteration++)
        {
            double[] gw = new double[9], gb = new double[3];
            double loss = 0;
            for (int part = 0; part < 2; part++)
            {
                Example example = set.Load((iteration * 2 + part) % 4);
                double scale = mode == LossMode.Sum ? 1 : 1.0 / example.Labels.Labels.Count(static l => l != 255);
                loss += scale * Gradients(example, w, b, frozen, scale, gw, gb) / 2;
            }
            double rate = solver.BaseRate * Math.Pow(0.5, iteration / 2);
            for (int i = 0; i < 9; i++) w[i] -= vw[i] = 0.9 * vw[i] + rate * 1 * (gw[i] / 2 + 0.01 * 1 * w[i]);
            for (int i = 0; i < 3; i++) b[i] -= vb[i] = 0.9 * vb[i] + rate * 2 * (gb[i] / 2 + 0.01 * 0 * b[i]);

            StepReport report = trainer.Step();
            Assert.Equal(iteration + 1, report.Iteration);
            Assert.Equal(rate, report.Rate, 15);
            Assert.Equal(1, report.Loss / loss, 1e-5);
        }
        Near(w, Values(net, "score.weight"));
        Near(b, Values(net, "score.bias"));
        Assert.Equal([0, 0.25, 0.5], Values(net, "frozen.bias"));
    }

    [Fact]
    public void FourAccumulatedImagesAreOneBatchOfFour()
    {
        int[] batch = Trained(size: 4, accumulate: 1, out double batchLoss);
        int[] accumulated = Trained(size: 1, accumulate: 4, out double accumulatedLoss);
        Assert.Equal(batch, accumulated);
        Assert.Equal(batchLoss, accumulatedLoss, 1e-12);
    }

    // Padding is ignored: a batch of images of several sizes has the summed loss of its images, each divided by their number.
    [Fact]
    public void MixedSizesInOneBatchChangeNothing()
    {
        int[] batch = Trained(size: 4, accumulate: 1, out double batchLoss, oneSize: false);
        int[] accumulated = Trained(size: 1, accumulate: 4, out double accumulatedLoss, oneSize: false);
        Assert.Equal(batch, accumulated);
        Assert.Equal(batchLoss, accumulatedLoss, 1e-12);
    }

    [Fact]
    public void TheMeanIsTheSumOverValidPixels()
    {
        using PixelNet summed = PixelNet.Initialized(), mean = PixelNet.Initialized();
        var set = new ColourSet(3);
        var order = new BatchSettings { Size = 3, Order = SampleOrder.Sequential };
        using var first = new Trainer(summed, set, new TrainerSettings { Solver = new() { Loss = LossMode.Sum, BaseRate = 1e-9 } }, order);
        using var second = new Trainer(mean, set, new TrainerSettings { Solver = new() { Loss = LossMode.Mean, BaseRate = 1e-9 } }, order);
        int valid = Enumerable.Range(0, 3).Sum(i => set.LoadLabels(i).Labels.Count(static l => l != 255));
        Assert.Equal(first.Step().Loss * 3 / valid, second.Step().Loss, 1e-12);
        Assert.Equal(1f / 3, summed.Engine.Steps[0].LossScale);
        Assert.Equal(1f / valid, mean.Engine.Steps[0].LossScale);
    }

    [Fact]
    public void ABatchWithoutLabelsHasLossZero()
    {
        Assert.Equal(1, new SolverSettings { Loss = LossMode.Mean }.LossScale(images: 2, valid: 0));
        Assert.Equal(0.5, new SolverSettings { Loss = LossMode.Sum }.LossScale(images: 2, valid: 0));
    }

    [Fact]
    public void EveryPassHasItsOwnDropoutSeedAndTheFirstReplacesGradients()
    {
        using PixelNet net = PixelNet.Initialized();
        using var trainer = new Trainer(net, new ColourSet(2), new TrainerSettings { Solver = new() { Accumulate = 3, BaseRate = 0.01 } });
        for (int i = 0; i < 4; i++) trainer.Step();
        Assert.Equal(12, net.Engine.Steps.Select(static s => s.Seed).Distinct().Count());
        Assert.Equal([true, false, false, true, false, false], net.Engine.Steps.Take(6).Select(static s => s.First));
        Assert.All(net.Engine.Updates, static u => Assert.Equal(new SolverStep(0.01f, 0.9f, 5e-4f, 1f / 3), u));
    }

    static int[] Trained(int size, int accumulate, out double loss, bool oneSize = true)
    {
        using PixelNet net = PixelNet.Initialized();
        var settings = new TrainerSettings { Solver = new() { Loss = LossMode.Sum, Accumulate = accumulate, BaseRate = 0.01 } };
        using var trainer = new Trainer(net, new ColourSet(8, oneSize: oneSize), settings, new BatchSettings { Size = size });
        loss = 0;
        for (int i = 0; i < 5; i++) loss += trainer.Step().Loss;
        return net.Engine.Bits();
    }

    // Adds scale · ∂(Σ −log p) to the gradients; returns the sum of −log p.
    static double Gradients(Example example, double[] w, double[] b, double[] frozen, double scale, double[] gw, double[] gb)
    {
        double loss = 0;
        for (int i = 0; i < example.Labels.Labels.Length; i++)
        {
            int label = example.Labels.Labels[i];
            if (label == 255) continue;
            byte[] rgb = example.Image.Pixels;
            double[] x = [(rgb[i * 3 + 2] - 110) / 64.0, (rgb[i * 3 + 1] - 120) / 64.0, (rgb[i * 3] - 130) / 64.0];
            double[] e = new double[3];
            for (int c = 0; c < 3; c++) e[c] = Math.Exp(w[c * 3] * x[0] + w[c * 3 + 1] * x[1] + w[c * 3 + 2] * x[2] + b[c] + frozen[c]);
            loss -= Math.Log(e[label] / e.Sum());
            for (int c = 0; c < 3; c++)
            {
                double slope = scale * (e[c] / e.Sum() - (c == label ? 1 : 0));
                for (int k = 0; k < 3; k++) gw[c * 3 + k] += slope * x[k];
                gb[c] += slope;
            }
        }
        return loss;
    }

    static double[] Values(Network net, string name) => [.. net.Parameter(name).Data.Select(static v => (double)v)];

    static void Near(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2e-6 * (1 + Math.Abs(expected[i])));
    }
}

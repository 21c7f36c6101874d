// Whole networks at few pixels, GPU beside CPU from the same weights: every kernel of the large networks with its true channels. The CPU
// was compared with PyTorch by the tests.
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;

namespace Fcn.GpuCheck;

static class CpuPart
{
    const ulong Seed = 5;

    public static void Run(Findings findings, OpenCard card, Settings settings, Deadline deadline)
    {
        using var cpu = new CpuDevice();
        foreach (Subject subject in Subject.Small(settings))
        {
            if (deadline.IsOver)
            {
                findings.NotRun(subject.Name, deadline.Why);
                continue;
            }
            int images = subject.Batches[0];
            var (input, labels) = subject.Batch(images);
            Result expected;
            using (Network network = subject.Open(cpu)) expected = Result.Of(network, input, labels);
            foreach (CudaPrecision precision in Enum.GetValues<CudaPrecision>())
            {
                try
                {
                    using CudaDevice device = card.Device(precision, poison: true);
                    using Network network = subject.Open(device);
                    Compare(findings, subject, precision, Result.Of(network, input, labels), expected);
                }
                catch (FcnException refused)
                {
                    findings.Fail(subject.Name, CardPart.Words(precision), refused.Message);
                }
            }
        }
    }

    // Rounded factors move some values across a ReLU's or a pooling's decision, which gives or takes a whole gradient: with random weights,
    // where much lies near 0, gradients in TF32 and bfloat16 are far apart without anything being wrong. Their limits tell an error from
    // that and no more.
    static (double Scores, double Loss, double Gradients) Limits(CudaPrecision precision) => precision switch
    {
        CudaPrecision.Fp32 => (1e-4, 1e-4, 1e-2),
        CudaPrecision.Tf32 => (1e-2, 1e-2, 0.3),
        CudaPrecision.Bf16 => (5e-2, 5e-2, 0.8),
    };

    static void Compare(Findings findings, Subject subject, CudaPrecision precision, Result actual, Result expected)
    {
        var (scores, loss, gradients) = Limits(precision);
        string words = CardPart.Words(precision);
        findings.Check($"{subject.Name}: scores", words, Distance.Of(actual.Scores, expected.Scores), scores);
        int apart = actual.Labels.Zip(expected.Labels, static (a, b) => a == b ? 0 : 1).Sum();
        findings.Check($"{subject.Name}: share of labels that differ", words, (double)apart / expected.Labels.Length, scores * 10);
        findings.Check($"{subject.Name}: loss", words, Math.Abs(actual.Loss - expected.Loss) / Math.Abs(expected.Loss), loss);
        for (int p = 0; p < expected.Gradients.Length; p++)
        {
            string name = subject.Summary.Parameters[p].Name;
            double distance = Distance.Of(actual.Gradients[p], expected.Gradients[p]);
            findings.Check($"{subject.Name}: gradient of {name}", words, distance, gradients);
        }
    }

    sealed record Result(float[] Scores, byte[] Labels, double Loss, float[][] Gradients)
    {
        public static Result Of(Network network, InputBatch input, byte[] truth)
        {
            network.Initialize(Seed);
            var scores = new float[truth.Length * network.Description.Classes];
            network.Engine.Scores(input, scores);
            var labels = new byte[truth.Length];
            network.Engine.Segment(input, labels);
            double loss = network.Engine.Backward(input, truth, new BackwardStep(1f / truth.Length, Seed: 3, First: true));
            float[][] gradients = [.. network.Description.Parameters.Select((parameter, p) =>
            {
                var values = new float[Tensor.Count(parameter.Shape)];
                network.Engine.Read(ParameterStore.Gradients, p, values);
                return values;
            })];
            return new Result(scores, labels, loss, gradients);
        }
    }
}

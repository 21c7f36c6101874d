// The network of Fcn.Tests/Golden/fcn8s_tiny.safetensors on the card in all precisions: PyTorch's scores at four sizes, labels, all
// gradients, the loss of every training step and the weights behind the last; and that the same run twice gives the same bits.
using System.Globalization;
using System.Text.RegularExpressions;
using Fcn.Devices.Cuda;
using Fcn.Tests.Golden;

namespace Fcn.GpuCheck;

static partial class NetworkPart
{
    public static void Run(Findings findings, OpenCard card, Settings settings, Deadline deadline)
    {
        GoldenFile file = GoldenFile.Open(OpsPart.Golden("fcn8s_tiny.safetensors"));
        foreach (CudaPrecision precision in Enum.GetValues<CudaPrecision>())
        {
            string words = CardPart.Words(precision);
            if (deadline.IsOver)
            {
                findings.NotRun(words, deadline.Why);
                continue;
            }
            try
            {
                using CudaDevice device = card.Device(precision, poison: true);
                using FcnTiny network = Open(file, device);
                foreach (string size in Sizes(file, settings)) Forward(findings, network, file, size, precision);
                float[][] first = Train(findings, network, file, precision, settings);
                using CudaDevice apart = card.Device(precision, apart: true);
                using FcnTiny again = Open(file, apart);
                float[][] second = Train(null, again, file, precision, settings);
                int differ = first.Zip(second, static (a, b) => a.Zip(b, static (x, y) => x.Equals(y) ? 0 : 1).Sum()).Sum();
                findings.Check("weights that differ when the same training runs twice", words, differ, 0);
            }
            catch (Exception fault) when (fault is FcnException or InvalidOperationException)
            {
                findings.Fail("golden network", words, fault.Message);
            }
        }
    }

    // As the tests' (EmulatedNetworkTests). fc6 has single pixels that are rectified: one that rounding sends across 0 changes all gradients
    // before it. Behind it, in the head, they must be near; there they must point the same way.
    static (double Scores, double Head, double Gradients, double Loss) Limits(CudaPrecision precision) => precision switch
    {
        CudaPrecision.Fp32 => (1e-4, 1e-3, 1e-3, 1e-3),
        CudaPrecision.Tf32 => (2e-3, 5e-3, 5e-2, 2e-3),
        CudaPrecision.Bf16 => (2e-2, 2e-2, 0.8, 2e-2),
    };

    static IEnumerable<string> Sizes(GoldenFile file, Settings settings) =>
        settings.Rehearse
            ? ["1x1"]
            : file.Names.Where(static n => n.EndsWith(".image", StringComparison.Ordinal)).Select(static n => n[..^".image".Length]);

    static FcnTiny Open(GoldenFile file, CudaDevice device)
    {
        var network = new FcnTiny(device);
        foreach (ParameterSummary parameter in network.Description.Parameters)
        {
            float[] values = Array.ConvertAll(file[$"weights.{parameter.Name}"], static v => (float)v);
            network.SetParameter(parameter.Name, new Tensor(parameter.Shape, values));
        }
        return network;
    }

    static void Forward(Findings findings, FcnTiny network, GoldenFile file, string size, CudaPrecision precision)
    {
        string words = CardPart.Words(precision);
        double limit = Limits(precision).Scores;
        InputBatch input = Batch(file, size);
        double[] logits = file[$"{size}.logits"];
        var scores = new float[logits.Length];
        network.Engine.Scores(input, scores);
        findings.Check($"scores at {size}", words, Distance.Of(Distance.Doubles(scores), logits), limit);

        // Where the best class leads by more than the precision can blur, labels are PyTorch's.
        var labels = new byte[input.Height * input.Width];
        network.Engine.Segment(input, labels);
        double clear = 10 * limit * logits.Max(Math.Abs);
        int wrong = 0, decided = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            var ranked = Enumerable.Range(0, logits.Length / labels.Length)
                .Select(c => (Class: c, Score: logits[c * labels.Length + i])).OrderByDescending(static c => c.Score).Take(2).ToList();
            if (ranked[0].Score - ranked[1].Score <= clear) continue;
            decided++;
            if (ranked[0].Class != labels[i]) wrong++;
        }
        findings.Check($"labels at {size}, wrong of {decided} that are decided", words, wrong, 0);
    }

    // The weights afterwards.
    static float[][] Train(Findings? findings, FcnTiny network, GoldenFile file, CudaPrecision precision, Settings settings)
    {
        var (_, head, gradients, losses) = Limits(precision);
        string words = CardPart.Words(precision), size = file.Settings["train"];
        float rate = float.Parse(RateText().Match(file.Settings["solver"]).Groups[1].Value, CultureInfo.InvariantCulture);
        InputBatch input = Batch(file, size);
        byte[] labels = Array.ConvertAll(file[$"{size}.label"], static v => (byte)v);
        int all = file.Names.Count(static n => n.StartsWith("loss.", StringComparison.Ordinal)), steps = settings.Rehearse ? 2 : all;
        double worst = 0;
        for (int step = 0; step < steps; step++)
        {
            double loss = network.Engine.Backward(input, labels, new BackwardStep(1, 0, First: true));
            double expected = file[$"loss.{step:00}"][0];
            worst = Math.Max(worst, Math.Abs(loss - expected) / Math.Abs(expected));
            if (step == 0 && findings is not null) CheckAll(ParameterStore.Gradients, "gradient");
            network.Engine.Update(new SolverStep(rate, 0.9f, 5e-4f, 1));
        }
        findings?.Check($"losses of {steps} training steps", words, worst, losses);
        if (steps == all && findings is not null) CheckAll(ParameterStore.Values, $"after{steps}");
        return [.. network.Description.Parameters.Select((_, p) => Read(network, ParameterStore.Values, p))];

        void CheckAll(ParameterStore store, string what)
        {
            for (int p = 0; p < network.Description.Parameters.Count; p++)
            {
                string name = $"{what}.{network.Description.Parameters[p].Name}";
                bool near = store == ParameterStore.Gradients && (name.Contains(".score") || name.Contains(".fc7"));
                findings.Check(name, words, Distance.Of(Distance.Doubles(Read(network, store, p)), file[name]), near ? head : gradients);
            }
        }
    }

    static float[] Read(FcnTiny network, ParameterStore store, int parameter)
    {
        var values = new float[Tensor.Count(network.Description.Parameters[parameter].Shape)];
        network.Engine.Read(store, parameter, values);
        return values;
    }

    // (1, 3, H, W) to channels innermost.
    static InputBatch Batch(GoldenFile file, string size)
    {
        int[] shape = file.Shape($"{size}.image");
        double[] image = file[$"{size}.image"];
        int channels = shape[1], plane = shape[2] * shape[3];
        var pixels = Enumerable.Range(0, image.Length).Select(i => (float)image[i % channels * plane + i / channels]);
        return new InputBatch(1, shape[2], shape[3], channels, [.. pixels]);
    }

    [GeneratedRegex(@"lr ([0-9.e+-]+)")]
    private static partial Regex RateText();
}

// FcnSmall trained on drawn scenes, from the same first weights and the same batches, on the CPU and on the card in all precisions: the
// loss curves.
using System.Text.Json.Nodes;
using Fcn.Data;
using Fcn.Devices;
using Fcn.Devices.Cpu;
using Fcn.Devices.Cuda;
using Fcn.Models;

namespace Fcn.GpuCheck;

static class TrainPart
{
    const int Batch = 4, First = 10;
    const ulong Weights = 7, Scenes = 11;
    const float Rate = 0.02f, Momentum = 0.9f, Decay = 5e-4f;

    public static void Run(Findings findings, OpenCard card, Settings settings, Deadline deadline)
    {
        int steps = settings.Rehearse ? 2 : settings.Steps, first = Math.Min(First, steps);
        var size = settings.Rehearse ? new PixelSize(16, 16) : new PixelSize(96, 96);
        using var cpu = new CpuDevice();
        double[] expected = Curve(cpu, steps, size, deadline);
        Row(findings, "cpu", expected);
        if (expected.Length < steps)
        {
            findings.NotRun("curves on the card", deadline.Why);
            return;
        }
        foreach (CudaPrecision precision in Enum.GetValues<CudaPrecision>())
        {
            string words = CardPart.Words(precision);
            try
            {
                using CudaDevice device = card.Device(precision);
                double[] losses = Curve(device, steps, size, deadline);
                Row(findings, words, losses);
                if (losses.Length < steps)
                {
                    findings.NotRun($"the rest of the curve in {words}", deadline.Why);
                    continue;
                }
                double worst = Enumerable.Range(0, first).Max(i => Math.Abs(losses[i] - expected[i]) / expected[i]);
                // Later steps part by themselves: what rounding does to one update, the next ones amplify.
                findings.Check($"loss of the first {first} steps beside the CPU's", words, worst, precision switch
                {
                    CudaPrecision.Fp32 => 1e-3, CudaPrecision.Tf32 => 2e-2, CudaPrecision.Bf16 => 5e-2,
                });
                if (settings.Rehearse) continue;
                double end = losses.TakeLast(steps / 5).Average(), other = expected.TakeLast(steps / 5).Average();
                findings.Check($"mean loss of the last {steps / 5} steps beside the CPU's", words, Math.Abs(end - other) / other, 0.15);
            }
            catch (FcnException refused)
            {
                findings.Fail("training", words, refused.Message);
            }
        }
    }

    // Mean loss per pixel before every update.
    static double[] Curve(Device device, int steps, PixelSize size, Deadline deadline)
    {
        var scenes = new DrawnScenes(steps * Batch, Scenes, size);
        using var network = new FcnSmall(device);
        network.Initialize(Weights);
        var losses = new List<double>();
        for (int step = 0; step < steps && !deadline.IsOver; step++)
        {
            Example[] examples = [.. Enumerable.Range(step * Batch, Batch).Select(scenes.Load)];
            InputBatch input = Preprocessing.Prepare([.. examples.Select(static e => e.Image)], network.Description.Input);
            byte[] labels = [.. examples.SelectMany(static e => e.Labels.Labels)];
            int valid = labels.Count(static l => l != 255);
            double loss = network.Engine.Backward(input, labels, new BackwardStep(1f / valid, Seed: (ulong)step, First: true));
            network.Engine.Update(new SolverStep(Rate, Momentum, Decay, 1));
            losses.Add(loss / valid);
        }
        return [.. losses];
    }

    static void Row(Findings findings, string where, double[] losses) => findings.Row(new JsonObject
    {
        ["where"] = where, ["losses"] = new JsonArray([.. losses.Select(static l => (JsonNode)Math.Round(l, 6))]),
    });
}

// How long inference (image to label map) and a training step (forward, loss, backward, update) of the networks take on this card, warm;
// and the memory that they take. device: events around all that is launched, which is what the peer measures. wall: the call, with the
// copies of images, labels and results between the program's memory and the card's.
using System.Diagnostics;
using System.Text.Json.Nodes;
using Fcn.Devices;
using Fcn.Devices.Cuda;

namespace Fcn.GpuCheck;

static class MeasurePart
{
    const int WarmUp = 4, Least = 10, Most = 100, Launches = 5;
    const double Seconds = 1.5;

    public static void Run(Findings findings, OpenCard card, Settings settings, Deadline deadline, bool kernels)
    {
        foreach (Subject subject in Subject.Of(settings))
        {
            float[][]? weights = null;
            foreach (CudaPrecision precision in new[] { CudaPrecision.Bf16, CudaPrecision.Tf32, CudaPrecision.Fp32 })
            {
                foreach (int batch in subject.Batches)
                {
                    foreach (RunMode mode in new[] { RunMode.Segment, RunMode.Training })
                    {
                        string what = $"{subject.Name} {Words(mode)} {CardPart.Words(precision)} x{batch}";
                        if (deadline.IsOver)
                        {
                            findings.NotRun(what, deadline.Why);
                            continue;
                        }
                        try
                        {
                            // Alone on the card: what is allocated is what this case takes.
                            long free = card.Driver.Memory().Free;
                            card.Driver.PeakBytes = card.Driver.Bytes;
                            using CudaDevice device = card.Device(precision);
                            using Network network = subject.Open(device);
                            weights ??= First(network);
                            for (int p = 0; p < weights.Length; p++) network.Engine.Write(ParameterStore.Values, p, weights[p]);
                            var row = new JsonObject
                            {
                                ["network"] = subject.Name, ["kind"] = Words(mode), ["precision"] = CardPart.Words(precision),
                                ["batch"] = batch, ["size"] = $"{subject.Height}x{subject.Width}",
                            };
                            Action pass = Pass(network, subject, batch, mode);
                            if (kernels) Kernels(row, device, card, pass);
                            else Times(row, device, card, pass, network, subject, batch, mode, free, settings);
                            findings.Row(row, print: !kernels);
                        }
                        catch (FcnException refused)
                        {
                            findings.Fail(what, CardPart.Words(precision), refused.Message);
                        }
                    }
                }
            }
        }
    }

    public static string Words(RunMode mode) => mode switch
    {
        RunMode.Segment => "inference",
        RunMode.Scores => "scores",
        RunMode.Training => "training",
    };

    // Random weights: a card that multiplies zeros is cooler and faster.
    static float[][] First(Network network)
    {
        network.Initialize(1);
        return [.. network.Description.Parameters.Select((parameter, p) =>
        {
            var values = new float[Tensor.Count(parameter.Shape)];
            network.Engine.Read(ParameterStore.Values, p, values);
            return values;
        })];
    }

    static Action Pass(Network network, Subject subject, int batch, RunMode mode)
    {
        var (input, labels) = subject.Batch(batch);
        var found = new byte[labels.Length];
        if (mode == RunMode.Segment) return () => network.Engine.Segment(input, found);
        return () =>
        {
            network.Engine.Backward(input, labels, new BackwardStep(1f / labels.Length, Seed: 1, First: true));
            // A rate so small that the weights stay: the work is the same.
            network.Engine.Update(new SolverStep(Rate: 1e-20f, Momentum: 0.99f, Decay: 5e-4f, GradientScale: 1));
        };
    }

    static void Times(
        JsonObject row, CudaDevice cuda, OpenCard card, Action pass, Network network, Subject subject, int batch, RunMode mode, long free,
        Settings settings)
    {
        int warm = settings.Rehearse ? 2 : WarmUp, least = settings.Rehearse ? 2 : Least;
        for (int i = 0; i < warm; i++) pass();
        card.Driver.WaitForAll();
        var (device, wall) = (new List<double>(), new List<double>());
        long start = Stopwatch.GetTimestamp();
        bool Goes(int done) =>
            done < least || (done < Most && Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds && !settings.Rehearse);

        while (Goes(wall.Count))
        {
            long from = Stopwatch.GetTimestamp();
            pass();
            card.Driver.WaitForAll();
            wall.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }
        cuda.TimesKernels = true;
        start = Stopwatch.GetTimestamp();
        while (Goes(device.Count))
        {
            TimeSpan before = cuda.KernelTime;
            pass();
            device.Add((cuda.KernelTime - before).TotalMilliseconds);
        }
        cuda.TimesKernels = false;
        Put("device", device);
        Put("wall", wall);
        row["runs"] = device.Count;
        row["peak_mb"] = Findings.Round(card.Driver.PeakBytes / 1e6);
        row["taken_mb"] = Findings.Round((free - card.Driver.Memory().Free) / 1e6);
        long parameters = 4L * subject.Summary.ParameterCount * (mode == RunMode.Training ? 3 : 1);
        row["plan_mb"] = Findings.Round((parameters + network.Engine.PlannedBytes(mode, batch, subject.Height, subject.Width)) / 1e6);

        void Put(string name, List<double> times)
        {
            times.Sort();
            row[$"{name}_median_ms"] = Findings.Round(times[times.Count / 2]);
            row[$"{name}_p10_ms"] = Findings.Round(times[times.Count / 10]);
            row[$"{name}_p90_ms"] = Findings.Round(times[times.Count * 9 / 10]);
        }
    }

    // Launched one by one with events around each; the sum is above the time of the same launches in a graph.
    static void Kernels(JsonObject row, CudaDevice device, OpenCard card, Action pass)
    {
        pass();
        var profile = new LaunchProfile();
        device.Profile = profile;
        for (int i = 0; i < Launches; i++) pass();
        device.Profile = null;
        card.Driver.WaitForAll();
        var launches = profile.ByName();
        row["sum_ms"] = Findings.Round(launches.Sum(static l => l.Elapsed.TotalMilliseconds) / Launches);
        row["launches"] = new JsonArray([.. launches.OrderByDescending(static l => l.Ticks).Select(static l => (JsonNode)new JsonObject
        {
            ["kernel"] = l.Name, ["ms"] = Findings.Round(l.Elapsed.TotalMilliseconds / Launches), ["blocks"] = l.Items / Launches,
        })]);
    }
}

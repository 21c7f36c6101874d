// From the start of a process to its first label map, FCN-8s 500x500: with an empty cache of assembled kernels, and with the one that the
// first process left. Parameters stay zero: reading them costs every program the same. The driver's own cache is switched off.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fcn.Devices.Cuda;

namespace Fcn.GpuCheck;

static class StartPart
{
    const int Warm = 3;

    public static void Run(Findings findings, Settings settings, Deadline deadline)
    {
        string network = Subject.Of(settings)[0].Name;
        foreach (CudaPrecision precision in new[] { CudaPrecision.Bf16, CudaPrecision.Tf32, CudaPrecision.Fp32 })
        {
            string words = CardPart.Words(precision), cache = Path.Combine(settings.Out, $"cold-{words}");
            if (deadline.IsOver)
            {
                findings.NotRun($"start in {words}", deadline.Why);
                continue;
            }
            if (Directory.Exists(cache)) Directory.Delete(cache, recursive: true);
            try
            {
                double cold = Child(settings, network, words, cache);
                double[] warm = [.. Enumerable.Range(0, Warm).Select(_ => Child(settings, network, words, cache)).Order()];
                findings.Row(new JsonObject
                {
                    ["network"] = network, ["precision"] = words,
                    ["cold_ms"] = Findings.Round(cold), ["warm_ms"] = Findings.Round(warm[Warm / 2]),
                });
            }
            catch (FcnException refused)
            {
                findings.Fail($"start of {network}", words, refused.Message);
            }
            finally
            {
                if (Directory.Exists(cache)) Directory.Delete(cache, recursive: true);
            }
        }
    }

    /// The child's side: prints the milliseconds.
    public static int Once(Settings settings)
    {
        var (name, words, since) = settings.Start!.Value;
        Subject subject = Subject.Find(name, settings);
        using OpenCard card = OpenCard.Open(settings, out string why) ?? throw new FcnException(why);
        using CudaDevice device = card.Device(Enum.Parse<CudaPrecision>(words, ignoreCase: true));
        using Network network = subject.Open(device);
        var (input, labels) = subject.Batch(1);
        network.Engine.Segment(input, labels);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Console.WriteLine((now - since).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    static double Child(Settings settings, string network, string precision, string cache)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Under dotnet, the program is the first argument; as published, it is the process itself.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        long since = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (string word in (string[])["--start", network, "--precision", precision, "--cache", cache, "--out", settings.Out,
            "--card", settings.Card.ToString(CultureInfo.InvariantCulture), "--since", since.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(word);
        if (settings.Rehearse) start.ArgumentList.Add("--rehearse");
        start.Environment["CUDA_CACHE_DISABLE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && double.TryParse(output.AsSpan().Trim(), CultureInfo.InvariantCulture, out double milliseconds)
            ? milliseconds
            : throw new FcnException($"The started process ended with {process.ExitCode}: {output} {errors.Result}");
    }
}

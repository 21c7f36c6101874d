// kill -9 while checkpoints are written: afterwards `last` is the announced checkpoint or the next one, whole, and the run goes on.
// FCN_KILLS sets how often (20 if unset); eng/kill-check.sh asks for 100.
using System.Diagnostics;
using System.Globalization;
using Fcn.Data;
using Fcn.Training;
using Fcn.Weights;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Training;

public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("fcn-kill-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void AKilledRunAlwaysResumes()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("FCN_KILLS") ?? "20", CultureInfo.InvariantCulture);
        RunFolder run = RunFolder.Create(root, "train", "killed");
        // Its paths are all that is needed here: the folder is the other process's.
        run.Dispose();
        var random = new RandomStream(2026);
        (long iteration, int halfWritten) = (0, 0);
        // On a machine whose writes are quick, more kills are needed until one falls into a write.
        for (int kill = 1; kill <= kills || (halfWritten == 0 && kill <= 20 * kills); kill++)
        {
            long announced = Killed(run.Folder, delay: random.Below(100), iteration);
            if (File.Exists(run.Last + ".partial")) halfWritten++;
            iteration = Verified(run.Last);
            Assert.True(iteration - announced is 0 or 1, $"kill {kill}: {announced} was announced, the file holds {iteration}");
        }
        output.WriteLine($"{kills} kills up to iteration {iteration}; {halfWritten} left an unfinished file beside the last checkpoint");
        Assert.True(halfWritten > 0, "No kill fell into a write, so nothing was tested: make the checkpoints larger.");

        using (Process last = Start(run.Folder, iteration + 3))
        {
            last.StandardOutput.ReadToEnd();
            last.WaitForExit();
            Assert.Equal(0, last.ExitCode);
        }
        Assert.Equal(iteration + 3, Verified(run.Last));
        Assert.Equal(["last.safetensors"], Directory.GetFiles(Path.GetDirectoryName(run.Last)!).Select(Path.GetFileName));
        using var net = new BallastNet();
        Checkpoint.Load(run.Last, net);
        Assert.Equal(KilledRun.Whole(iteration + 3), net.Bits());
        Assert.Equal(Enumerable.Range(1, (int)iteration + 3).Select(static i => (long)i), run.Log.Rows.Select(static r => r.Iteration));
    }

    // Starts the run, waits until it saves, kills it some milliseconds later; the iteration of the last checkpoint that it announced.
    static long Killed(string folder, int delay, long iteration)
    {
        using Process process = Start(folder, long.MaxValue);
        string? line = process.StandardOutput.ReadLine();
        Assert.NotNull(line);
        Thread.Sleep(delay);
        process.Kill();
        process.WaitForExit();
        for (; line is not null; line = process.StandardOutput.ReadLine())
            // The last line may be cut short.
            if (line == $"saved {iteration + 1}") iteration++;
        return iteration;
    }

    static Process Start(string folder, long iterations)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] arguments = ["train", folder, iterations.ToString(CultureInfo.InvariantCulture)];
        string[] program = ["exec", typeof(KilledRun).Assembly.Location, .. arguments];
        return Process.Start(new ProcessStartInfo(dotnet, program) { RedirectStandardOutput = true })!;
    }

    // The iteration of a checkpoint, after a look at all of it.
    static long Verified(string path)
    {
        long iteration = Checkpoint.Peek(path).Iteration;
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        var ballast = new float[KilledRun.Ballast];
        foreach (string name in (string[])["ballast.weight", "momentum.ballast.weight"])
        {
            reader.Read(name, ballast);
            Assert.False(ballast.AsSpan().ContainsAnyExcept((float)iteration), $"{path} is of iteration {iteration}, but not {name}");
        }
        return iteration;
    }
}

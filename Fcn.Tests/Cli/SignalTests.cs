// fcn train in processes that get signals, and whose output goes nowhere. FCN_KILLS sets how many signals in all (5 if unset);
// eng/kill-check.sh asks for 100.
using System.Globalization;
using Fcn.Data;
using Fcn.Training;
using Xunit;
using Xunit.Abstractions;

namespace Fcn.Tests.Cli;

public sealed class SignalTests(ITestOutputHelper output) : IDisposable
{
    const int SaveEvery = 10, Interrupted = 130;

    static readonly (string Name, int Number)[] Signals = [("SIGINT", 2), ("SIGKILL", 9), ("SIGTERM", 15), ("SIGHUP", 1), ("SIGQUIT", 3)];

    readonly SceneRun run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public void ARunThatSignalsEndAlwaysResumes()
    {
        if (Unsupported()) return;
        int signals = int.Parse(Environment.GetEnvironmentVariable("FCN_KILLS") ?? "5", CultureInfo.InvariantCulture);
        var random = new RandomStream(2027);
        (long before, int early, int inOrder) = (0, 0, 0);
        for (int i = 0; i < signals; i++)
        {
            (string name, int signal) = Signals[i % Signals.Length];
            // Every third at any moment of its start, the others while it trains, further than any before.
            bool isAnyMoment = i % 3 == 2;
            long next = LastRow() + 1;
            using ToolProcess process = Begin();
            if (!isAnyMoment) WaitForRow(process, next);
            Thread.Sleep(random.Below(300));
            process.Send(signal);
            ToolResult result = process.Wait();
            if (!File.Exists(run.Last))
            {
                // It was gone before there was anything to lose.
                Assert.Equal(0, LastRow());
                if (Directory.Exists(run.Folder)) Directory.Delete(run.Folder, recursive: true);
                early++;
                continue;
            }
            long saved = Checkpoint.Peek(run.Last).Iteration, trained = LastRow();
            string seen = $"{name} {i}: {before} steps were saved, {trained} trained, {saved} saved now; {result}";
            Assert.True(saved >= before && trained >= saved && trained - saved <= SaveEvery, seen);
            if (result.Output.Contains("Stopped", StringComparison.Ordinal))
            {
                Assert.Equal((Interrupted, trained), (result.Code, saved));
                Assert.Equal($"Stopped and saved at step {saved}. Go on with: fcn train --resume {run.Folder}", result.LastLine);
                inOrder++;
            }
            else
            {
                // SIGKILL asks nobody, and a process that has not yet asked for signals ends as any other.
                Assert.Equal(128 + signal, result.Code);
                Assert.True(name == "SIGKILL" || isAnyMoment, seen);
            }
            before = saved;
        }
        output.WriteLine($"{signals} signals up to step {before}: {inOrder} ended in order, {early} before there was a checkpoint");
        Assert.True(inOrder > 0);

        using ToolProcess last = ToolProcess.Start("train", "--resume", run.Folder, "--iterations", Text(before + 3));
        Assert.Equal(0, last.Wait().Code);
        Assert.Equal(before + 3, Checkpoint.Peek(run.Last).Iteration);
        Assert.Equal(Enumerable.Range(1, (int)before + 3).Select(static i => (long)i), Rows());
    }

    // The window of a terminal is closed: its processes get SIGHUP, and whatever they print is an error from then on.
    [Theory]
    [InlineData(":", Interrupted)]
    [InlineData("", 1)]
    public void ATerminalThatClosesEndsTheRunInOrderUnlessThatIsIgnored(string trap, int expected)
    {
        if (Unsupported()) return;
        if (!File.Exists("/usr/bin/script"))
        {
            output.WriteLine("There is no script(1), which gives a process a terminal.");
            return;
        }
        // The terminal's own shell ends with it. Its child outlives the signal to tell how the tool ended (with ':'), or ignores it as the
        // tool then does (with '', which is what nohup does).
        string code = run["code"], shell = run["run.sh"], iterations = trap.Length == 0 ? "150" : "1000000";
        File.WriteAllText(shell, $"trap '{trap}' HUP\n\"$@\"\necho $? > {code}.partial\nmv {code}.partial {code}\n");
        using var ended = new ManualResetEventSlim();
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(code)!, "code") { EnableRaisingEvents = true };
        watcher.Renamed += (_, _) => ended.Set();
        using ToolProcess terminal = ToolProcess.StartIn(
            $"for word in \"$@\"; do words=\"$words '$word'\"; done; TERM=xterm exec script -q -c \"sh {shell} $words; exit\" /dev/null",
            Arguments(iterations));
        WaitForRow(terminal, 1);
        terminal.Send(9);
        Assert.True(ended.Wait(TimeSpan.FromMinutes(2)), "The run did not end.");
        Assert.Equal(expected, int.Parse(File.ReadAllText(code), CultureInfo.InvariantCulture));
        Assert.Equal(LastRow(), Checkpoint.Peek(run.Last).Iteration);
        if (trap.Length == 0) Assert.Equal(150, LastRow());
    }

    [Fact]
    public void AnOutputThatIsNotOpenForWritingIsCalledThat()
    {
        if (Unsupported()) return;
        using ToolProcess closed = ToolProcess.StartIn("exec \"$@\" 1< /dev/null", "info");
        ToolResult result = closed.Wait();
        Assert.Equal((1, "error: All was done, but not all could be printed: the output is closed or not open for writing.\n"),
            (result.Code, result.Error));
    }

    [Fact]
    public void AFullDiskBehindTheOutputEndsNothing()
    {
        if (Unsupported()) return;
        using (ToolProcess full = ToolProcess.StartIn("exec \"$@\" > /dev/full", Arguments("5")))
        {
            ToolResult result = full.Wait();
            Assert.Equal(1, result.Code);
            Assert.StartsWith("error: All was done, but not all could be printed: No space left on device", result.Error);
        }
        Assert.Equal(5, Checkpoint.Peek(run.Last).Iteration);
        using ToolProcess both = ToolProcess.StartIn("exec \"$@\" > /dev/full 2> /dev/full", "train", "--resume", "no-such-run");
        Assert.Equal(1, both.Wait().Code);
    }

    ToolProcess Begin() => File.Exists(run.Last)
        ? ToolProcess.Start("train", "--resume", run.Folder)
        : ToolProcess.Start(Arguments("1000000"));

    string[] Arguments(string iterations) =>
    [
        "train", run.Data.Root, "--network", "fcn-demo", "--iterations", iterations, "--save-every", Text(SaveEvery), "--log-every", "1",
        "--val-split", "none", "--threads", "1", "--runs", run.Runs, "--name", "x",
    ];

    // Rows reach the file with every step. Nothing else tells of a step: the tool prints a line every few seconds.
    void WaitForRow(ToolProcess process, long row)
    {
        while (LastRow() < row && !process.HasEnded) Thread.Sleep(5);
    }

    long LastRow() => Rows().LastOrDefault();

    long[] Rows()
    {
        string log = Path.Combine(run.Folder, "log.csv");
        if (!File.Exists(log)) return [];
        try
        {
            const FileShare Any = FileShare.ReadWrite | FileShare.Delete;
            using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, Any));
            string[] lines = reader.ReadToEnd().Split('\n');
            // Behind the last line break is a row that is being written, or nothing.
            return [.. lines.Skip(1).SkipLast(1).Select(static l => long.Parse(l.Split(',')[0], CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // For the moment of its renaming a new file is its writer's alone.
            return [];
        }
    }

    bool Unsupported()
    {
        if (!OperatingSystem.IsWindows()) return false;
        output.WriteLine("Windows sends no signals.");
        return true;
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

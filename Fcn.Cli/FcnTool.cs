// Arguments and networks in, exit code out: 0 done, 1 something the user can mend, 2 wrong usage, 130 interrupted.
// Whatever happens outside (signals, a terminal that closes, a full disk) ends in one of them, never in a crash.
using System.CommandLine;
using Fcn.Cli.Output;
using Fcn.Cli.Verbs;

namespace Fcn.Cli;

/// <summary>
/// The command line tool as a function. A program with networks of its own gets every verb with one line:
/// <c>return FcnTool.Run(args, new NetworkCatalog().Add("mynet", MyNet.Summary, MyNet.Code, device => new MyNet(device)));</c>
/// </summary>
public static class FcnTool
{
    const int Done = 0, Failed = 1, WrongUsage = 2, Interrupted = 130;

    /// <summary>
    /// Runs one verb on the console. Ctrl-C, SIGTERM, SIGQUIT and the SIGHUP of a terminal that closes end it in order: training saves its
    /// last checkpoint first. A second Ctrl-C ends it at once, another signal when it is repeated after 5 s. Where SIGHUP is ignored
    /// (nohup), it stays so.
    /// </summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="networks">The networks the verbs can open.</param>
    /// <param name="devices">What <c>--device</c> may name beside <c>auto</c>, <c>cpu</c>, <c>cuda</c> and <c>ilgpu</c>.</param>
    /// <returns>
    /// The program's exit code: 0 done, 1 failed with a message or not all could be printed, 2 wrong usage, 130 interrupted.
    /// </returns>
    /// <exception cref="ArgumentException">Two kinds of devices have one name.</exception>
    public static int Run(string[] args, NetworkCatalog networks, params DeviceKind[] devices)
    {
        using Interruption interruption = new Interruption(TimeProvider.System).Listen();
        return Run(args, networks, new DeviceCatalog(devices), Terminal.OfConsole(), interruption.Token);
    }

    internal static int Run(
        string[] args, NetworkCatalog networks, DeviceCatalog devices, Terminal terminal, CancellationToken cancellation = default)
    {
        int code = Invoke(args, networks, devices, terminal, cancellation);
        if (code != Done || terminal.Failure is not { } failure) return code;
        // What the system says of a stream that was closed before the start, or opened for reading alone, names a path that there is not.
        string why = failure is UnauthorizedAccessException ? "the output is closed or not open for writing." : failure.Message;
        terminal.Error($"All was done, but not all could be printed: {why}");
        return Failed;
    }

    static int Invoke(
        string[] args, NetworkCatalog networks, DeviceCatalog devices, Terminal terminal, CancellationToken cancellation)
    {
        var session = new Session(networks, devices, terminal, cancellation);
        var root = new RootCommand("Train, validate and run fully convolutional networks.")
        {
            DemoVerb.Command(session),
            InfoVerb.Command(session),
            TrainVerb.Command(session),
            ValVerb.Command(session),
            PredictVerb.Command(session),
            BenchmarkVerb.Command(session),
        };
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (Usage.Mistake(parsed, args) is var (message, hint))
        {
            terminal.Error(message);
            terminal.Hint(hint);
            return WrongUsage;
        }
        try
        {
            var settings = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
                Output = terminal.Writer, Error = terminal.ErrorWriter,
            };
            int code = parsed.Invoke(settings);
            return code == Done && session.WasInterrupted ? Interrupted : code;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (UsageException e)
        {
            terminal.Error(e.Message);
            terminal.Hint(Usage.Help(parsed));
            return WrongUsage;
        }
        catch (FcnException e)
        {
            terminal.Error(e.Message);
            return Failed;
        }
        catch (OutOfMemoryException)
        {
            terminal.Error(Failures.OutOfMemory);
            return Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Error(e.Message);
            return Failed;
        }
        catch (Exception e)
        {
            terminal.Error($"This should not have happened: {e.GetType().Name}: {e.Message}");
            if (Environment.GetEnvironmentVariable("FCN_STACK") == "1") terminal.Hint(e.ToString());
            else terminal.Hint("Set FCN_STACK=1 to see where, and please report it.");
            return Failed;
        }
        finally
        {
            session.Warnings.Close();
        }
    }
}

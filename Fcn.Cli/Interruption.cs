// Signals → a token that asks the work to end in order. Who keeps asking ends the process.
using System.Runtime.InteropServices;

namespace Fcn.Cli;

sealed class Interruption(TimeProvider clock) : IDisposable
{
    // A closing terminal and timeout(1) send their signal twice. What comes later is somebody who has waited long enough.
    static readonly TimeSpan echo = TimeSpan.FromSeconds(5);

    // Neither is disposed: a signal may still be on its way when the registrations are.
    readonly CancellationTokenSource asked = new();
    readonly ManualResetEventSlim ended = new();
    readonly List<PosixSignalRegistration> registrations = [];
    readonly Lock gate = new();
    long? begun;

    public CancellationToken Token => asked.Token;

    /// From now on signals come here. One that cannot be asked for does what it does in any process.
    public Interruption Listen()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            try
            {
                registrations.Add(PosixSignalRegistration.Create(signal, Stop));
            }
            catch (Exception e) when (e is IOException or PlatformNotSupportedException)
            {
            }
        }
        return this;
    }

    /// A signal that is not cancelled ends the process. The keyboard's second one is meant at once.
    public void Stop(PosixSignalContext signal)
    {
        lock (gate)
        {
            signal.Cancel = begun is not { } first || (signal.Signal != PosixSignal.SIGINT && clock.GetElapsedTime(first) < echo);
            begun ??= clock.GetTimestamp();
        }
        asked.Cancel();
        // A window that is closed (SIGHUP) and a shutdown (SIGTERM) cannot be cancelled on Windows: it ends the process when their
        // handler returns (HandlerRoutine in the documentation of its consoles).
        if (OperatingSystem.IsWindows() && signal.Signal is (PosixSignal.SIGHUP or PosixSignal.SIGTERM)) ended.Wait();
    }

    /// The work has ended.
    public void Dispose()
    {
        ended.Set();
        foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
    }
}

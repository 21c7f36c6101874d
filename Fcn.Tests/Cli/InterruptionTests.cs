using System.Runtime.InteropServices;
using Fcn.Cli;
using Xunit;

namespace Fcn.Tests.Cli;

public sealed class InterruptionTests
{
    // Seconds after the first signal, and whether the process goes on.
    [Theory]
    [InlineData(PosixSignal.SIGINT, 0, false)]
    [InlineData(PosixSignal.SIGTERM, 0, true)]
    [InlineData(PosixSignal.SIGHUP, 4, true)]
    [InlineData(PosixSignal.SIGTERM, 6, false)]
    [InlineData(PosixSignal.SIGQUIT, 60, false)]
    public void WhoAsksAgainLaterEndsTheProcess(PosixSignal signal, int seconds, bool goesOn)
    {
        var clock = new SetClock();
        using var interruption = new Interruption(clock);
        var (first, again) = (new PosixSignalContext(PosixSignal.SIGQUIT), new PosixSignalContext(signal));
        interruption.Stop(first);
        Assert.True(first.Cancel && interruption.Token.IsCancellationRequested);
        clock.Seconds = seconds;
        // Where the system waits for the end of the handler, this is the end of the work.
        interruption.Dispose();
        interruption.Stop(again);
        Assert.Equal(goesOn, again.Cancel);
    }

    sealed class SetClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}

// Steps done → "title 120/1400, loss 0.52, ETA 0:38", as a bar that moves or as a line now and then.
using System.Diagnostics;
using Spectre.Console;

namespace Fcn.Cli.Output;

/// The progress of one piece of work.
abstract class Track(string title, long begun, long total)
{
    readonly Stopwatch clock = Stopwatch.StartNew();

    protected TimeSpan Elapsed => clock.Elapsed;

    /// So many steps are done; details are the numbers that go with it.
    public abstract void At(long done, string details);

    protected bool IsLast(long done) => done >= total;

    protected string Words(long done, string details)
    {
        string words = $"{title} {done}/{total}";
        if (details.Length > 0) words += ", " + details;
        return done > begun && done < total ? $"{words}, ETA {Span(Elapsed * ((double)(total - done) / (done - begun)))}" : words;
    }

    static string Span(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{time:m\\:ss}";
}

sealed class PlainTrack(Terminal terminal, string title, long begun, long total) : Track(title, begun, total)
{
    TimeSpan next = terminal.PlainInterval;
    long told = -1;

    public override void At(long done, string details)
    {
        // The last step is always told, but once: a validation may follow it.
        if (Elapsed < next && (!IsLast(done) || told == done)) return;
        told = done;
        next = Elapsed + terminal.PlainInterval;
        terminal.Line(Words(done, details));
    }
}

sealed class LiveTrack(ProgressTask task, string title, long begun, long total) : Track(title, begun, total)
{
    TimeSpan next;

    public override void At(long done, string details)
    {
        task.Value = done;
        if (Elapsed < next) return;
        next = Elapsed + TimeSpan.FromSeconds(0.1);
        task.Description = Markup.Escape(Words(done, details));
    }
}

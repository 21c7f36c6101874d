// Data sets → looked through before the first step: what is wrong with them shows now, not after a night.
using System.Diagnostics;
using Fcn.Cli.Output;
using Fcn.Data;

namespace Fcn.Cli;

/// The surveys of a run. What takes too long to wait for goes on beside the work, which asks from time to time whether all is well.
sealed class LookThrough : IDisposable
{
    // All of PASCAL VOC from a disk; short beside any training.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), Glance = TimeSpan.FromMilliseconds(100);

    const int MostTold = 10;

    readonly Terminal terminal;
    readonly (SegmentationSet Set, SetSurvey Survey)[] surveys;

    /// Waits for a while, and tells what a user should know of the labels.
    public LookThrough(Session session, params IEnumerable<SegmentationSet> sets) : this(session, Patience, sets) { }

    internal LookThrough(Session session, TimeSpan patience, IEnumerable<SegmentationSet> sets)
    {
        terminal = session.Terminal;
        surveys = [.. sets.Select(static s => (s, new SetSurvey(s)))];
        try
        {
            var clock = Stopwatch.StartNew();
            foreach ((SegmentationSet set, SetSurvey survey) in surveys) Wait(session, set, survey, patience - clock.Elapsed);
            foreach ((SegmentationSet set, SetSurvey survey) in surveys) Tell(set, survey);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// At the end of the work: how many examples were left out.
    public void TellSkipped()
    {
        foreach ((SegmentationSet set, _) in surveys)
            if (set.Skipped is { Count: > 0 } skipped)
                terminal.Line($"{set.Name}: {skipped.Count} of {set.Count} examples were skipped: " +
                    $"{LongList.Cut([.. skipped.Select(static s => s.Id)], MostTold)}.");
    }

    /// The largest example of a set that was seen so far; null for none.
    public (string Id, PixelSize Size)? LargestOf(SegmentationSet set) => Array.Find(surveys, s => s.Set == set).Survey.Largest;

    /// Says what was found wrong since.
    public void ThrowIfFailed()
    {
        foreach ((_, SetSurvey survey) in surveys) survey.ThrowIfFailed();
    }

    public void Dispose()
    {
        foreach ((_, SetSurvey survey) in surveys) survey.Dispose();
    }

    void Wait(Session session, SegmentationSet set, SetSurvey survey, TimeSpan patience) =>
        terminal.Track($"looking through {set.Name}:", 0, set.Count, track =>
        {
            var clock = Stopwatch.StartNew();
            while (!survey.Wait(Glance) && clock.Elapsed < patience && !session.Cancellation.IsCancellationRequested)
                track.At(survey.Examined, "");
        });

    void Tell(SegmentationSet set, SetSurvey survey)
    {
        survey.ThrowIfFailed();
        IReadOnlyList<SkippedExample> skipped = set.Skipped;
        if (skipped.Count > 0)
            terminal.Line($"{set.Name}: {skipped.Count} of {set.Count} examples are skipped:\n" +
                LongList.Lines([.. skipped.Select(static s => s.Reason)], MostTold));
        if (survey.Remark is { Length: > 0 } remark) terminal.Line(remark);
        if (!survey.IsComplete)
            terminal.Line($"{set.Name}: {survey.Examined} of {set.Count} examples were looked through; the rest is, beside the work.");
    }
}

// Examples → which of them cannot be used and what classes occur, without decoding photographs: in seconds, not hours, and before training.
using System.Globalization;
using System.Runtime.ExceptionServices;
using Fcn.Imaging;

namespace Fcn.Data;

/// <summary>
/// Looks a set through on a thread of its own: reads all labels and the sizes of the photographs. Wait for it before a run; where a large
/// set takes too long, start the run and ask <see cref="ThrowIfFailed"/> after every step. Disposing ends it.
/// </summary>
public sealed class SetSurvey : IDisposable
{
    // Ten bad examples tell what is wrong with a set; the rest of it is not looked at.
    const int MostBad = 10;

    readonly SegmentationSet set;
    readonly Task work;
    readonly CancellationTokenSource stop = new();
    readonly Lock access = new();
    readonly List<string> bad = [];
    readonly long[] pixels = new long[256];
    ExceptionDispatchInfo? failure;
    int examined;
    (string Id, PixelSize Size)? largest;

    /// <summary>Starts to look.</summary>
    /// <param name="set">The set, of one or more examples.</param>
    public SetSurvey(SegmentationSet set)
    {
        this.set = set;
        work = Task.Factory.StartNew(Look, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Examples looked at so far.</summary>
    public int Examined => Volatile.Read(ref examined);

    /// <summary>All examples were looked at.</summary>
    public bool IsComplete => Examined == set.Count;

    /// <summary>Waits for the end, but no longer than <paramref name="patience"/>.</summary>
    /// <returns>Whether it has ended, by itself or because of what it found.</returns>
    public bool Wait(TimeSpan patience) => work.Wait(patience);

    /// <summary>Says what is wrong with the set, as far as it was looked at.</summary>
    /// <exception cref="FcnException">
    /// Examples are bad and the set does not skip those (the first ten are listed), or all are; or no pixel of the whole set has a label.
    /// </exception>
    public void ThrowIfFailed()
    {
        lock (access)
        {
            failure?.Throw();
            if (bad.Count == 0) return;
            if (bad.Count == 1) throw new FcnException($"{bad[0]} {SegmentationSet.Advice}");
            string among = IsComplete ? $"{set.Count}" : $"the first {examined}";
            throw new FcnException(
                $"{set.Name}: {bad.Count} of {among} examples cannot be used. {SegmentationSet.Advice}\n{string.Join('\n', bad)}");
        }
    }

    /// <summary>Pixels with a label, 0 to 255, in the examples looked at so far; bad ones do not count.</summary>
    public long Pixels(byte label)
    {
        lock (access) return pixels[label];
    }

    /// <summary>The example with the most pixels of those looked at so far; null before the first that can be used.</summary>
    public (string Id, PixelSize Size)? Largest
    {
        get
        {
            lock (access) return largest;
        }
    }

    /// <summary>
    /// What a user should know of the labels seen so far: classes that never occur, pixels that are ignored; empty where all is as usual.
    /// </summary>
    public string Remark
    {
        get
        {
            lock (access)
            {
                long all = pixels.Sum(), ignored = pixels[LabelMap.Ignore];
                int[] absent = [.. Enumerable.Range(0, set.Classes).Where(c => pixels[c] == 0)];
                if (all == 0 || absent.Length == 0 && ignored * 2 <= all) return "";
                string where = IsComplete ? set.Name : $"the first {examined} examples of {set.Name}";
                return $"{where}: {Occurrence(absent)}{(ignored == 0 ? "" : Ignorance(100.0 * ignored / all, absent))}";
            }
        }
    }

    /// <summary>Ends it; waits for the example it is at.</summary>
    public void Dispose()
    {
        stop.Cancel();
        work.Wait();
        stop.Dispose();
    }

    internal static FcnException Unlabelled(SegmentationSet set) =>
        new($"{set.Name}: no pixel of {set.Count - set.Skipped.Count} examples has a label: all are 255, which is ignored, so there is " +
            $"nothing to learn or to compare. Write classes, 0 to {set.Classes - 1}, into the label files.");

    string Occurrence(int[] absent)
    {
        if (absent.Length == 0) return "all classes occur.";
        if (absent.Length == set.Classes) return "no pixel has a label.";
        if (absent.Length < set.Classes - 1)
            return $"no pixel is {LongList.Cut([.. absent.Select(c => set.ClassNames[c])], SplitList.MostListed)}.";
        int only = Array.FindIndex(pixels, static p => p > 0);
        return $"every labelled pixel is {set.ClassNames[only]} ({only}), so nothing can be learned: who always says so is always right.";
    }

    // Drawing programs write masks of 0 and 255.
    string Ignorance(double percent, int[] absent)
    {
        string meant = absent.Length == set.Classes - 1 ? ": where it means an object, write the object's class" : "";
        return string.Create(CultureInfo.InvariantCulture, $" {percent:0.#} % of the pixels are 255, which is ignored{meant}.");
    }

    void Look()
    {
        try
        {
            while (Examined < set.Count && bad.Count < MostBad && !stop.IsCancellationRequested) Look(Examined);
            set.RequireUsable();
            if (IsComplete && bad.Count == 0 && pixels.AsSpan(0, LabelMap.Ignore).IndexOfAnyExcept(0) < 0) throw Unlabelled(set);
        }
        catch (Exception e)
        {
            lock (access) failure = ExceptionDispatchInfo.Capture(e);
        }
    }

    void Look(int index)
    {
        try
        {
            var counted = new long[pixels.Length];
            LabelMap? map = set.Examine(index);
            foreach (byte label in map?.Labels ?? []) counted[label]++;
            lock (access)
            {
                if (map is not null && map.Labels.Length > (largest is { Size: var most } ? (long)most.Width * most.Height : 0))
                    largest = (set.Ids[index], new PixelSize(map.Width, map.Height));
                for (int label = 0; label < counted.Length; label++) pixels[label] += counted[label];
                examined++;
            }
        }
        catch (FcnException e) when (e is not MachineException)
        {
            lock (access)
            {
                bad.Add(e.Message);
                examined++;
            }
        }
    }
}

// Images that a verb could not do: they do not keep it from the others, but at the end it fails and says why.
using Fcn.Devices;
using Fcn.Imaging;

namespace Fcn.Cli.Output;

sealed class Failures
{
    const int Listed = 10;

    readonly HashSet<string> missingLibraries = [];
    readonly Dictionary<string, (ImageStep Step, string Message)> failed = [];
    readonly List<string> others = [];

    /// An OutOfMemoryException in words.
    public static string OutOfMemory => $"out of memory; the runtime's heap may take {Tables.Bytes(HostMemory.HeapLimit)}.";

    /// Of how many images.
    public int Count => failed.Count;

    /// Failures of one image; anything else is no image's fault.
    public static bool IsOne(Exception e) => e is FcnException or OutOfMemoryException;

    /// Keeps what happened to an image first, in words that name it. Out: those words.
    public string Add(ImageStep step, string image, Exception e)
    {
        string what = e is FcnException ? e.Message : OutOfMemory;
        string message = what.Contains($"'{image}'", StringComparison.Ordinal) ? what : $"'{image}': {what}";
        bool isTold = e is MissingLibraryException missing && !missingLibraries.Add(missing.Cause);
        failed.TryAdd(image, (step, isTold ? $"'{image}': the same." : message));
        return message;
    }

    /// Does what belongs to all images: its failure is told behind theirs, and hides none of them. Out: whether it is done.
    public bool Try(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (FcnException e)
        {
            others.Add(e.Message);
            return false;
        }
    }

    /// <exception cref="FcnException">There was a failure: reading, segmenting and writing apart, long lists cut.</exception>
    public void ThrowIfAny(int images, string rest = "")
    {
        if (failed.Count + others.Count == 0) return;
        IEnumerable<string> parts = images == 1
            ? failed.Values.Select(static f => f.Message)
            : failed.Values.GroupBy(static f => f.Step, static f => f.Message).OrderBy(static step => step.Key).Select(step =>
                $"{step.Count()} of {images} images could not be {Words(step.Key)}:\n{LongList.Lines([.. step], Listed)}");
        throw new FcnException(string.Join('\n', [.. parts, .. others, .. rest.Length == 0 ? Array.Empty<string>() : [rest]]));
    }

    static string Words(ImageStep step) => step switch
    {
        ImageStep.Read => "read",
        ImageStep.Segment => "segmented",
        ImageStep.Write => "written",
    };
}

/// What is done with an image, in this order.
enum ImageStep
{
    Read,
    Segment,
    Write,
}

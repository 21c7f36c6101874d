namespace Fcn.Data;

/// <summary>What becomes of an example that cannot be used: a file is missing or damaged, a label is no class, the sizes differ.</summary>
public enum BadExamples
{
    /// <summary>It is an error.</summary>
    Stop,

    /// <summary>
    /// It is left out and counted (<see cref="SegmentationSet.Skipped"/>). In training another example, drawn at random, takes its
    /// place: which one follows from the seed and the position in the run, so a run is the same however often it is resumed.
    /// </summary>
    Skip,
}

/// <summary>An example that was left out.</summary>
/// <param name="Index">Its place in the set, from 0.</param>
/// <param name="Id">Its name.</param>
/// <param name="Reason">Why it cannot be used.</param>
public sealed record SkippedExample(int Index, string Id, string Reason);

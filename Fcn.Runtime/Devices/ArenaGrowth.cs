namespace Fcn.Devices;

// How large an arena should be. It grows to the largest plan that ran, and is given back when a long row of runs needed far less of it: a
// network that met one huge photograph should not hold its memory for good, and one that alternates between sizes should not allocate at
// every step.
internal struct ArenaGrowth
{
    private const int Patience = 16;
    private int _smallRuns;
    private long _largestSmall;

    /// The size to allocate anew for a run of so many bytes; null to keep what is held.
    public long? Next(long held, long bytes)
    {
        (_smallRuns, _largestSmall) = bytes < held / 4 ? (_smallRuns + 1, Math.Max(_largestSmall, bytes)) : (0, 0);
        bool tooLarge = _smallRuns == Patience;
        if (bytes <= held && !tooLarge) return null;
        long wanted = tooLarge ? _largestSmall : bytes;
        (_smallRuns, _largestSmall) = (0, 0);
        return wanted;
    }
}

namespace Fcn.Devices;

// Gives back several things, all of them: one that fails must not keep the others.
internal static class Release
{
    /// In order. Of several failures the last is thrown.
    public static void All(IEnumerable<IDisposable?> parts)
    {
        using var rest = parts.GetEnumerator();
        Next(rest);
    }

    private static void Next(IEnumerator<IDisposable?> rest)
    {
        while (rest.MoveNext())
        {
            try
            {
                rest.Current?.Dispose();
            }
            catch
            {
                Next(rest);
                throw;
            }
        }
    }
}

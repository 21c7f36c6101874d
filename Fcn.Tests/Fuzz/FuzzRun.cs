using Xunit;

namespace Fcn.Tests.Fuzz;

/// <summary>How a run of damaged files ended; both numbers must be above zero, or the run proved nothing.</summary>
internal readonly record struct FuzzTally(int Read, int Refused);

/// <summary>
/// Opens many damaged files. Each must be read, or refused by an <see cref="FcnException"/> that names the file, with no more memory than
/// its bytes justify. A failure prints the file in base64.
/// </summary>
internal static class FuzzRun
{
    /// <param name="corpus">Whole files to damage, in turn.</param>
    /// <param name="count">How many damaged files to open.</param>
    /// <param name="mutations">Where the damage comes from.</param>
    /// <param name="open">Reads the file at a path; may assert what it read.</param>
    /// <param name="allowedBytes">Most managed memory that reading a file of this content may take.</param>
    /// <param name="mend">Restores checksums in every other file, so that the damage gets behind them; or null.</param>
    public static FuzzTally Over(IReadOnlyList<byte[]> corpus, int count, Mutations mutations, Action<string> open,
        Func<byte[], long> allowedBytes, Func<byte[], byte[]>? mend = null)
    {
        using var folder = new TempFolder();
        int read = 0, refused = 0;
        open(folder.Write("whole", corpus[0])); // what is allocated once per process is not counted
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = mutations.Next(corpus[i % corpus.Count]);
            if (mend is not null && i / corpus.Count % 2 == 1) bytes = mend(bytes);
            string path = folder.Write("damaged", bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                open(path);
                read++;
            }
            catch (FcnException e) when (e.Message.Contains(path, StringComparison.Ordinal))
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"File {i} ended in {e}\n{Convert.ToBase64String(bytes)}");
            }
            long taken = GC.GetAllocatedBytesForCurrentThread() - before, allowed = allowedBytes(bytes);
            if (taken > allowed)
                Assert.Fail($"File {i} of {bytes.Length} bytes took {taken} bytes, not {allowed}\n{Convert.ToBase64String(bytes)}");
        }
        return new FuzzTally(read, refused);
    }
}

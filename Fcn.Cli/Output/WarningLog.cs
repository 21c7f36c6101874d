// What is odd about photographs → one line for each kind of oddity, and at the end how many more there were.
using Fcn.Imaging;

namespace Fcn.Cli.Output;

/// Warnings of one run of the tool; they come from any thread, and of one photograph at every reading.
sealed class WarningLog(Terminal terminal)
{
    const int MostListed = 10;

    readonly Lock gate = new();
    readonly Dictionary<ImageOddity, OrderedDictionary<string, ImageWarning>> files = [];

    public void Add(ImageWarning warning)
    {
        lock (gate)
        {
            if (!files.TryGetValue(warning.Oddity, out var alike)) files.Add(warning.Oddity, alike = []);
            if (alike.TryAdd(warning.Path, warning) && alike.Count == 1) terminal.Warning(warning.Message);
        }
    }

    /// The files like those that were warned of.
    public void Close()
    {
        lock (gate)
            foreach (OrderedDictionary<string, ImageWarning> alike in files.Values.Where(static f => f.Count > 1))
            {
                string[] alikes = [.. alike.Keys.Select(static f => $"'{f}'")];
                terminal.Warning($"like {alikes[0]}: {LongList.Cut(alikes[1..], MostListed)}.");
            }
    }
}

using Fcn.Generator.Text;

// What was typed, what there is → "did you mean".
namespace Fcn.Cli;

static class Nearest
{
    /// The name whose key takes the fewest edits; null where even that one takes more than a third of the letters.
    public static string? To(string typed, IEnumerable<(string Key, string Name)> known)
    {
        (string Name, int Edits)? best = null;
        foreach ((string key, string name) in known)
        {
            int edits = Spelling.Edits(typed, key);
            if (edits <= Math.Max(typed.Length, key.Length) / 3 && (best is null || edits < best.Value.Edits)) best = (name, edits);
        }
        return best?.Name;
    }
}

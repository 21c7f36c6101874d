using Fcn.Generator.Declaration;

namespace Fcn.Generator.Emit;

// Names of generated files. Roslyn, Windows and macOS take upper and lower case for the same: the files of a network whose full name, or the beginning of
// it, differs from another's in case alone have a number behind it: A.NET.g.cs, A.Net.2.g.cs.
internal sealed record HintNames(EquatableArray<string> Crowded)
{
    /// Of the full names of all networks of a project.
    public static HintNames Of(IEnumerable<string> networks)
    {
        var (sorted, crowded) = (networks.Distinct().OrderBy(static n => n, StringComparer.Ordinal).ToList(), new List<string>());
        for (int i = 0; i < sorted.Count; i++)
            if (sorted.Where((other, k) => k != i && Meets(sorted[i], other)).Any(other => string.CompareOrdinal(other, sorted[i]) < 0)) crowded.Add(sorted[i]);
        return new(crowded.ToEquatableArray());
    }

    public GeneratedFile Place(GeneratedFile file, NetworkDeclaration network)
    {
        int at = Crowded.ToList().IndexOf(network.FullName);
        return at < 0 ? file : file with { HintName = $"{network.FullName}.{Literal.Of(at + 2)}{file.HintName.Substring(network.FullName.Length)}" };
    }

    private static bool Meets(string name, string other) =>
        name.Equals(other, StringComparison.OrdinalIgnoreCase)
        || name.StartsWith(other + ".", StringComparison.OrdinalIgnoreCase) || other.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase);
}

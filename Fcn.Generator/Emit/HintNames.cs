using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// Names of generated files. Roslyn, Windows and macOS take upper and lower case for the same. The files of a network whose full name, or
// the beginning of it, differs from another's in case alone have a number behind it: A.NET.g.cs, A.Net.2.g.cs.
internal sealed record HintNames(EquatableArray<string> Crowded)
{
    /// Of the full names of all networks of a project: the first in order of each that meet keeps its plain name.
    public static HintNames Of(IEnumerable<string> networks)
    {
        var sorted = networks.Distinct().OrderBy(static n => n, StringComparer.Ordinal).ToList();
        return new(sorted.Where((name, i) => sorted.Take(i).Any(earlier => Meets(name, earlier))).ToEquatableArray());
    }

    public GeneratedFile Named(GeneratedFile file, NetworkDeclaration network)
    {
        int at = Crowded.ToList().IndexOf(network.FullName);
        if (at < 0) return file;
        return file with { HintName = $"{network.FullName}.{Literal.Of(at + 2)}{file.HintName.Substring(network.FullName.Length)}" };
    }

    private static bool Meets(string name, string other) =>
        name.Equals(other, StringComparison.OrdinalIgnoreCase) || Begins(name, other) || Begins(other, name);

    private static bool Begins(string name, string with) => name.StartsWith($"{with}.", StringComparison.OrdinalIgnoreCase);
}

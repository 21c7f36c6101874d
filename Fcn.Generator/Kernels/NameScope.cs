using System.Globalization;

namespace Fcn.Generator.Kernels;

// The identifiers of one scope of generated text: the variables of a kernel, the methods of a class, the entries of a module. Two things
// never get one name, whatever a user calls his layers: who comes later gets a number behind his word.
internal sealed class NameScope(IEnumerable<string> reserved, StringComparer? comparer = null)
{
    private readonly HashSet<string> _taken = new(reserved, comparer ?? StringComparer.Ordinal);
    private readonly Dictionary<string, int> _next = [];

    public NameScope() : this([]) { }

    /// The first of these names that is free, else the last of them with a number behind it.
    public string Take(params string[] wanted)
    {
        foreach (string name in wanted)
            if (_taken.Add(name)) return name;
        string last = wanted[^1];
        for (int n = _next.TryGetValue(last, out int next) ? next : 2; ; n++)
        {
            string numbered = $"{last}_{n.ToString(CultureInfo.InvariantCulture)}";
            if (!_taken.Add(numbered)) continue;
            _next[last] = n + 1;
            return numbered;
        }
    }
}

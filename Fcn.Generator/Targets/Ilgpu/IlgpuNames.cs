using Fcn.Generator.Declaration;
using Fcn.Generator.Emit;

namespace Fcn.Generator.Targets.Ilgpu;

// C# names of a kernel's fields, which are the method's parameters, and of its variables: their own where C# has no other use for it, else with a number.
internal sealed class IlgpuNames
{
    // What the text calls by simple names.
    private static readonly string[] Types = ["Grid", "Group", "Warp", "Math", "MathF", "Interop", "SharedMemory", "CudaAsm", "Real", "IlgpuAssembly"];

    private readonly Dictionary<string, string> _fields = [], _variables = [];
    private readonly HashSet<string> _taken = [.. Types];

    public IlgpuNames(IReadOnlyList<Value> fields)
    {
        foreach (var field in fields) _fields[field.Name] = Take(field.Name);
    }

    public string Field(string name) => _fields[name];

    public string Variable(string name) => _variables.TryGetValue(name, out string? known) ? known : _variables[name] = Take(name);

    private string Take(string name)
    {
        string free = name;
        for (int n = 2; !_taken.Add(free); n++) free = $"{name}_{Literal.Of(n)}";
        return Identifier.Escape(free);
    }
}

using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ilgpu;

// C# names of a kernel's fields, which are the method's parameters, and of its variables: their own where C# has no other use for it, else
// with a number.
internal sealed class IlgpuNames
{
    /// What the text calls by simple names.
    public static readonly IReadOnlyList<string> Words =
    [
        "ArrayView", "BFloat", "BFloat4", "BFloat8", "CudaAsm", "Delegate", "DeviceAddress", "Dictionary", "Float2", "Float4", "Float8", "Grid", "Group",
        "IlgpuAssembly", "IlgpuProgram", "Int2", "Int4", "Interop", "Math", "MathF", "Program", "Real", "SharedMemory", "Truth2", "Truth4", "Truth8",
    ];

    private readonly Dictionary<string, string> _fields = [], _variables = [];
    private readonly NameScope _scope = new(Words);

    public IlgpuNames(IReadOnlyList<Value> fields)
    {
        foreach (var field in fields) _fields[field.Name] = Take(field.Name);
    }

    public string Field(string name) => _fields[name];

    public string Variable(string name) => _variables.TryGetValue(name, out string? known) ? known : _variables[name] = Take(name);

    private string Take(string name) => Identifier.Escape(_scope.Take(name));
}

using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ilgpu;

// A rendered kernel. Code is everything behind the method's name, so that kernels which differ in their names alone can be told to be
// equal. Assembly: the constants of IlgpuAssembly that it names. NeedsCuda: it multiplies on matrix units, in inline assembly, which ILGPU
// has on CUDA alone.
internal sealed record IlgpuKernel(string Name, string Summary, string Code, IReadOnlyList<Value> Fields, int Threads, IReadOnlyDictionary<string, string> Assembly)
{
    public bool NeedsCuda => Assembly.Count > 0;

    /// The method.
    public string Text => $"// {Summary}\n// Groups of {Literal.Of(Threads)} threads.\npublic static void {Name}{Code}";

    /// The same code under another name.
    public IlgpuKernel Named(string name) => this with { Name = name };
}

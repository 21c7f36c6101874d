using Fcn.Generator.Kernels;
using Fcn.Generator.Text;

namespace Fcn.Generator.Targets.Ptx;

// A rendered kernel. Code is everything behind the entry's name, so that kernels which differ in their names alone can be told to be equal.
internal sealed class PtxKernel(string name, string summary, string code, IReadOnlyList<Value> fields, int threads, int sharedBytes)
{
    private string? _text, _hash;

    public string Name => name;

    public string Code => code;

    public IReadOnlyList<Value> Fields => fields;

    public int Threads => threads;

    public int SharedBytes => sharedBytes;

    /// What is put behind a module's header. ASCII: who knows what assemblers make of a comment that is not.
    public string Text => _text ??= $"// {summary.Replace("⌈", "ceil(").Replace("⌉", ")")}\n.visible .entry {name}{code}";

    /// Tells texts of one name apart.
    public string Hash => _hash ??= TextHash.Of(Text);

    /// The same code under another name.
    public PtxKernel Named(string other) => other == name ? this : new(other, summary, code, fields, threads, sharedBytes);
}

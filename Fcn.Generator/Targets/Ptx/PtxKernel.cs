namespace Fcn.Generator.Targets.Ptx;

// A rendered kernel. Code is everything behind the entry's name, so that kernels which differ in their names alone can be told to be equal.
internal sealed record PtxKernel(string Name, string Summary, string Code, IReadOnlyList<Value> Fields, int Threads, int SharedBytes)
{
    /// What is put behind a module's header. ASCII: who knows what assemblers make of a comment that is not.
    public string Text => $"// {Summary.Replace("⌈", "ceil(").Replace("⌉", ")")}\n.visible .entry {Name}{Code}";

    /// The same code under another name.
    public PtxKernel Named(string name) => this with { Name = name };
}

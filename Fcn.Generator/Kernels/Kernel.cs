namespace Fcn.Generator.Kernels;

// A statement of the kernel language. Which members are set depends on Op:
// Let/Assign: Target = Operands[0] · Store: Operands = pointer, offset, value · For: Target from Operands[0] while below Operands[1], step Operands[2] ·
// If: Operands[0], Body, Else · Call: Name(Operands) · Shared: Target, Operands[0] elements · Comment: Name
internal sealed record Statement(KernelOp Op, Value? Target, IReadOnlyList<Value> Operands, string Name, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else);

/// A kernel: launched once per work item (no parameters: everything comes from the frame), or called by one (parameters).
internal sealed record Kernel(string Name, string Summary, IReadOnlyList<Value> Parameters, IReadOnlyList<Statement> Body)
{
    public bool IsFunction => Parameters.Count > 0;
}

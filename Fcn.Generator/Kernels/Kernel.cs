namespace Fcn.Generator.Kernels;

// A statement of the kernel language. Which members are set depends on Op:
// Let/Assign: Target = Operands[0]
// Store: Operands = pointer, offset, value
// For: Target from Operands[0] while below Operands[1], step Operands[2]; Name = LoopForm
// If: Operands[0], Body, Else; Name = BranchForm
// Call: Name(Operands)
// Shared: Target, Operands[0] elements
// Comment: Name
// AsyncCopy: Operands = shared pointer, offset, global pointer, offset, condition or bytes; Name = "cached" where other copies of the block
//   read the same soon
// AsyncWait: Operands[0] groups
// LoadMatrix: Operands = shared pointer, offset, four Words that it sets; Name = "transposed" or nothing
// MatrixMultiply: Operands = four Floats that it adds to, four Words of a, two of b; Name = Kernels.MatrixFormat
internal sealed record Statement(KernelOp Op, Value? Target, IReadOnlyList<Value> Operands, string Name, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else);

/// A kernel: launched once per work item (no parameters: everything comes from the frame), or called by one (parameters).
internal sealed record Kernel(string Name, string Summary, IReadOnlyList<Value> Parameters, IReadOnlyList<Statement> Body)
{
    public bool IsFunction => Parameters.Count > 0;

    /// Threads of a block; 0 on a CPU.
    public int Threads { get; init; }
}

/// What a For asks of whoever makes machine code of it: nothing, or this.
internal static class LoopForm
{
    /// All turns one behind the other; bounds are constants.
    public const string Unrolled = "unrolled";
}

/// What an If is: a branch, or this.
internal static class BranchForm
{
    /// One instruction that is conditional; its operands are computed in any case.
    public const string Guarded = "guarded";
}

/// Formats of MatrixMultiply: fragments of 16x16 and 16x8 elements (BFloat16), or 8x16 and 8x8 (TensorFloat), onto 16x8 floats.
internal static class MatrixFormat
{
    public const string BFloat16 = "bf16";
    public const string TensorFloat = "tf32";
}

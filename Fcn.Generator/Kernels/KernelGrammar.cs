namespace Fcn.Generator.Kernels;

/// What an op looks like: its word, how many operands it has (AnyNumber: as many as one likes), whether it is a value, and whether it
/// names a variable.
internal readonly record struct KernelForm(string Word, int Operands, bool IsValue, bool HasTarget);

// The grammar of the kernel language, a line an op; KernelPrinter and KernelSpec share it.
internal static class KernelGrammar
{
    public const int AnyNumber = -1;

    public static KernelForm Of(KernelOp op) => op switch
    {
        KernelOp.Constant => Value("constant", 0),
        KernelOp.Variable => Value("variable", 0),
        KernelOp.Field => Value("field", 0),
        KernelOp.Item => Value("item", 0),
        KernelOp.Thread => Value("thread", 0),
        KernelOp.LaneIndex => Value("lanes", 0),
        KernelOp.Add => Value("add", 2),
        KernelOp.Subtract => Value("subtract", 2),
        KernelOp.Multiply => Value("multiply", 2),
        KernelOp.Divide => Value("divide", 2),
        KernelOp.Remainder => Value("remainder", 2),
        KernelOp.Minimum => Value("min", 2),
        KernelOp.Maximum => Value("max", 2),
        KernelOp.FusedMultiplyAdd => Value("fma", 3),
        KernelOp.Exponential => Value("exp", 1),
        KernelOp.Logarithm => Value("log", 1),
        KernelOp.Less => Value("less", 2),
        KernelOp.LessOrEqual => Value("less_or_equal", 2),
        KernelOp.Equal => Value("equal", 2),
        KernelOp.And => Value("and", 2),
        KernelOp.Or => Value("or", 2),
        KernelOp.Xor => Value("xor", 2),
        KernelOp.ShiftLeft => Value("shift_left", 2),
        KernelOp.ShiftRight => Value("shift_right", 2),
        KernelOp.MultiplyHigh => Value("multiply_high", 2),
        KernelOp.DivisorMagic => Value("divisor_magic", 1),
        KernelOp.DivisorShift => Value("divisor_shift", 1),
        KernelOp.Select => Value("select", 3),
        KernelOp.Convert => Value("convert", 1),
        KernelOp.Uniform => Value("uniform", 2),
        KernelOp.Broadcast => Value("broadcast", 1),
        KernelOp.ReduceAdd => Value("reduce_add", 1),
        KernelOp.ReduceMinimum => Value("reduce_min", 1),
        KernelOp.ReduceMaximum => Value("reduce_max", 1),
        KernelOp.Compose => Value("compose", AnyNumber),
        KernelOp.Lane => Value("lane", 1),
        KernelOp.Bits => Value("bits", 1),
        KernelOp.Load => Value("load", 2),
        KernelOp.Store => Statement("store", 3),
        KernelOp.Shared => Statement("shared", 1, target: true),
        KernelOp.AsyncCopy => Statement("copy", 5),
        KernelOp.AsyncCommit => Statement("copy_commit", 0),
        KernelOp.AsyncWait => Statement("copy_wait", 1),
        KernelOp.Let => Statement("let", 1, target: true),
        KernelOp.Assign => Statement("assign", 1, target: true),
        KernelOp.For => Statement("for", 3, target: true),
        KernelOp.If => Statement("if", 1),
        KernelOp.Call => Statement("call", AnyNumber),
        KernelOp.Barrier => Statement("barrier", 0),
        KernelOp.LoadMatrix => Statement("load_matrix", 6),
        KernelOp.MatrixMultiply => Statement("matrix_multiply", 10),
        KernelOp.Comment => Statement("comment", 0),
    };

    /// Whether an op is a statement, and this one has the target and the operands that it asks for.
    public static bool Fits(Statement s) => Of(s.Op) is { IsValue: false } form && Takes(form, s.Operands.Count)
        && (form.HasTarget ? s.Target is { Op: KernelOp.Variable } : s.Target is null) && (s.Op != KernelOp.Call || s.Name != "");

    public static bool Takes(KernelForm form, int operands) => form.Operands == AnyNumber || form.Operands == operands;

    private static KernelForm Value(string word, int operands) => new(word, operands, true, false);

    private static KernelForm Statement(string word, int operands, bool target = false) => new(word, operands, false, target);
}

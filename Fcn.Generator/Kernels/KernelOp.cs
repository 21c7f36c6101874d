namespace Fcn.Generator.Kernels;

// The closed set of loop-level instructions. KernelInterpreter is their definition; every target renders each of them or says in KernelSpec
// that its schedules never contain it. A new member breaks every switch over this enum at compile time.
internal enum KernelOp
{
    // Leaves
    Constant,        // a literal number
    Variable,        // a loop counter, a local or a parameter, by name
    Field,           // a size or pointer of the launch's frame, by name
    Item,            // index of this work item: a CPU's work item, a GPU's block
    Thread,          // index of this thread in its block; 0 on a CPU
    LaneIndex,       // 0, 1, 2, ... across the lanes

    // Arithmetic, on scalars and lane by lane on vectors
    Add,
    Subtract,
    Multiply,
    Divide,          // of whole numbers: of non-negative ones only
    Remainder,       // as Divide
    Minimum,
    Maximum,         // of floats: a NaN in the second operand stays
    FusedMultiplyAdd, // a * b + c, one rounding where the machine has it
    Exponential,
    Logarithm,
    Less,
    LessOrEqual,
    Equal,
    And,
    Or,
    Select,          // condition ? a : b
    Convert,
    Uniform,         // hash of (seed, counter) to a float in [0, 1)

    // Vectors and threads
    Broadcast,
    ReduceAdd,       // sum across lanes
    ReduceMinimum,
    ReduceMaximum,
    Shuffle,         // value of another lane of the warp
    MatrixMultiply,  // fragment += fragment * fragment on matrix units

    // Memory
    Load,
    Store,
    Shared,          // declares memory shared by the threads of a block
    AsyncCopy,       // global to shared memory, awaited at a Barrier

    // Statements
    Let,
    Assign,
    For,
    If,
    Call,
    Barrier,
    Comment,
}

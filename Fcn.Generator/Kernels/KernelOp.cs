namespace Fcn.Generator.Kernels;

// The closed set of loop-level instructions. The tests' KernelInterpreter is their definition; every target renders each of them or says in
// KernelSpec that its schedules never contain it. A new member breaks every switch over this enum at compile time.
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
    FusedMultiplyAdd, // a * b + c, one rounding where the machine has it; on a GPU of Ints too, and c may be a pointer
    Exponential,
    Logarithm,
    Less,
    LessOrEqual,
    Equal,
    And,             // of truths; on a GPU of the bits of Ints too
    Or,              // as And
    Xor,             // of the bits of Ints
    ShiftLeft,       // of an Int's bits
    ShiftRight,      // as ShiftLeft; zeros come in
    MultiplyHigh,    // the upper 32 bits of the product of two Ints' bits, taken as numbers without sign
    DivisorMagic,    // of an Int from 1 on: what to multiply by in order to divide by it (Divisor); computed by the host, for a launch
    DivisorShift,    // as DivisorMagic: by how much to shift then
    Select,          // condition ? a : b
    Convert,         // to the nearest value of another element; from a number to a whole one towards zero
    Uniform,         // hash of (seed, counter) to a float in [0, 1)

    // Vectors and threads
    Broadcast,
    ReduceAdd,       // sum across lanes
    ReduceMinimum,
    ReduceMaximum,
    Compose,         // scalars as the lanes of a vector
    Lane,            // one lane of a vector, by number
    Bits,            // the same 32 bits as another element; of a pointer, the same place with other elements

    // Memory
    Load,
    Store,
    Shared,          // declares memory shared by the threads of a block
    AsyncCopy,       // 16 bytes from global to shared memory, zeros where a condition does not hold; arrives at an AsyncWait
    AsyncCommit,     // closes a group of copies
    AsyncWait,       // until at most so many groups are on their way; other threads see the bytes behind the next Barrier

    // Statements
    Let,
    Assign,
    For,
    If,
    Call,
    Barrier,
    LoadMatrix,      // four 8x8 matrices of 16-bit elements from shared memory to the threads of a warp (PTX: ldmatrix.x4)
    MatrixMultiply,  // fragment += fragment * fragment on matrix units, across a warp (PTX: mma.sync)
    Comment,
}

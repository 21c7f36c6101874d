using Fcn.Generator.Kernels;

namespace Fcn.Generator.Targets.Ilgpu;

// ILGPU has no pointers. What C# reads is a view, a field or a shared array, and a place in it; what inline assembly reads is an address in
// bytes: of 64 bits in global memory, of 32 in shared memory. A pointer variable is a number of either kind.
internal sealed class IlgpuPointers
{
    private readonly Dictionary<string, Value> _values = [];
    private readonly HashSet<string> _addresses = [];

    public IlgpuPointers(Kernel kernel)
    {
        Collect(kernel.Body);
        Mark(kernel.Body);
    }

    /// Whether assembly reads it: a field, shared array or pointer variable.
    public bool IsAddress(Value pointer) => _addresses.Contains(Key(Root(pointer)));

    /// Whether two point to the same memory: a variable is a number, and its memory is known by its name.
    public bool SameRoot(Value a, Value b) => Key(Root(a)) == Key(Root(b));

    /// Where a pointer that C# reads points to: a field or shared array, and the place in it.
    public (Value Root, Value At) PointsTo(Value pointer) => pointer.Op switch
    {
        KernelOp.Field => (pointer, 0),
        KernelOp.Variable when !_values.ContainsKey(pointer.Name) => (pointer, 0),
        KernelOp.Variable => (Root(pointer), Value.Variable(pointer.Name, OffsetOf(pointer))),
        KernelOp.Add when PointsTo(pointer.Sources[0]) is var (root, at) => (root, at + pointer.Sources[1]),
        KernelOp.Subtract when PointsTo(pointer.Sources[0]) is var (root, at) => (root, at - pointer.Sources[1]),
        _ => throw new InvalidOperationException($"ILGPU cannot say the pointer {KernelPrinter.Text(pointer)}."),
    };

    /// The address of one that assembly reads.
    public Value Address(Value pointer) => pointer.Op switch
    {
        KernelOp.Field => Value.Field(pointer.Name, AddressType(pointer)),
        KernelOp.Variable => Value.Variable(pointer.Name, AddressType(pointer)),
        KernelOp.Add => Address(pointer.Sources[0]) + Bytes(pointer, pointer.Sources[1]),
        KernelOp.Subtract => Address(pointer.Sources[0]) - Bytes(pointer, pointer.Sources[1]),
        KernelOp.Bits => Address(pointer.Sources[0]),
        _ => throw new InvalidOperationException($"Assembly cannot say the pointer {KernelPrinter.Text(pointer)}."),
    };

    /// The address of one element.
    public Value Address(Value pointer, Value offset) => Address(pointer) + Bytes(pointer, offset);

    private static KernelType AddressType(Value pointer) => pointer.Type.Shared ? KernelType.Int : KernelType.Index;

    private static Value Bytes(Value pointer, Value offset)
    {
        int size = pointer.Type.Element.Bytes();
        if (pointer.Type.Shared) return offset.To(Element.Int) * Value.Int(size);
        return (offset.Op == KernelOp.Constant ? (Value)(long)offset.Number : offset.To(Element.Index)) * (Value)(long)size;
    }

    private KernelType OffsetOf(Value variable) => PointsTo(_values[variable.Name]).At.Type;

    private Value Root(Value pointer) => pointer.Op switch
    {
        KernelOp.Field => pointer,
        KernelOp.Variable => _values.TryGetValue(pointer.Name, out var value) ? Root(value) : pointer,
        _ => Root(pointer.Sources[0]),
    };

    private static string Key(Value root) => $"{root.Op}.{root.Name}";

    private void Collect(IReadOnlyList<Statement> body)
    {
        foreach (var s in body)
        {
            if (s is { Op: KernelOp.Let, Target.Type.Pointer: true }) _values[s.Target.Name] = s.Operands[0];
            Collect(s.Body);
            Collect(s.Else);
        }
    }

    // Shared memory of matrix kernels is read by assembly alone (MatrixTile); so is what is copied into it.
    private void Mark(IReadOnlyList<Statement> body)
    {
        foreach (var s in body)
        {
            if (s.Op is KernelOp.AsyncCopy or KernelOp.LoadMatrix) _addresses.Add(Key(Root(s.Operands[0])));
            if (s.Op == KernelOp.AsyncCopy) _addresses.Add(Key(Root(s.Operands[2])));
            Mark(s.Body);
            Mark(s.Else);
        }
    }
}

namespace Fcn.Generator.Kernels;

// An expression of the kernel language: immutable, typed when made, folded where the result is plain (x + 0, 2 * 3).
internal sealed class Value(KernelOp op, KernelType type, IReadOnlyList<Value> sources, string name = "", double number = 0)
{
    private static readonly Value[] None = [];

    public KernelOp Op { get; } = op;

    public KernelType Type { get; } = type;

    public IReadOnlyList<Value> Sources { get; } = sources;

    /// The name of a Variable, a Field or a Shared array.
    public string Name { get; } = name;

    /// The number of a Constant.
    public double Number { get; } = number;

    public static implicit operator Value(int number) => Int(number);

    public static implicit operator Value(long number) => new(KernelOp.Constant, KernelType.Index, None, number: number);

    public static Value Int(long number) => new(KernelOp.Constant, KernelType.Int, None, number: number);

    public static Value Float(double number) => new(KernelOp.Constant, KernelType.Float, None, number: number);

    public static Value Double(double number) => new(KernelOp.Constant, KernelType.Double, None, number: number);

    public static Value Bool(bool truth) => new(KernelOp.Constant, KernelType.Bool, None, number: truth ? 1 : 0);

    public static Value Variable(string name, KernelType type) => new(KernelOp.Variable, type, None, name);

    public static Value Field(string name, KernelType type) => new(KernelOp.Field, type, None, name);

    /// 32 zero bits, and such.
    public static Value Word(uint bits) => new(KernelOp.Constant, KernelType.Word, None, number: bits);

    public static Value Item { get; } = new(KernelOp.Item, KernelType.Int, None);

    public static Value Thread { get; } = new(KernelOp.Thread, KernelType.Int, None);

    public static Value LaneIndex(int lanes) => lanes == 1 ? Float(0) : new(KernelOp.LaneIndex, KernelType.Vector(lanes), None);

    public bool Is(double number) => Op == KernelOp.Constant && Number == number;

    public static Value operator +(Value a, Value b) =>
        a.Is(0) && !b.Type.Pointer ? b : b.Is(0) ? a
        : Folds(a, b) ? Folded(a, b, a.Number + b.Number)
        : a.Op == KernelOp.Add && b.Op == KernelOp.Constant && a.Sources[1].Op == KernelOp.Constant && a.Type.IsWhole ? a.Sources[0] + (a.Sources[1] + b)
        : Binary(KernelOp.Add, a, b);

    public static Value operator -(Value a, Value b) =>
        b.Is(0) ? a
        : Folds(a, b) ? Folded(a, b, a.Number - b.Number)
        : b.Op == KernelOp.Constant && b.Type.IsWhole && a.Type.IsWhole ? a + new Value(KernelOp.Constant, b.Type, None, number: -b.Number)
        : Binary(KernelOp.Subtract, a, b);

    public static Value operator *(Value a, Value b) =>
        (a.Is(0) || b.Is(0)) && a.Type.IsWhole ? Int(0)
        : a.Is(1) && b.Type.Lanes >= a.Type.Lanes ? b : b.Is(1) && a.Type.Lanes >= b.Type.Lanes ? a
        : Folds(a, b) ? Folded(a, b, a.Number * b.Number)
        : a.Op == KernelOp.Multiply && b.Op == KernelOp.Constant && a.Sources[1].Op == KernelOp.Constant && a.Type.IsWhole ? a.Sources[0] * (a.Sources[1] * b)
        : Binary(KernelOp.Multiply, a, b);

    public static Value operator /(Value a, Value b) =>
        b.Is(1) ? a : Folds(a, b) ? Folded(a, b, Math.Floor(a.Number / b.Number))
        : a.Op == KernelOp.Multiply && a.Type.IsWhole && b.Op == KernelOp.Constant && a.Sources[1].Is(b.Number) ? a.Sources[0]
        : Binary(KernelOp.Divide, a, b);

    public static Value operator %(Value a, Value b) =>
        b.Is(1) && a.Type.IsWhole ? Int(0) : Folds(a, b) ? Folded(a, b, a.Number % b.Number) : Binary(KernelOp.Remainder, a, b);

    public static Value operator <(Value a, Value b) => Compare(KernelOp.Less, a, b);

    public static Value operator >(Value a, Value b) => Compare(KernelOp.Less, b, a);

    public static Value operator <=(Value a, Value b) => Compare(KernelOp.LessOrEqual, a, b);

    public static Value operator >=(Value a, Value b) => Compare(KernelOp.LessOrEqual, b, a);

    public static Value operator &(Value a, Value b) => Binary(KernelOp.And, a, b);

    public static Value operator |(Value a, Value b) => Binary(KernelOp.Or, a, b);

    public static Value operator ^(Value a, Value b) => b.Is(0) ? a : Binary(KernelOp.Xor, a, b);

    public static Value operator <<(Value a, int bits) => bits == 0 ? a : Binary(KernelOp.ShiftLeft, a, bits);

    public static Value operator >>(Value a, int bits) => bits == 0 ? a : Binary(KernelOp.ShiftRight, a, bits);

    public static Value MultiplyHigh(Value a, Value b) => Binary(KernelOp.MultiplyHigh, a, b);

    public static Value DivisorMagic(Value by) =>
        by.Op == KernelOp.Constant ? Int(Divisor.Magic((int)by.Number)) : by.Unary(KernelOp.DivisorMagic);

    public static Value DivisorShift(Value by) =>
        by.Op == KernelOp.Constant ? Int(Divisor.Shift((int)by.Number)) : by.Unary(KernelOp.DivisorShift);

    public static Value ShiftRight(Value a, Value bits) => Binary(KernelOp.ShiftRight, a, bits);

    public static Value ShiftLeft(Value a, Value bits) => Binary(KernelOp.ShiftLeft, a, bits);

    public Value Equals(Value other) => Compare(KernelOp.Equal, this, other);

    public static Value Min(Value a, Value b) => Folds(a, b) ? Folded(a, b, Math.Min(a.Number, b.Number)) : Binary(KernelOp.Minimum, a, b);

    public static Value Max(Value a, Value b) => Folds(a, b) ? Folded(a, b, Math.Max(a.Number, b.Number)) : Binary(KernelOp.Maximum, a, b);

    public static Value MultiplyAdd(Value a, Value b, Value c)
    {
        int lanes = Math.Max(a.Type.Lanes, Math.Max(b.Type.Lanes, c.Type.Lanes));
        return new(KernelOp.FusedMultiplyAdd, c.Type with { Lanes = lanes }, [a.Spread(lanes), b.Spread(lanes), c.Spread(lanes)]);
    }

    public static Value Select(Value condition, Value a, Value b)
    {
        var (x, y) = Match(a, b);
        int lanes = Math.Max(x.Type.Lanes, condition.Type.Lanes);
        return new(KernelOp.Select, x.Type with { Lanes = lanes }, [condition, x.Spread(lanes), y.Spread(lanes)]);
    }

    public static Value Uniform(Value seed, Value counter) => new(KernelOp.Uniform, KernelType.Float, [seed, counter]);

    public Value Exp() => Unary(KernelOp.Exponential);

    public Value Log() => Unary(KernelOp.Logarithm);

    public Value ReduceAdd() => Reduce(KernelOp.ReduceAdd);

    public Value ReduceMin() => Reduce(KernelOp.ReduceMinimum);

    public Value ReduceMax() => Reduce(KernelOp.ReduceMaximum);

    public Value To(Element element) => Type.Element == element ? this : new(KernelOp.Convert, Type with { Element = element }, [this]);

    /// One lane of a vector.
    public Value Lane(int lane) =>
        Op == KernelOp.Compose ? Sources[lane] : new(KernelOp.Lane, Type with { Lanes = 1 }, [this], number: lane);

    /// Scalars of one type as the lanes of a vector.
    public static Value Compose(IReadOnlyList<Value> lanes) => new(KernelOp.Compose, lanes[0].Type with { Lanes = lanes.Count }, lanes);

    /// The same 32 bits as another element, or the same place with elements of another kind.
    public Value Bits(Element element) => Type.Element == element ? this : new(KernelOp.Bits, Type with { Element = element }, [this]);

    /// The Int that an Index was; null where it was none.
    public Value? Narrow() => this switch
    {
        { Op: KernelOp.Convert } when Sources[0].Type == KernelType.Int => Sources[0],
        { Op: KernelOp.Constant, Number: >= int.MinValue and <= int.MaxValue } => this,
        _ => null,
    };

    /// This value in every lane.
    public Value Spread(int lanes) =>
        Type.Lanes == lanes ? this
        : Type.Lanes == 1 ? new(KernelOp.Broadcast, Type with { Lanes = lanes }, [this])
        : throw new InvalidOperationException($"{Type} does not spread to {lanes} lanes.");

    /// Reads from a pointer.
    public Value Load(Value offset, int lanes = 1) =>
        Type.Pointer ? new(KernelOp.Load, new KernelType(Type.Element, lanes), [this, offset]) : throw new InvalidOperationException($"{Type} is no pointer.");

    private Value Unary(KernelOp op) => new(op, Type, [this]);

    private Value Reduce(KernelOp op) => Type.Lanes == 1 ? this : new(op, Type with { Lanes = 1 }, [this]);

    private static bool Folds(Value a, Value b) =>
        a.Op == KernelOp.Constant && b.Op == KernelOp.Constant && a.Type.IsWhole && b.Type.IsWhole;

    private static Value Folded(Value a, Value b, double number) => new(KernelOp.Constant, Match(a, b).A.Type, None, number: number);

    private static Value Compare(KernelOp op, Value a, Value b)
    {
        var (x, y) = Match(a, b);
        if (Folds(a, b))
        {
            bool holds = op == KernelOp.Equal ? a.Number == b.Number : op == KernelOp.Less ? a.Number < b.Number : a.Number <= b.Number;
            return new(KernelOp.Constant, KernelType.Bool, None, number: holds ? 1 : 0);
        }
        return new(op, new KernelType(Element.Bool, x.Type.Lanes), [x, y]);
    }

    private static Value Binary(KernelOp op, Value a, Value b)
    {
        if (a.Type.Pointer) return new(op, a.Type, [a, b]);
        if (b.Type.Pointer && op == KernelOp.Add) return new(op, b.Type, [b, a]);
        var (x, y) = Match(a, b);
        return new(op, x.Type, [x, y]);
    }

    // Equal lanes; Int with Index gives Index, whole constants take the other's element where they fit.
    private static (Value A, Value B) Match(Value a, Value b)
    {
        int lanes = Math.Max(a.Type.Lanes, b.Type.Lanes);
        if (a.Type.Element != b.Type.Element)
        {
            if (Adapts(a, b)) a = new(KernelOp.Constant, b.Type with { Lanes = 1 }, None, number: a.Number);
            else if (Adapts(b, a)) b = new(KernelOp.Constant, a.Type with { Lanes = 1 }, None, number: b.Number);
            else if (a.Type.IsWhole && b.Type.IsWhole) (a, b) = (a.To(Element.Index), b.To(Element.Index));
            else throw new InvalidOperationException($"{a.Type} and {b.Type} do not meet.");
        }
        return (a.Spread(lanes), b.Spread(lanes));
    }

    private static bool Adapts(Value constant, Value other) => constant.Op == KernelOp.Constant && !other.Type.Pointer
        && !(constant.Type == KernelType.Index && other.Type.Element == Element.Int && constant.Number is < int.MinValue or > int.MaxValue);
}

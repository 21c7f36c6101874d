using System.Linq.Expressions;
using Fcn.Generator.Kernels;
using static System.Linq.Expressions.Expression;

namespace Fcn.Tests.Kernels;

// Values as expression trees: Bool is bool, Byte and Int are int, Index is long, Float and Double are double, vectors are double[],
// pointers are KernelPointer.
internal sealed partial class KernelInterpreter
{
    private sealed partial class Code
    {
        private Expression Value(Value v) => v.Op switch
        {
            KernelOp.Constant => Literal(v),
            KernelOp.Variable =>
                _scope.TryGetValue(v.Name, out var variable) ? variable : throw new KernelFault($"'{v.Name}' is not declared"),
            KernelOp.Field => Field(v),
            KernelOp.Item => Property(_run, nameof(KernelRun.Item)),
            KernelOp.Thread => Expression.Constant(0),
            KernelOp.LaneIndex => Expression.Constant(Enumerable.Range(0, v.Type.Lanes).Select(i => (double)i).ToArray()),
            KernelOp.Add when v.Type.Pointer => Move(nameof(KernelPointer.Advance), v),
            KernelOp.Subtract when v.Type.Pointer => Move(nameof(KernelPointer.Retreat), v),
            >= KernelOp.Add and <= KernelOp.Uniform => Lanewise(v),
            KernelOp.Broadcast => Spread(Value(v.Sources[0]), v.Type.Lanes),
            KernelOp.ReduceAdd => Reduce(nameof(KernelArithmetic.Sum), Value(v.Sources[0]), Expression.Constant(Rounds(v.Type.Element))),
            KernelOp.ReduceMinimum => Reduce(nameof(KernelArithmetic.Least), Value(v.Sources[0])),
            KernelOp.ReduceMaximum => Reduce(nameof(KernelArithmetic.Greatest), Value(v.Sources[0])),
            KernelOp.Load => Load(v),
            KernelOp.Bits when (v.Type, v.Sources[0].Type) == (KernelType.Float, KernelType.Int) =>
                Expression.Convert(
                    Call(typeof(BitConverter), nameof(BitConverter.Int32BitsToSingle), null, Value(v.Sources[0])), typeof(double)),
            KernelOp.Compose or KernelOp.Lane or KernelOp.Bits => throw NeedsWarp(v.Op),
            >= KernelOp.Store => throw new InvalidOperationException($"{v.Op} is a statement, not a value."),
        };

        private Expression Literal(Value v) => v.Type.Element switch
        {
            Element.Bool => Expression.Constant(v.Number != 0),
            Element.Byte or Element.Int => Expression.Constant(checked((int)v.Number)),
            Element.Index => Expression.Constant(checked((long)v.Number)),
            Element.Float or Element.Double => Expression.Constant(Rounds(v.Type.Element) ? (float)v.Number : v.Number),
            Element.BFloat16 or Element.TensorFloat or Element.Word => throw NeedsWarp(v.Op),
        };

        // Read once per item.
        private Expression Field(Value v)
        {
            if (_fields.TryGetValue(v.Name, out var known)) return known;
            var field = Expression.Variable(TypeOf(v.Type), v.Name);
            var (frame, name) = (Property(_run, nameof(KernelRun.Frame)), Expression.Constant(v.Name));
            _prologue.Add(Expression.Assign(field, (v.Type.Pointer, v.Type.Element) switch
            {
                (true, _) => Call(frame, nameof(KernelFrame.Pointer), null, name, Expression.Constant(v.Type.Element)),
                (_, Element.Float or Element.Double) => KernelArithmetic.Round(
                    Call(frame, nameof(KernelFrame.Real), null, name), v.Type.Element, Single),
                (_, Element.Index) => Call(frame, nameof(KernelFrame.Whole), null, name),
                (_, Element.Byte or Element.Int) => Call(frame, nameof(KernelFrame.Int), null, name),
                (_, Element.BFloat16 or Element.TensorFloat or Element.Word) => throw NeedsWarp(v.Op),
                (_, Element.Bool) => NotEqual(Call(frame, nameof(KernelFrame.Whole), null, name), Expression.Constant(0L)),
            }));
            return _fields[v.Name] = field;
        }

        private Expression Lanewise(Value v)
        {
            var operand = v.Sources[v.Op == KernelOp.Select ? 1 : 0].Type.Element;
            if (v.Type.Lanes == 1) return KernelArithmetic.Scalar(v.Op, operand, v.Type.Element, Single, v.Sources.Select(Value).ToList());
            var vectors = v.Sources.Select(s => s.Type.Lanes == 1 ? Spread(Value(s), v.Type.Lanes) : Value(s)).ToList();
            return KernelArithmetic.Vector(v.Op, operand, v.Type.Element, Single, vectors);
        }

        private Expression Load(Value v)
        {
            var (pointer, offset, lanes) = (Value(v.Sources[0]), Offset(v.Sources[1]), Expression.Constant(v.Type.Lanes));
            if (v.Type.Lanes > 1) return Call(typeof(KernelPointer), nameof(KernelPointer.LoadLanes), null, pointer, offset, lanes, _run);
            var loaded = Call(typeof(KernelPointer), nameof(KernelPointer.Load), null, pointer, offset, _run);
            return KernelArithmetic.FromLane(loaded, v.Type.Element);
        }

        private Expression Move(string direction, Value v) =>
            Call(typeof(KernelPointer), direction, null, Value(v.Sources[0]), Offset(v.Sources[1]));

        private Expression Offset(Value v) => v.Type.Element == Element.Index ? Value(v) : Expression.Convert(Value(v), typeof(long));

        private bool Single => interpreter.Single;

        private bool Rounds(Element element) => Single && element == Element.Float;

        private static Expression Spread(Expression value, int lanes) =>
            Call(
                typeof(KernelArithmetic), nameof(KernelArithmetic.Spread), null,
                KernelArithmetic.ToLane(value), Expression.Constant(lanes));

        private static Expression Reduce(string how, params Expression[] arguments) =>
            Call(typeof(KernelArithmetic), how, null, arguments);

        private static Type TypeOf(KernelType type) =>
            type.Pointer ? typeof(KernelPointer) : type.Lanes > 1 ? typeof(double[]) : KernelArithmetic.TypeOf(type.Element);
    }
}

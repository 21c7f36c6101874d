using System.Linq.Expressions;
using Fcn.Generator.Kernels;
using static System.Linq.Expressions.Expression;

namespace Fcn.Tests.Kernels;

// The definition of the kernel language: runs kernels item by item in double precision, every access checked, every block of one thread.
// In: kernels and the functions that they call. Statements become expression trees, compiled when first run; values are in the other part.
internal sealed partial class KernelInterpreter(IEnumerable<Kernel> kernels)
{
    private readonly Dictionary<string, Kernel> _kernels = kernels.ToDictionary(k => k.Name);
    private readonly Dictionary<string, Delegate> _compiled = [];
    private int _launches;

    /// Whether Float values are rounded to single precision after every operation; a fused multiply-add counts as one.
    public bool Single { get; init; }

    /// Whether memory that was never written reads as NaN. Otherwise the read is an error.
    public bool Poison { get; init; }

    /// Runs a kernel for the items from .. to - 1 as one launch. Reading or writing what another item of the launch wrote is an error.
    public void Run(string kernel, KernelFrame frame, int from, int to)
    {
        var run = new KernelRun(frame, ++_launches, Poison) { Item = from };
        try
        {
            var code = (Action<KernelRun>)Compiled(kernel);
            for (; run.Item < to; run.Item++) code(run);
        }
        catch (KernelFault fault)
        {
            throw run.Locate(kernel, fault.Message);
        }
        catch (OverflowException)
        {
            throw run.Locate(kernel, "a whole number leaves the range of its type");
        }
    }

    // Functions are compiled when they are first called: of a family of tiles a small map calls a few.
    private Delegate Compiled(string name)
    {
        if (_compiled.TryGetValue(name, out var compiled)) return compiled;
        if (!_kernels.TryGetValue(name, out var kernel)) throw new KernelFault($"there is no kernel '{name}'");
        return _compiled[name] = new Code(this).Compile(kernel);
    }

    /// One kernel under compilation.
    private sealed partial class Code(KernelInterpreter interpreter)
    {
        private readonly ParameterExpression _run = Parameter(typeof(KernelRun), "run");
        private readonly Dictionary<string, ParameterExpression> _fields = [];
        private readonly List<Expression> _prologue = [];
        private Dictionary<string, ParameterExpression> _scope = [];

        public Delegate Compile(Kernel kernel)
        {
            var parameters = kernel.Parameters.Select(Declare).ToList();
            var body = Block(kernel.Body);
            return Lambda(Expression.Block(_fields.Values, [.. _prologue, body]), kernel.Name, [_run, .. parameters]).Compile();
        }

        private ParameterExpression Declare(Value variable) =>
            _scope[variable.Name] = Expression.Variable(TypeOf(variable.Type), variable.Name);

        private Expression Block(IReadOnlyList<Statement> body)
        {
            var outer = _scope;
            _scope = new(outer);
            var locals = new List<ParameterExpression>();
            var code = body.Select(s => Statement(s, locals)).ToList();
            _scope = outer;
            return Expression.Block(typeof(void), locals, [.. code, Empty()]);
        }

        private Expression Statement(Statement s, List<ParameterExpression> locals) => s.Op switch
        {
            KernelOp.Let => Let(s, locals),
            KernelOp.Assign => Expression.Assign(_scope[s.Target!.Name], Value(s.Operands[0])),
            KernelOp.Store => Store(s.Operands[0], s.Operands[1], s.Operands[2]),
            KernelOp.For => For(s),
            KernelOp.If => IfThenElse(Value(s.Operands[0]), Block(s.Body), Block(s.Else)),
            KernelOp.Call => CallFunction(s),
            KernelOp.Shared => Shared(s, locals),
            KernelOp.Barrier or KernelOp.Comment => Empty(),
            KernelOp.AsyncCopy or KernelOp.AsyncCommit or KernelOp.AsyncWait or KernelOp.LoadMatrix or KernelOp.MatrixMultiply => throw NeedsWarp(s.Op),
            <= KernelOp.Load => throw new InvalidOperationException($"{s.Op} is a value, not a statement."),
        };

        private Expression Let(Statement s, List<ParameterExpression> locals)
        {
            var value = Value(s.Operands[0]);
            locals.Add(Declare(s.Target!));
            return Expression.Assign(locals[^1], value);
        }

        private Expression Store(Value pointer, Value offset, Value value) =>
            value.Type.Lanes > 1
                ? Call(typeof(KernelPointer), nameof(KernelPointer.StoreLanes), null, Value(pointer), Offset(offset), Value(value), _run)
                : Call(
                    typeof(KernelPointer), nameof(KernelPointer.Store), null,
                    Value(pointer), Offset(offset), KernelArithmetic.ToLane(Value(value)), _run);

        // Bounds are evaluated once, before the first turn.
        private Expression For(Statement s)
        {
            var (from, to, step) = (Value(s.Operands[0]), Value(s.Operands[1]), Value(s.Operands[2]));
            var outer = _scope;
            _scope = new(outer);
            var counter = Declare(s.Target!);
            var (end, done) = (Expression.Variable(typeof(int)), Label());
            var body = Block(s.Body);
            _scope = outer;
            return Expression.Block(
                [counter, end],
                Expression.Assign(counter, from),
                Expression.Assign(end, to),
                Loop(IfThenElse(LessThan(counter, end), Expression.Block(body, AddAssignChecked(counter, step)), Break(done)), done));
        }

        private Expression CallFunction(Statement s)
        {
            if (!interpreter._kernels.TryGetValue(s.Name, out var function)) throw new KernelFault($"calls '{s.Name}', which is not there");
            var name = Expression.Constant(s.Name);
            var type = GetDelegateType([typeof(KernelRun), .. function.Parameters.Select(p => TypeOf(p.Type)), typeof(void)]);
            var code = Expression.Convert(Call(Expression.Constant(interpreter), nameof(Compiled), null, name), type);
            var arguments = function.Parameters.Zip(s.Operands, (p, a) => p.Type == KernelType.Index ? Offset(a) : Value(a));
            return Expression.Block(
                Call(_run, nameof(KernelRun.Enter), null, name),
                Invoke(code, [_run, .. arguments]),
                Call(_run, nameof(KernelRun.Leave), null));
        }

        private Expression Shared(Statement s, List<ParameterExpression> locals)
        {
            var buffer = New(
                typeof(KernelBuffer).GetConstructors()[0],
                Expression.Constant(s.Target!.Name),
                Expression.Constant(s.Target.Type.Element),
                Value(s.Operands[0]));
            locals.Add(Declare(s.Target));
            return Expression.Assign(locals[^1], Pointer(buffer));
        }

        private static Expression Pointer(Expression buffer) =>
            New(typeof(KernelPointer).GetConstructors()[0], buffer, Expression.Constant(0L));

        private static KernelFault NeedsWarp(KernelOp op) =>
            new($"{op} needs the threads of a warp, and this interpreter runs one thread per block; the tests run warps in an emulator of the target");
    }
}
